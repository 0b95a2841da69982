"""Is this certificate good? One answer with its reason, from the city's own register, or offline from a status list.

Whoever cannot know says unknown. Nothing but `valid` may be relied on.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from chengban.certificates import binding, jose, sdjwt, status
from chengban.certificates.binding import Question
from chengban.certificates.errors import CertificatesError, Refused
from chengban.certificates.signing.keys import KeyRing
from chengban.certificates.status import Answer, State, StatusList
from chengban.lib.clock import CHINA


class Outcome(StrEnum):
    """What a verifier is told."""

    VALID = "valid"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    UNKNOWN = "unknown"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome, a sentence, and for a rejection its cause in one word. `claims` are those that the issuer signed, if it did."""

    outcome: Outcome
    reason: str
    cause: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    algorithm: str = ""
    key_id: str = ""
    bound: bool = False
    """Whether the holder presented it, in answer to the verifier's own question."""


Status = Callable[[dict[str, Any]], Answer]
"""Finds the state of a certificate by its claims."""
REASONS = {
    Outcome.VALID: "证照真实、有效。", Outcome.REVOKED: "证照是真的，但已经撤销或换发，不能再用。",
    Outcome.SUSPENDED: "证照是真的，但正在暂停，现在不能用。", Outcome.EXPIRED: "证照是真的，但已过有效期。",
    Outcome.NOT_YET: "证照是真的，但还没有到生效日期。",
}  # fmt: skip
_STATED = {State.REVOKED: Outcome.REVOKED, State.SUSPENDED: Outcome.SUSPENDED}


def verify(text: str, keys: KeyRing, find_status: Status, *, at: datetime, question: Question | None = None) -> Verdict:
    """Everything that can be said of a token. Raises nothing for a bad one: it is rejected, with the reason."""
    try:
        token = sdjwt.read(text)
        verifier = keys.find(token.jws.header.get("kid"))
        if verifier is None:
            raise Refused("issuer", "不是所信任的机构签发的：没有与这份证照相符的公钥。")
        claims = sdjwt.verify(token, verifier)
        if not keys.signs_for(verifier.key_id, claims.get("iss")):
            raise Refused("issuer", "签名的密钥不属于凭证所写的颁发机构，不予采信。")
        _presented(token, claims, question, at)
        outcome, reason = _standing(claims, find_status, at)
    except CertificatesError as error:
        return Verdict(Outcome.REJECTED, str(error), error.cause if isinstance(error, Refused) else "unreadable")
    return Verdict(outcome, reason, "", claims, verifier.algorithm, verifier.key_id, question is not None)


def _presented(token: sdjwt.SdJwt, claims: dict[str, Any], question: Question | None, at: datetime) -> None:
    if question is not None:
        binding.check(token, claims, question, at)
    elif token.binding:
        raise Refused("binding", "这是一次出示，带有持有人签名：请给出当时的随机数和核验方再核验。")


def _standing(claims: dict[str, Any], find_status: Status, at: datetime) -> tuple[Outcome, str]:
    """What was done to it comes first, then its dates; only then the doubt whether anything was done to it."""
    said = find_status(claims)
    outcome = _STATED.get(said.state) or _dated(claims, at)
    if outcome is Outcome.VALID and said.state is State.UNKNOWN:
        return Outcome.UNKNOWN, f"签名是真的，但现在是否有效还不知道：{said.reason}"
    return outcome, REASONS[outcome]


def _dated(claims: dict[str, Any], at: datetime) -> Outcome:
    ends, begins = jose.instant(claims, "exp"), jose.instant(claims, "nbf")
    if ends is not None and at >= ends:
        return Outcome.EXPIRED
    day = at.astimezone(CHINA).date().isoformat()
    if (begins is not None and at < begins) or str(claims.get("valid_from", "")) > day:
        return Outcome.NOT_YET
    return Outcome.VALID


# Where the state comes from ------------------------------------------------------------------------------------------


def from_list(held: StatusList | None, at: datetime) -> Status:
    """Offline: what a list says that was fetched before; unknown without one."""

    def find(claims: dict[str, Any]) -> Answer:
        if held is None:
            return Answer(State.UNKNOWN, "手头没有状态清单。")
        place = place_of(claims)
        return status.state_in(held, place.get("uri"), place.get("idx"), at)

    return find


def place_of(claims: dict[str, Any]) -> dict[str, Any]:
    """Where the token says that its state is found: `uri` and `idx`, if it says so."""
    held = claims.get("status")
    place = held.get("status_list") if isinstance(held, dict) else None
    return place if isinstance(place, dict) else {}
