"""Token Status List (draft-ietf-oauth-status-list): the state of many certificates in one signed, small file.

Two bits each: valid, revoked, suspended. Who holds a list can check offline until the list's own promise (`exp`) ends; after it,
and for whatever the list does not tell, the answer is unknown, never a guess.
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from chengban.certificates import jose
from chengban.certificates.base64url import decoded, encoded
from chengban.certificates.errors import NotReadable, Refused
from chengban.certificates.signing import Signer
from chengban.certificates.signing.keys import KeyRing
from chengban.lib.clock import CHINA

KIND = "statuslist+jwt"
BITS = 2
SIZE = 1 << 20
"""Certificates of one list: so many that an index tells nothing of who it is."""
PROMISE = timedelta(hours=24)
"""A list holds so long; who is offline may use it until then."""
TTL = 3600
"""Seconds after which who is online fetches a new one."""
LARGEST = 1 << 24
"""Bytes of an unpacked list that we read: a small file must not fill the memory."""
_SKEW = 60


class State(StrEnum):
    """What is known of a certificate's state at a moment."""

    VALID = "valid"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"


VALUES = {State.VALID: 0, State.REVOKED: 1, State.SUSPENDED: 2}
_STATES = {value: state for state, value in VALUES.items()}


@dataclass(frozen=True, slots=True)
class StatusList:
    """A list whose signature was verified."""

    uri: str
    bits: int
    data: bytes
    made_at: datetime
    holds_until: datetime

    def at(self, index: int) -> int | None:
        """The value at an index; none beyond the list."""
        each = 8 // self.bits
        if not 0 <= index < len(self.data) * each:
            return None
        return self.data[index // each] >> (index % each * self.bits) & (1 << self.bits) - 1


def packed(states: Iterable[tuple[int, State]], size: int = SIZE) -> bytes:
    """The list's bytes: valid where nothing else is said, the lowest bits first. `size` is a multiple of four."""
    data = bytearray(size * BITS // 8)
    for index, state in states:
        data[index // 4] |= VALUES[state] << (index % 4 * BITS)
    return bytes(data)


def squeezed(data: bytes) -> str:
    return encoded(zlib.compress(data, 9))


def signed(signer: Signer, uri: str, data: bytes, at: datetime, promise: timedelta = PROMISE) -> str:
    """The status list token, which holds for `promise`."""
    made = int(at.timestamp())
    payload = {
        "sub": uri, "iat": made, "exp": made + int(promise.total_seconds()), "ttl": TTL,
        "status_list": {"bits": BITS, "lst": squeezed(data)},
    }  # fmt: skip
    return jose.sign(signer, KIND, payload)


def read(text: str, keys: KeyRing) -> StatusList:
    """A list that one of these keys signed. Raises NotReadable and Refused."""
    jws = jose.read(text.strip(), longest=LARGEST)
    verifier = keys.find(jws.header.get("kid"))
    if verifier is None:
        raise Refused("issuer", "状态清单不是所信任的密钥签发的。")
    jose.check(jws, verifier, KIND)
    held = _list(jws.payload)
    if not keys.signs_at(verifier.key_id, held.uri):
        raise Refused("issuer", "状态清单不是它的颁发机构签发的，不予采信。")
    return held


def _list(payload: dict[str, Any]) -> StatusList:
    held = payload.get("status_list")
    bits, text = (held.get("bits"), held.get("lst")) if isinstance(held, dict) else (None, None)
    uri, made = payload.get("sub"), jose.instant(payload, "iat")
    if (
        not isinstance(bits, int)
        or bits not in (1, 2, 4, 8)
        or not isinstance(text, str)
        or not isinstance(uri, str)
        or made is None
    ):
        raise NotReadable("状态清单缺少必要的内容，无法读取。")
    ends = jose.instant(payload, "exp")
    return StatusList(uri, bits, _unpacked(decoded(text)), made, made if ends is None else ends)


def _unpacked(data: bytes) -> bytes:
    engine = zlib.decompressobj()
    try:
        made = engine.decompress(data, LARGEST)
    except zlib.error as error:
        raise NotReadable("状态清单解不开，无法读取。") from error
    if not engine.eof or engine.unused_data:
        raise NotReadable("状态清单不完整，或大得不合理，无法读取。")
    return made


@dataclass(frozen=True, slots=True)
class Answer:
    """A state, and for an unknown one the reason."""

    state: State
    reason: str = ""


def state_in(held: StatusList, uri: object, index: object, at: datetime) -> Answer:
    """What the list says of a certificate that names `uri` and `index`, at a moment."""
    if uri != held.uri:
        return Answer(State.UNKNOWN, "手头的状态清单不是这份证照的清单。")
    if at >= held.holds_until:
        until = held.holds_until.astimezone(CHINA)
        return Answer(State.UNKNOWN, f"状态清单只保证到 {until:%Y-%m-%d %H:%M}，请取新的清单。")
    if at.timestamp() < held.made_at.timestamp() - _SKEW:
        return Answer(State.UNKNOWN, "状态清单的时间晚于现在，请核对本机时钟。")
    value = held.at(index) if isinstance(index, int) and not isinstance(index, bool) else None
    state = _STATES.get(value) if value is not None else None
    return Answer(state) if state else Answer(State.UNKNOWN, "状态清单里没有这份证照的状态。")
