"""An entry as bytes, always the same ones: what its seal and its leaf are made of.

Canonical JSON: keys sorted, no white space, UTF-8, no floats (money and decimals are texts), so that what PostgreSQL gives back
from `jsonb` has the same bytes as what was written.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from chengban.ledger.errors import NotKept

NONCE = 16
"""Random bytes of an entry, so that nobody guesses it from its leaf hash."""
MAC = 16
"""Bytes of the seal that prove that a process of the system wrote it."""


class Content(NamedTuple):
    """What an entry says, apart from its number and its seal."""

    at: datetime
    actor: str
    act: str
    subject: str
    payload: Mapping[str, Any]


def canonical(value: Any) -> str:
    """JSON that has one form. Raises `NotKept`."""
    _refuse_floats(value)
    try:
        return _write(value)
    except (TypeError, ValueError) as error:
        raise NotKept(f"this is not JSON: {error}") from error


_write = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise NotKept(f"{value} is a float: write the exact text")
    if isinstance(value, Mapping):
        for key, one in value.items():
            if not isinstance(key, str):
                raise NotKept(f"the key {key!r} is not a text")
            _refuse_floats(one)
    elif isinstance(value, list | tuple):
        for one in value:
            _refuse_floats(one)


def text_of(content: Content, payload: str | None = None) -> bytes:
    """What an entry says, as bytes; `payload` is its canonical text, where that is at hand. Raises `NotKept`."""
    moment = content.at.astimezone(UTC).isoformat(timespec="microseconds")
    head = _write([moment, content.actor, content.act, content.subject])
    return f"{head[:-1]},{canonical(content.payload) if payload is None else payload}]".encode()


def seal(key: bytes, text: bytes) -> bytes:
    """A new seal: a nonce, and the code that nobody can make without the key."""
    nonce = os.urandom(NONCE)
    return nonce + _mac(key, nonce, text)


def is_genuine(key: bytes, text: bytes, sealed: bytes) -> bool:
    """Whether the seal was made with the key, for just this text."""
    return len(sealed) == NONCE + MAC and hmac.compare_digest(_mac(key, sealed[:NONCE], text), sealed[NONCE:])


def leaf_data(number: int, sealed: bytes, text: bytes) -> bytes:
    """What an entry's leaf hash is the hash of: everything, its number and its seal too."""
    return b'[%d,"%s",%s]' % (number, sealed.hex().encode(), text)


def _mac(key: bytes, nonce: bytes, text: bytes) -> bytes:
    return hmac.digest(key, nonce + text, "sha256")[:MAC]


def key_of(secret: str) -> bytes:
    """The key of seals, from a secret of any length."""
    return hashlib.sha256(b"chengban ledger seal\x00" + secret.encode()).digest()
