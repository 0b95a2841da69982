"""The state of a certificate as the city's own steps say it now: for who can ask the city itself."""

from datetime import date
from typing import Any

from chengban.certificates import status
from chengban.certificates.models import Certificate
from chengban.certificates.signing.keys import city_keys
from chengban.certificates.standing import ENDED, Stands, stands, with_move
from chengban.certificates.status import Answer, State
from chengban.certificates.tokens import list_number
from chengban.certificates.verifying import REASONS, Outcome, Verdict, place_of

_NOW = {
    Stands.VALID: Outcome.VALID, Stands.SUSPENDED: Outcome.SUSPENDED, Stands.REVOKED: Outcome.REVOKED,
    Stands.REPLACED: Outcome.REVOKED, Stands.EXPIRED: Outcome.EXPIRED, Stands.NOT_YET: Outcome.NOT_YET,
}  # fmt: skip


def from_register(claims: dict[str, Any]) -> Answer:
    """Online: what the city's own steps say now, of what the city itself issued."""
    if not city_keys().knows(claims.get("iss")):
        return Answer(State.UNKNOWN, "这不是本市颁发的证照，本市不知道它的状态。")
    place = place_of(claims)
    number, index = list_number(place.get("uri")), place.get("idx")
    if number is None or isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < status.SIZE:
        return Answer(State.UNKNOWN, "证照没有写明到哪里查状态。")
    found = with_move(Certificate.objects.filter(slot__list=number, slot__index=index)).first()
    if found is None or found.identifier != claims.get("identifier"):
        return Answer(State.UNKNOWN, "本市没有这份证照的记录。")
    now = stands(found, found.valid_from)
    if now in ENDED:
        return Answer(State.REVOKED)
    return Answer(State.SUSPENDED if now is Stands.SUSPENDED else State.VALID)


def by_identifier(identifier: str, on: date) -> Verdict:
    """What is known of an identifier alone (扫码、查询): its state, and nothing of who holds it."""
    found = with_move(Certificate.objects.filter(identifier=identifier)).first()
    if found is None:
        return Verdict(Outcome.UNKNOWN, "本市没有这份证照的记录，是否真实还不知道。")
    outcome = _NOW[stands(found, on)]
    return Verdict(outcome, REASONS[outcome], claims={"identifier": identifier, "type": found.kind})
