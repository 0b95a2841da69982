"""What the city holds of an applicant that could stand for materials, as it can be read just now.

A register that does not answer, or not in time, is no error here: it is told, and the verdict falls to the next way. Only what the
case asks for is read, in one transaction with the ledger entry that its subject sees.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

import psycopg
from django.db import Error, connection, transaction

from chengban import rules
from chengban.certificates.models import Certificate
from chengban.certificates.standing import Stands, stands, with_move
from chengban.facts import frame
from chengban.facts.batches import brought_on, newest_of
from chengban.facts.frame import Kind
from chengban.facts.models import Batch
from chengban.facts.reading.grounds import Ground
from chengban.facts.reading.opening import Wanted, begin_reading
from chengban.items import reading
from chengban.items.case import Applicant, Case
from chengban.items.models import DepartmentCheck, Dispute
from chengban.ledger import Actor
from chengban.packs import Pack
from chengban.packs.model import Register
from chengban.packs.vocabulary import facts_in, grounded, vocabulary

PATIENCE = 0.5
"""Seconds that a register has to answer."""
T = TypeVar("T")


class Trouble(StrEnum):
    """Why nothing could be read."""

    DOWN = "down"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class HeldCertificate:
    """A certificate of the applicant, and where it stands on the day."""

    kind: str
    number: str
    identifier: str
    valid_from: date
    valid_until: date | None
    stands: Stands


@dataclass(frozen=True, slots=True)
class HeldRegister:
    """The applicant's rows of a register, when its owner last brought it, and in which loading."""

    rows: tuple[reading.Row, ...] = ()
    brought_on: date | None = None
    loaded_at: datetime | None = None
    batch: int | None = None
    trouble: Trouble | None = None

    def age(self, on: date) -> int | None:
        """Days since it was brought; none where it never was."""
        return None if self.brought_on is None else (on - self.brought_on).days


@dataclass(frozen=True, slots=True)
class Bar:
    """Whether the applicant may not commit; where that is not known, the registers that should tell, if there are any."""

    barred: bool | None = None
    registers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenDispute:
    """A datum that its subject says is wrong, and nobody has answered yet."""

    number: int
    opened_on: date


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """What a department told when it could not check."""

    on: date
    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """Everything that was read for a case. `certificates` none: they could not be read. `name` none: nobody is registered so."""

    certificates: Mapping[str, tuple[HeldCertificate, ...]] | None = field(default_factory=dict)
    registers: Mapping[str, HeldRegister] = field(default_factory=dict)
    bar: Bar = Bar()
    disputes: Mapping[str, OpenDispute] = field(default_factory=dict)
    failed_checks: Mapping[tuple[str, str], FailedCheck] = field(default_factory=dict)
    """By department and material."""
    name: str | None = ""


def read(pack: Pack, case: Case, *, under: Ground, by: Actor, patience: float = PATIENCE) -> Held:
    """Read what the case asks for, as the ledger then says. No register that fails stops it. Raises `NotGrounded`, `Lapsed`."""
    kinds = {way.certificate for way in case.ways() if way.certificate is not None}
    names = {way.register_ for way in case.ways() if way.register_ is not None}
    bar = _bar_registers(pack, case.applicant) if any(way.commitment for way in case.ways()) else []
    applicant, fields, under = case.applicant, _fields(pack, case, names), replace(under, about=f"item:{case.code}")
    with transaction.atomic():
        begin_reading(pack, applicant.kind, [applicant.id], under=under, by=by, on=case.on, wanted=Wanted(fields=fields))
        batches = newest_of({*names, *bar})
        disputes, failed = _disputes(case), _failed_checks(case)
        with hurried(patience):
            certificates = _certificates(kinds, case)
            registers = {name: _register(pack.registers[name], batches.get(name), case.applicant) for name in sorted(names)}
            held = Held(certificates, registers, _bar(pack, case, bar, batches), disputes, failed, _name(pack, case.applicant))
    return held


def _fields(pack: Pack, case: Case, names: Iterable[str]) -> dict[str, set[str]]:
    """Register → the fields that are read for the case: the name, what stands for materials, and what may bar from committing."""
    kind = case.applicant.kind
    own = frame.subjects_of(pack, kind)
    found: dict[str, set[str]] = {own.register_: {own.name}}
    for name in names:
        found.setdefault(name, set()).update(field.id for field in pack.registers[name].fields)
    node = bar_of(pack, kind)
    if node is not None and any(way.commitment for way in case.ways()):
        for name, some in frame.needs(pack, kind, facts_in(pack, [node])).items():
            found.setdefault(name, set()).update(frame.fields_for(pack.registers[name], some))
    return found


