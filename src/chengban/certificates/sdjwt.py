"""SD-JWT (RFC 9901): a signed token of which the holder discloses what is needed and nothing else.

`<issuer's JWS>~<disclosure>~…~<the holder's JWS, or nothing>`. Whatever is wrong with one ends as `NotReadable` or as `Refused`
with its cause. A disclosure that no digest stands for is refused, as §7.1 asks.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chengban.certificates import jose
from chengban.certificates.base64url import decoded, encoded
from chengban.certificates.errors import NotReadable, Refused
from chengban.certificates.jose import Jws
from chengban.certificates.signing import Jwk, Signer, Verifier
from chengban.certificates.signing.algorithms import DIGESTS, digest

KIND = "dc+sd-jwt"
"""The `typ` of a certificate (SD-JWT VC)."""
_SD, _ALGORITHM, _HIDDEN = "_sd", "_sd_alg", "..."
_MOST_DISCLOSURES = 200


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One disclosed value: of a member (with its name) or of an element of an array (without)."""

    text: str
    name: str | None
    value: Any


@dataclass(frozen=True)
class SdJwt:
    """A token as it was read, not yet verified. `bound` is all but the holder's signature, `binding` that signature or ""."""

    jws: Jws
    disclosures: tuple[Disclosure, ...]
    bound: str
    binding: str

    @cached_property
    def digest_name(self) -> str:
        """The digest that the issuer named. Raises Refused for one that is not known."""
        name = self.jws.payload.get(_ALGORITHM, "sha-256")
        if name not in DIGESTS.values():
            raise Refused("algorithm", "凭证用的摘要算法不认识，不予采信。")
        return str(name)


# Making one ----------------------------------------------------------------------------------------------------------


def issue(
    signer: Signer,
    visible: Mapping[str, Any],
    hidden: Mapping[str, Any],
    *,
    holder: Jwk | None = None,
    decoys: int = 0,
    kind: str = KIND,
) -> str:
    """A token with every disclosure. `decoys` digests stand for nothing, so that their number tells nothing (§4.2.7)."""
    name = DIGESTS[signer.algorithm]
    disclosures = [_disclosure(member, value) for member, value in hidden.items()]
    digests = [digest_of(name, text) for text in disclosures] + [
        encoded(digest(name, secrets.token_bytes(32))) for _ in range(decoys)
    ]
    payload = {**visible, _SD: sorted(digests), _ALGORITHM: name, **({"cnf": {"jwk": holder}} if holder else {})}
    return "~".join([jose.sign(signer, kind, payload), *disclosures, ""])


def _disclosure(name: str, value: Any) -> str:
    return encoded(jose.written([encoded(secrets.token_bytes(16)), name, value]))


def digest_of(name: str, disclosure: str) -> str:
    """The digest over a disclosure as it is written (§4.2.3), or over a whole token for the holder's signature."""
    return encoded(digest(name, disclosure.encode()))


def chosen(text: str, names: Iterable[str]) -> str:
    """The token with the disclosures of these members alone, unsigned by the holder. Raises NotReadable."""
    wanted, token = set(names), read(text)
    kept = [one.text for one in token.disclosures if one.name in wanted]
    return "~".join([token.bound.split("~", 1)[0], *kept, ""])


# Reading one ---------------------------------------------------------------------------------------------------------


def read(text: str) -> SdJwt:
    """The parts of a token. Raises NotReadable."""
    parts = text.strip().split("~")
    if len(text) > jose.LONGEST or not 2 <= len(parts) <= _MOST_DISCLOSURES + 2:
        raise NotReadable("这不是电子证照凭证：应为以 ~ 分开的几段。")
    disclosures = tuple(_read_disclosure(part) for part in parts[1:-1])
    return SdJwt(jose.read(parts[0]), disclosures, "~".join([*parts[:-1], ""]), parts[-1])


def _read_disclosure(text: str) -> Disclosure:
    value = jose.loaded(decoded(text))
    if not isinstance(value, list) or len(value) not in (2, 3) or not isinstance(value[0], str):
        raise NotReadable("凭证中有一项披露的形式不对，无法读取。")
    if len(value) == 2:
        return Disclosure(text, None, value[1])
    if not isinstance(value[1], str) or value[1] in (_SD, _HIDDEN):
        raise NotReadable("凭证中有一项披露的名称不能用。")
    return Disclosure(text, value[1], value[2])


# Verifying one -------------------------------------------------------------------------------------------------------


def verify(token: SdJwt, verifier: Verifier, kind: str = KIND) -> dict[str, Any]:
    """The claims that the issuer signed and the holder disclosed (§7.1). Raises Refused.

    Says nothing about time and revocation, nor about who presents it.
    """
    jose.check(token.jws, verifier, kind)
    return _Disclosing(token).claims()


class _Disclosing:
    """Puts each disclosed value where its digest stands, and sees to it that each fits once."""

    def __init__(self, token: SdJwt) -> None:
        self._payload = token.jws.payload
        name = token.digest_name
        self._open = {digest_of(name, one.text): one for one in token.disclosures}
        self._seen: set[str] = set()
        if len(self._open) != len(token.disclosures):
            raise Refused("disclosure", "同一项披露出现了两次，不予采信。")

    def claims(self) -> dict[str, Any]:
        made = self._object({name: value for name, value in self._payload.items() if name != _ALGORITHM})
        if self._open:
            raise Refused("disclosure", "凭证里有签发时没有的披露项：被伪造或改动过，不予采信。")
        return made

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return self._object(value)
        return list(self._elements(value)) if isinstance(value, list) else value

    def _object(self, value: dict[str, Any]) -> dict[str, Any]:
        digests = value.get(_SD, [])
        if not isinstance(digests, list) or _HIDDEN in value:
            raise Refused("digest", "凭证的摘要写法不对，不予采信。")
        made = {name: self._value(inner) for name, inner in value.items() if name != _SD}
        for one in filter(None, map(self._disclosed, digests)):
            if one.name is None or one.name in made:
                raise Refused("disclosure", "一项披露与已有内容重名，或放错了位置，不予采信。")
            made[one.name] = self._value(one.value)
        return made

    def _elements(self, values: list[Any]) -> Iterator[Any]:
        for value in values:
            if not (isinstance(value, dict) and _HIDDEN in value):
                yield self._value(value)
                continue
            if len(value) != 1:
                raise Refused("digest", "凭证的摘要写法不对，不予采信。")
            one = self._disclosed(value[_HIDDEN])
            if one is not None:
                if one.name is not None:
                    raise Refused("disclosure", "一项披露放错了位置，不予采信。")
                yield self._value(one.value)

    def _disclosed(self, name: Any) -> Disclosure | None:
        """What a digest stands for; none where it is not disclosed, or stands for nothing."""
        if not isinstance(name, str) or name in self._seen:
            raise Refused("digest", "凭证里同一个摘要出现了两次，或写法不对，不予采信。")
        self._seen.add(name)
        return self._open.pop(name, None)
