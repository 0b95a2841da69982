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
from functools import lru_cache
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


def written(content: Content) -> bytes:
    """What a new entry says, as bytes. Raises `NotKept` for what has no exact form."""
    _refuse_inexact(content.payload)
    try:
        return text_of(content)
    except (TypeError, ValueError) as error:
        raise NotKept(f"this is not JSON: {error}") from error


def text_of(content: Content) -> bytes:
    """What an entry says, as bytes, whatever it holds."""
    return text_at(content.at.astimezone(UTC).isoformat(timespec="microseconds"), *content[1:])


def text_at(moment: str, actor: str, act: str, subject: str, payload: Mapping[str, Any]) -> bytes:
    """The same, with the time as it is written there: in UTC, to the microsecond."""
    return _write((moment, actor, act, subject, payload)).encode()


_write = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
_EXACT = frozenset({str, int, bool, type(None)})


def _refuse_inexact(value: Any) -> None:
    if type(value) in _EXACT:
        return
    if isinstance(value, float):
        raise NotKept(f"{value} is a float: write the exact text")
    if isinstance(value, Mapping):
        for key, one in value.items():
            if not isinstance(key, str):
                raise NotKept(f"the key {key!r} is not a text")
            _refuse_inexact(one)
    elif isinstance(value, list | tuple):
        for one in value:
            _refuse_inexact(one)


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
    code = _keyed(key).copy()
    code.update(nonce + text)
    return code.digest()[:MAC]


@lru_cache(maxsize=8)
def _keyed(key: bytes) -> hmac.HMAC:
    """Begun once for each key: to look the hash up and to take the key in costs more than to hash an entry."""
    return hmac.new(key, digestmod="sha256")


def key_of(secret: str) -> bytes:
    """The key of seals, from a secret of any length."""
    return hashlib.sha256(b"chengban ledger seal\x00" + secret.encode()).digest()
