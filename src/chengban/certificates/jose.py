"""The parts that tokens are made of: base64url, JSON and compact JWS (RFC 7515), read without trust.

Whatever is wrong with what comes from outside ends as `NotReadable` or `Refused`, never as another exception.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chengban.certificates.base64url import decoded, encoded
from chengban.certificates.errors import NotReadable, Refused
from chengban.certificates.signing import Signer, Verifier

LONGEST = 200_000
"""Characters of a token; a longer one is not read."""
_DEEPEST = 32
_LAST_SECOND = 253_402_300_800
"""The end of the year 9999."""


@dataclass(frozen=True, slots=True)
class Jws:
    """A compact JWS, read and not yet verified."""

    header: dict[str, Any]
    payload: dict[str, Any]
    signed: bytes
    signature: bytes

    @property
    def algorithm(self) -> str:
        return str(self.header.get("alg", ""))


def written(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def loaded(data: bytes) -> Any:
    """JSON in UTF-8, without a member written twice, NaN or deep nesting. Raises NotReadable."""
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_members, parse_constant=_refuse)
        if b"\\u" in data or data.count(b"{") + data.count(b"[") > _DEEPEST:
            _measured(value, 0)
    except (ValueError, RecursionError) as error:
        raise NotReadable("凭证中有一段不是 JSON，无法读取。") from error
    return value


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a member is written twice")
    return made


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _measured(value: Any, depth: int) -> None:
    """Looks for what only an escape or many brackets can bring: half a letter, and nesting without end."""
    if depth > _DEEPEST:
        raise ValueError("nested too deep")
    if isinstance(value, str):
        value.encode("utf-8")  # a lone surrogate is no text
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inside:
        _measured(one, depth + 1)


def sign(signer: Signer, kind: str, payload: Mapping[str, Any], **header: Any) -> str:
    """A compact JWS over `payload`; `kind` is its `typ`."""
    head = {"alg": signer.algorithm, "typ": kind, "kid": signer.key_id, **header}
    signed = f"{encoded(written(head))}.{encoded(written(payload))}"
    return f"{signed}.{encoded(signer.sign(signed.encode()))}"


def read(text: str, *, longest: int = LONGEST) -> Jws:
    """The parts of a compact JWS. Raises NotReadable."""
    parts = text.split(".")
    if len(text) > longest or len(parts) != 3:
        raise NotReadable("这不是签名凭证：应为以点分开的三段。")
    header, payload = (loaded(decoded(part)) for part in parts[:2])
    if not isinstance(header, dict) or not isinstance(payload, dict):
        raise NotReadable("这不是签名凭证：头部和内容应为对象。")
    if header.get("crit") is not None or header.get("b64") is not None:
        raise NotReadable("凭证要求一种本系统不认识的扩展，不予采信。")
    return Jws(header, payload, text.rsplit(".", 1)[0].encode(), decoded(parts[2]))


def check(jws: Jws, verifier: Verifier, kind: str) -> None:
    """Whether the verifier's key signed it, as a token of this kind. Raises Refused: algorithm, kind or signature."""
    if jws.algorithm != verifier.algorithm:
        raise Refused("algorithm", f"签名算法不符：应为 {verifier.algorithm}，凭证写的是 {jws.algorithm[:20] or '空'}。")
    if jws.header.get("typ") != kind:
        raise Refused("kind", "凭证的种类不符，不能这样用。")
    if not verifier.verify(jws.signed, jws.signature):
        raise Refused("signature", "签名验证不通过：内容被改动过，或不是这个密钥签发的。")


def instant(payload: Mapping[str, Any], name: str) -> datetime | None:
    """A time of a payload; none where it is not there. Raises NotReadable where it is no time."""
    value = payload.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _LAST_SECOND:
        raise NotReadable(f"凭证中的时间 {name} 写法不对，无法读取。")
    return datetime.fromtimestamp(value, UTC)
