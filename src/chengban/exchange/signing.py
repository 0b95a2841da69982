"""Who speaks at our door: a system signs what it tells us with a secret that both sides hold (HMAC-SHA256)."""

import hmac
from datetime import datetime

TIMESTAMP, SIGNATURE = "X-Chengban-Timestamp", "X-Chengban-Signature"
WINDOW = 300
"""Seconds that a signature's time may differ from our clock: an old callback cannot be played again for ever."""


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The signature of `body` at `timestamp` (seconds since 1970), in hexadecimal."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, "sha256").hexdigest()


def is_signed(secret: str, timestamp: str, signature: str, body: bytes, *, now: datetime) -> bool:
    """Whether the holder of the secret signed this body, within the window."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    right = sign(secret, timestamp, body)
    return hmac.compare_digest(right.encode(), signature.encode()) and abs(now.timestamp() - int(timestamp)) <= WINDOW
