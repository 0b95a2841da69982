"""One subject's own file (一企一档): every fact the city holds about it, with source and time."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from chengban import rules
from chengban.facts import store
from chengban.facts.conditions import condition_of
from chengban.facts.errors import UnknownSubject
from chengban.facts.frame import Kind, Need, fields_for, needs, source_of, subjects_of
from chengban.facts.reading.grounds import Ground
from chengban.facts.reading.masking import level_of, masked
from chengban.facts.reading.opening import Wanted, begin_reading
from chengban.facts.takes import NOT_KNOWN, take_one
from chengban.ledger import Actor
from chengban.packs import Pack
from chengban.packs.model import FactDeclaration, Register
from chengban.packs.purposes import Purpose
from chengban.packs.units import convert
from chengban.packs.vocabulary import calendar_facts, facts_in, kept_with, vocabulary


@dataclass(frozen=True, slots=True)
class FactView:
    """One fact as the reader may see it. `register` is none for a derived fact; the value of a masked one is a text."""

    fact: FactDeclaration
    value: Any
    known: bool
    register: Register | None
    learned_at: datetime | None
    derived: bool
    masked: bool = False

    @property
    def field_name(self) -> str:
        source = self.fact.enterprise or self.fact.person
        if self.register is None or source is None or source.field is None:
            return ""
        return self.register.field(source.field).name


@dataclass(frozen=True)
class Profile:
    """A subject and all facts about it at a business date."""

    kind: Kind
    id: str
    name: str
    on: date
    views: tuple[FactView, ...]
    known: dict[str, Any] = field(repr=False)
    """Base fact id → value, for those that are known: what policies are explained with. Never shown: see `shown`."""

    def shown(self, fact: str, value: Any) -> Any:
        """A value of a fact as this reader may see it."""
        hidden = any(view.masked for view in self.views if view.fact.id == fact)
        return masked(value) if hidden else value

    def view(self, fact: str) -> FactView:
        return next(view for view in self.views if view.fact.id == fact)


def open_file(
    pack: Pack,
    kind: Kind,
    subject: str,
    *,
    under: Ground,
    by: Actor,
    on: date,
    facts: Collection[str] | None = None,
    known_by: int | None = None,
    named: bool = True,
) -> Profile:
    """Read what the city holds about a subject (调档), as far as the ground's purpose allows; the reading is in the ledger.

    `facts`: only these, derived ones too. Not `named`: without the name, which is read only where nothing else tells that there is
    such a subject. Raises `NotGrounded`, `Lapsed`, `UnknownSubject`; then nothing was read.
    """
    wanted = Wanted(None if facts is None else tuple(sorted(base_facts(pack, facts))))
    with transaction.atomic():
        purpose, allowed = begin_reading(pack, kind, [subject], under=under, by=by, on=on, wanted=wanted)
        rows = _rows(pack, kind, subject, known_by, allowed, named)
        return _compose(pack, kind, subject, on, purpose, allowed, rows)


def base_facts(pack: Pack, facts: Iterable[str]) -> set[str]:
    """These facts with those that they are derived from."""
    return {name for fact in facts for name in (fact, *facts_in(pack, [rules.parse(fact)]))}


@dataclass(frozen=True, slots=True)
class _Rows:
    """What was read of one subject: its name, and its rows of each register with the facts that they are read for."""

    name: str
    registers: tuple[tuple[Register, list[Need], list[dict[str, Any]]], ...]


def _rows(
    pack: Pack, kind: Kind, subject: str, known_by: int | None, allowed: Collection[str] | None, named: bool
) -> _Rows:  # fmt: skip
    """Read the registers, all in one word with the database. Raises `UnknownSubject`."""
    subjects = subjects_of(pack, kind)
    who = (pack.registers[subjects.register_], [subjects.name])
    wanted = [(pack.registers[name], some) for name, some in needs(pack, kind, allowed).items()]
    fields = [(register, fields_for(register, some)) for register, some in wanted]
    found = store.rows_of_each([*fields, who] if named or not fields else fields, subject, known_by)
    if len(found) == len(fields) and not any(found):
        found += store.rows_of_each([who], subject, known_by)
    held = found[len(fields)] if len(found) > len(fields) else None
    if held == []:
        raise UnknownSubject("本市没有登记这个主体。")
    read = tuple((register, some, rows) for (register, some), rows in zip(wanted, found[: len(fields)], strict=True))
    return _Rows(held[0][subjects.name] if held else "", read)


def known_of(pack: Pack, kind: Kind, subject: str, facts: Collection[str], on: date) -> dict[str, Any]:
    """Base fact id → value, for those of `facts` that are known. The reading was begun by who asks. Raises `UnknownSubject`."""
    return _known(_rows(pack, kind, subject, None, facts, True), on)


def _known(read: _Rows, on: date) -> dict[str, Any]:
    values = (pair for register, some, rows in read.registers for pair in values_of(register, some, rows, on).items())
    return {name: value for name, value in values if value is not NOT_KNOWN}


def _compose(
    pack: Pack, kind: Kind, subject: str, on: date, purpose: Purpose, allowed: Collection[str] | None, read: _Rows
) -> Profile:  # fmt: skip
    known = _known(read, on)
    learned = {one.id: max(rows, key=lambda row: row["batch"])["learned"] for one, _some, rows in read.registers if rows}
    facts = pack.facts.values() if allowed is None else [pack.facts[name] for name in pack.facts if name in allowed]
    seen = tuple(_masked(pack, kind, view, purpose) for view in _views(pack, kind, facts, on, known, learned))
    return Profile(kind, subject, read.name, on, seen, known)


def _masked(pack: Pack, kind: Kind, view: FactView, purpose: Purpose) -> FactView:
    if not view.known or purpose.shows(level_of(pack, kind, view.fact)):
        return view
    return replace(view, value=masked(view.value), masked=True)


def values_of(register: Register, some: Iterable[Need], rows: list[dict[str, Any]], on: date) -> dict[str, Any]:
    """The facts of one register from its rows of one subject; `NOT_KNOWN` for those that they do not tell."""
    made: dict[str, Any] = {}
    for need in some:
        holds = [_holds(register, need.source.where, row, on) for row in rows]
        value = take_one(need.source, rows, holds)
        if value is not NOT_KNOWN and need.source.field is not None and rows and any(holds):
            value = convert(value, register.field(need.source.field).unit, need.fact.unit)
        made[need.fact.id] = value
    return made


def _holds(register: Register, where: str | None, row: dict[str, Any], on: date) -> bool | None:
    if where is None:
        return True
    known = {name: value for name, value in row.items() if value is not None}
    value = rules.evaluate_known(condition_of(register, where, on), known)
    return value if isinstance(value, bool) else None if rules.is_unknown(value) else False


def _views(
    pack: Pack,
    kind: Kind,
    facts: Iterable[FactDeclaration],
    on: date,
    known: dict[str, Any],
    learned: dict[str, datetime | None],
) -> Iterable[FactView]:
    words = vocabulary(pack)
    held = {**calendar_facts(on), **known}
    for fact in facts:
        source = source_of(fact, kind)
        if source is not None:
            register = pack.registers[source.register_]
            yield FactView(fact, known.get(fact.id), fact.id in known, register, learned.get(register.id), False)
        elif (fact.formula is not None or fact.table is not None) and _stands_on(pack, fact, kind):
            value = rules.evaluate_known(words.inline(rules.parse(fact.id)), held)
            yield FactView(fact, _plain(value), not rules.is_unknown(value) and value is not None, None, None, True)


def _stands_on(pack: Pack, fact: FactDeclaration, kind: Kind) -> bool:
    """Whether a derived fact is about this kind of subject: what it stands on is read for the kind."""
    return kept_with(pack, ("stands on", kind, fact.id), fact, lambda: _look_under(pack, fact, kind))


def _look_under(pack: Pack, fact: FactDeclaration, kind: Kind) -> bool:
    names = rules.names_in(vocabulary(pack).inline(rules.parse(fact.id)))
    held = names - set(calendar_facts(date.min))
    return bool(held) and all(name in pack.facts and source_of(pack.facts[name], kind) is not None for name in held)


def _plain(value: Any) -> Any:
    return value.normalize() if isinstance(value, Decimal) else value
