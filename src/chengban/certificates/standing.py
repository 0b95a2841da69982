"""Where a certificate stands (证照状态): read from its steps and its dates, never stored."""

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum

from django.db.models import OuterRef, QuerySet, Subquery

from chengban.certificates.models import Certificate, CertificateStep
from chengban.certificates.status import State

Act = CertificateStep.Act
_MOVES = (Act.SUSPENDED, Act.RESUMED, Act.REVOKED, Act.REISSUED)
"""The acts that move a certificate; issuing and annotating leave it valid."""


class Stands(StrEnum):
    """A certificate's state on a day."""

    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    REPLACED = "replaced"
    EXPIRED = "expired"
    NOT_YET = "not_yet"


NAMES = {
    Stands.VALID: "有效", Stands.SUSPENDED: "暂停", Stands.REVOKED: "已撤销", Stands.REPLACED: "已换发", Stands.EXPIRED: "已过期",
    Stands.NOT_YET: "尚未生效",
}  # fmt: skip
_AFTER = {Act.SUSPENDED: Stands.SUSPENDED, Act.REVOKED: Stands.REVOKED, Act.REISSUED: Stands.REPLACED}
LISTED = {Stands.SUSPENDED: State.SUSPENDED, Stands.REVOKED: State.REVOKED, Stands.REPLACED: State.REVOKED}
"""What a status list says of it; validity by date stands in the certificate itself."""
ENDED = (Stands.REVOKED, Stands.REPLACED)


def with_move(certificates: "QuerySet[Certificate]") -> "QuerySet[Certificate]":
    """Each certificate with the newest act that moved it, as `move`."""
    newest = CertificateStep.objects.filter(certificate=OuterRef("pk"), act__in=_MOVES).order_by("-pk")
    return certificates.annotate(move=Subquery(newest.values("act")[:1]))


def stands(certificate: Certificate, on: date) -> Stands:
    """Where it stands on a day: what was done to it first, then its dates."""
    move = _move(certificate)
    if move in _AFTER:
        return _AFTER[move]
    if certificate.valid_until is not None and on > certificate.valid_until:
        return Stands.EXPIRED
    return Stands.NOT_YET if on < certificate.valid_from else Stands.VALID


def _move(certificate: Certificate) -> Act | None:
    if hasattr(certificate, "move"):
        return Act(certificate.move) if certificate.move else None
    newest = certificate.steps.filter(act__in=_MOVES).order_by("-pk").first()
    return Act(newest.act) if newest else None


def in_force(certificates: Iterable[Certificate], on: date) -> Iterator[Certificate]:
    """Those that hold on the day, or would if they were not suspended."""
    for one in certificates:
        if stands(one, on) in (Stands.VALID, Stands.SUSPENDED, Stands.NOT_YET):
            yield one


def listed(number: int) -> Iterator[tuple[int, State]]:
    """Index → state of those certificates of a list that are not valid."""
    moves = CertificateStep.objects.filter(certificate__slot__list=number, act__in=_MOVES)
    newest = moves.order_by("certificate_id", "-pk").distinct("certificate_id").values_list("certificate__slot__index", "act")
    for index, act in newest.iterator():
        moved = _AFTER.get(Act(act))
        if moved is not None:
            yield index, LISTED[moved]
