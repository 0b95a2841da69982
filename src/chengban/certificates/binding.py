"""Who presents: the holder signs what is disclosed together with the verifier's own nonce (Key Binding, RFC 9901 §4.3).

A presentation answers one question of one verifier, now. Played again elsewhere or later it is refused.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chengban.certificates import jose
from chengban.certificates.errors import BadKey, Refused
from chengban.certificates.sdjwt import SdJwt, digest_of, read
from chengban.certificates.signing import Signer
from chengban.certificates.signing.keys import verifier_of

KIND = "kb+jwt"
WINDOW = 300
"""Seconds that a presentation's time may differ from the verifier's clock."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a verifier asked: its nonce, and its own name."""

    nonce: str
    audience: str


def present(text: str, holder: Signer, question: Question, at: datetime) -> str:
    """The token, signed by its holder for one question. Raises NotReadable."""
    token = read(text)
    payload = {
        "iat": int(at.timestamp()), "aud": question.audience, "nonce": question.nonce,
        "sd_hash": digest_of(token.digest_name, token.bound),
    }  # fmt: skip
    return token.bound + jose.sign(holder, KIND, payload)


def check(token: SdJwt, claims: dict[str, Any], question: Question, at: datetime) -> None:
    """Whether the holder named in the token answered this question, now. Raises Refused, and NotReadable."""
    if not token.binding:
        raise Refused("binding", "出示没有持有人签名，不能证明是持有人本人出示。")
    jws = jose.read(token.binding)
    jose.check(jws, _holder(claims), KIND)
    said = jws.payload
    if said.get("aud") != question.audience:
        raise Refused("audience", "这次出示是给别处的，不能在这里使用。")
    if said.get("nonce") != question.nonce:
        raise Refused("nonce", "这次出示回答的不是本次的请求，可能是重放，不予采信。")
    if said.get("sd_hash") != digest_of(token.digest_name, token.bound):
        raise Refused("binding", "持有人签名与披露的内容对不上，内容被改动过。")
    made = jose.instant(said, "iat")
    if made is None or abs((at - made).total_seconds()) > WINDOW:
        raise Refused("stale", f"这次出示不是刚刚作出的（相差超过 {WINDOW} 秒），请重新出示。")


def _holder(claims: dict[str, Any]) -> Any:
    confirmation = claims.get("cnf")
    jwk = confirmation.get("jwk") if isinstance(confirmation, dict) else None
    if jwk is None:
        raise Refused("binding", "这份证照没有绑定持有人的密钥，不能证明是持有人本人出示。")
    try:
        return verifier_of(jwk)
    except BadKey as error:
        raise Refused("binding", "证照里持有人的密钥不能用。") from error
