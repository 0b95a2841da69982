"""The verbs of a certificate: issue, annotate, suspend, resume, revoke, reissue. Each is one transaction with its ledger entry.

The ledger names the certificate by its number here and says what was done; who holds it and what stands on it stay in the room.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from itertools import groupby

from django.db import IntegrityError, connection, transaction
from psycopg.errors import UniqueViolation

from chengban import ledger
from chengban.certificates import bulk, identifiers, slots
from chengban.certificates.errors import CertificatesError, NotInForce, NotIssuable
from chengban.certificates.filling import Filled, fields_of, fill, kind_of, type_of
from chengban.certificates.models import Certificate, CertificateStep, StatusSlot
from chengban.certificates.standing import NAMES, Act, Stands, in_force, stands, with_move
from chengban.facts.reading.grounds import Ground
from chengban.facts.reading.opening import Wanted, begin_reading
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.packs import Pack
from chengban.packs.certificates import CertificateType

LONGEST_REASON = 300
_ALIVE = (Stands.VALID, Stands.EXPIRED, Stands.NOT_YET)


def issue(
    pack: Pack,
    name: str,
    subject: str,
    *,
    by: Actor,
    on: date,
    given: Mapping[str, str] | None = None,
    number: str | None = None,
    valid_until: date | None = None,
) -> Certificate:
    """Issue a certificate of a type to a subject (颁发). Raises UnknownType, NotIssuable."""
    kind = type_of(pack, name)
    with transaction.atomic():
        _hold(kind, subject)
        _begin(pack, kind, [subject], by, on)
        filled = fill(pack, kind, subject, on, given=given, number=number, valid_until=valid_until)
        if not kind.several:
            _refuse_second(kind, subject, on)
        (made,) = _make(pack, kind, [filled], by=by, on=on)
        ledger.append(by, "certificates.issue", _named(made), {"kind": kind.id, "on": on.isoformat()})
    return made


def issue_all(pack: Pack, kind: CertificateType, filled: Sequence[Filled], *, by: Actor, on: date) -> list[Certificate]:
    """Issue many of a type at once, as when a city takes up its paper certificates (批量制证).

    One ledger entry for all, and for each holder that their registers were read.
    """
    with transaction.atomic():
        made = _make(pack, kind, filled, by=by, on=on)
        payload = {"kind": kind.id, "count": len(made), "on": on.isoformat()}
        ledger.append(by, "certificates.issue_all", f"certificates:{kind.id}", payload)
        _begin(pack, kind, [one.subject for one in filled], by, on)
    return made


def annotate(certificate: Certificate, *, by: Actor, on: date, reason: str) -> None:
    """Write something beside a certificate that has not ended (加注)."""
    _step(certificate, Act.ANNOTATED, (*_ALIVE, Stands.SUSPENDED), by, on, reason)


def suspend(certificate: Certificate, *, by: Actor, on: date, reason: str) -> None:
    """Hold a certificate off for a time (暂停). Raises NotInForce for one that does not hold."""
    _step(certificate, Act.SUSPENDED, _ALIVE, by, on, reason)


def resume(certificate: Certificate, *, by: Actor, on: date, reason: str) -> None:
    """Let a suspended certificate hold again (恢复)."""
    _step(certificate, Act.RESUMED, (Stands.SUSPENDED,), by, on, reason)


def revoke(certificate: Certificate, *, by: Actor, on: date, reason: str) -> None:
    """End a certificate for good (撤销、注销). Raises NotInForce for one that ended before."""
    _step(certificate, Act.REVOKED, (*_ALIVE, Stands.SUSPENDED), by, on, reason)


def reissue(
    pack: Pack, certificate: Certificate, *, by: Actor, on: date, reason: str, given: Mapping[str, str] | None = None,
    valid_until: date | None = None,
) -> Certificate:  # fmt: skip
    """Put a new version in a certificate's place, filled anew (换发、变更): the number stays, the old one ends."""
    kind = type_of(pack, certificate.kind)
    with _at(certificate, _ALIVE, on) as held:
        _begin(pack, kind, [held.subject], by, on)
        number = held.number if kind.number is not None else None
        filled = fill(pack, kind, held.subject, on, given=given, number=number, valid_until=valid_until, kept=held.claims)
        (made,) = _make(pack, kind, [filled], by=by, on=on, before=held)
        _write(held, Act.REISSUED, by, on, reason)
        ledger.append(by, "certificates.reissue", _named(held), {"kind": kind.id, "successor": made.pk, "on": on.isoformat()})
    return made