@contextmanager
def hurried(seconds: float) -> Iterator[None]:
    """Inside, whatever takes longer is cut off; afterwards the transaction's own patience holds again."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        before = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{round(seconds * 1000)}ms"])
        yield
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])


def attempt(look: Callable[[], T]) -> "T | Trouble":
    """What a reading finds, or why it found nothing; what it did is undone, and the transaction goes on."""
    try:
        with transaction.atomic():
            return look()
    except (psycopg.Error, Error) as error:
        return Trouble.SLOW if isinstance(_cause(error), psycopg.errors.QueryCanceled) else Trouble.DOWN


def _cause(error: BaseException) -> BaseException:
    return error.__cause__ if isinstance(error, Error) and error.__cause__ is not None else error


def _name(pack: Pack, applicant: Applicant) -> str | None:
    """What the applicant is called; empty where the register does not answer, none where it holds no such subject."""
    subjects = frame.subjects_of(pack, applicant.kind)
    rows = attempt(lambda: reading.rows(pack.registers[subjects.register_], applicant))
    if isinstance(rows, Trouble):
        return ""
    return str(rows[-1][subjects.name] or "") if rows else None


def _register(register: Register, batch: Batch | None, applicant: Applicant) -> HeldRegister:
    rows = attempt(lambda: reading.rows(register, applicant)) if register.about == applicant.kind else ()
    trouble, rows = (rows, ()) if isinstance(rows, Trouble) else (None, rows)
    if batch is None:
        return HeldRegister(rows, trouble=trouble)
    return HeldRegister(rows, brought_on(batch), batch.at, batch.pk, trouble)


def _certificates(kinds: set[str], case: Case) -> dict[str, tuple[HeldCertificate, ...]] | None:
    if not kinds:
        return {}
    mine = with_move(Certificate.objects.filter(subject=case.applicant.id, kind__in=kinds)).order_by("-pk")
    found = attempt(lambda: list(mine))
    if isinstance(found, Trouble):
        return None
    return {kind: tuple(_certificate(one, case.on) for one in found if one.kind == kind) for kind in kinds}


def _certificate(one: Certificate, on: date) -> HeldCertificate:
    return HeldCertificate(one.kind, one.number, one.identifier, one.valid_from, one.valid_until, stands(one, on))


def bar_of(pack: Pack, kind: Kind) -> rules.Node | None:
    """What bars applicants of this kind from committing, over facts; none where the city declares nothing."""
    text = getattr(pack.city.barred_from_committing, kind, None)
    words = vocabulary(pack)
    return None if text is None else words.resolve(rules.parse(text, names=words.names))


def _bar_registers(pack: Pack, applicant: Applicant) -> list[str]:
    node = bar_of(pack, applicant.kind)
    return [] if node is None else sorted(frame.needs(pack, applicant.kind, facts_in(pack, [node])))


def _bar(pack: Pack, case: Case, names: Sequence[str], batches: Mapping[str, Batch]) -> Bar:
    """Whether the applicant is barred: only registers that are fresh can say."""
    stale = tuple(name for name in names if not is_fresh(pack.registers[name], batches.get(name), case.on))
    node = bar_of(pack, case.applicant.kind)
    if stale or node is None or not names:
        return Bar(registers=stale)
    found = attempt(lambda: _barred(pack, node, case))
    return Bar(registers=tuple(names)) if found is None or isinstance(found, Trouble) else Bar(found)


def _barred(pack: Pack, node: rules.Node, case: Case) -> bool | None:
    table = reading.facts(pack, case.applicant.kind, facts_in(pack, [node]), on=case.on, subjects=[case.applicant.id])
    if not len(table):
        return None
    column = rules.evaluate_column(grounded(pack, node, case.on), table)
    return None if column.unknown[0] else column.values[0].as_py()


def is_fresh(register: Register, batch: Batch | None, on: date) -> bool:
    return batch is not None and (on - brought_on(batch)).days <= register.refresh_days


def _disputes(case: Case) -> dict[str, OpenDispute]:
    mine = Dispute.objects.filter(subject=case.applicant.id, answered_at=None)
    return {one.datum: OpenDispute(one.pk, one.opened_on) for one in mine}


def _failed_checks(case: Case) -> dict[tuple[str, str], FailedCheck]:
    """Of each department's newest words on a material, those that say it could not check."""
    mine = DepartmentCheck.objects.filter(subject=case.applicant.id, item=case.code).order_by("department", "material", "-pk")
    newest = mine.distinct("department", "material")
    return {(one.department, one.material): FailedCheck(one.on, one.reason) for one in newest if not one.found}