# What the verbs share ------------------------------------------------------------------------------------------------


def _hold(kind: CertificateType, subject: str) -> None:
    """Let nobody else issue this type to the subject until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"certificates:{kind.id}:{subject}"])


def _begin(pack: Pack, kind: CertificateType, subjects: Iterable[str], by: Actor, on: date) -> None:
    """Each holder sees that their registers are read, which fields, and what for."""
    under, of_kind = Ground("certificate", f"certificate:{kind.id}"), partial(kind_of, kind)
    for whose, some in groupby(sorted(set(subjects), key=of_kind), key=of_kind):
        wanted = Wanted(fields=fields_of(pack, kind, whose))
        begin_reading(pack, whose, list(some), under=under, by=by, on=on, wanted=wanted)


def _refuse_second(kind: CertificateType, subject: str, on: date) -> None:
    held = with_move(Certificate.objects.filter(kind=kind.id, subject=subject))
    if any(in_force(held, on)):
        raise NotIssuable(f"这个主体已有一份没有失效的{kind.name}，要更改请换发。")


@contextmanager
def _at(certificate: Certificate, where: tuple[Stands, ...], on: date) -> Iterator[Certificate]:
    """A transaction that holds the certificate, which stands where the act needs it. Raises NotInForce."""
    with transaction.atomic():
        held = Certificate.objects.select_for_update().get(pk=certificate.pk)
        now = stands(held, on)
        if now not in where:
            raise NotInForce(f"这份证照{NAMES[now]}，不能这样办理。")
        yield held


def _step(certificate: Certificate, act: Act, where: tuple[Stands, ...], by: Actor, on: date, reason: str) -> None:
    with _at(certificate, where, on) as held:
        _write(held, act, by, on, reason)
        ledger.append(by, f"certificates.{act.value}", _named(held), {"kind": held.kind, "on": on.isoformat()})


def _write(certificate: Certificate, act: Act, by: Actor, on: date, reason: str) -> None:
    if not reason.strip():
        raise CertificatesError("请写明原因。")
    words = reason.strip()[:LONGEST_REASON]
    CertificateStep.objects.create(certificate=certificate, act=act, on=on, at=clock.now(), by=str(by), reason=words)


def _make(
    pack: Pack, kind: CertificateType, filled: Sequence[Filled], *, by: Actor, on: date, before: Certificate | None = None
) -> list[Certificate]:
    rows = [_row(pack, kind, one, slot, by, before) for one, slot in zip(filled, slots.take(len(filled)), strict=True)]
    try:
        with transaction.atomic():
            bulk.write(Certificate, rows)
    except (IntegrityError, UniqueViolation) as error:
        raise NotIssuable(f"这个编号的{kind.name}已经颁发过。") from error
    bulk.write(CertificateStep, [_issued(one, by, on) for one in rows])
    return rows


def _issued(made: Certificate, by: Actor, on: date) -> CertificateStep:
    return CertificateStep(certificate=made, act=Act.ISSUED, on=on, at=made.at, by=str(by))


def _row(pack: Pack, kind: CertificateType, filled: Filled, slot: StatusSlot, by: Actor, before: Certificate | None) -> Certificate:
    issuer = pack.city.region
    number = before.number if before else filled.number or f"{issuer}{filled.issued_on.year}{slot.pk:09d}"
    version = before.version + 1 if before else 1
    serial = re.sub("[^0-9A-Z]", "", number.upper(), flags=re.ASCII) or str(slot.pk)
    return Certificate(
        kind=kind.id, identifier=str(identifiers.build(kind.code, issuer, serial, version)), number=number, version=version,
        subject=filled.subject, holder=filled.holder, department=kind.department, claims=filled.claims, issued_on=filled.issued_on,
        valid_from=filled.issued_on, valid_until=filled.valid_until, slot=slot, predecessor=before, at=clock.now(), by=str(by),
    )  # fmt: skip


def _named(certificate: Certificate) -> str:
    return f"certificate:{certificate.pk}"
