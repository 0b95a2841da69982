"""Frames of made-up subjects for the real pack's policies: values at, just above and just below what the rules compare with."""

import random
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

from chengban import packs
from chengban.facts import frame
from chengban.facts.columns import arrow_type
from chengban.facts.takes import Rows, take_column
from chengban.lib import env
from chengban.packs import Pack
from chengban.packs.model import FactDeclaration
from chengban.packs.units import convert_column
from chengban.packs.vocabulary import amount_of, condition_of, vocabulary
from chengban.policies.matching import Kindly
from chengban.rules.nodes import Literal, Node, walk
from chengban.rules.values import to_python

NULLS = 0.12
_NOBODY = Rows(np.zeros(0, np.int64), np.zeros(0, bool), np.zeros(0, bool), 0)


def real_pack() -> Pack:
    return packs.load(env.pack_folder())


def works() -> tuple[Kindly, ...]:
    """The kinds and business dates that together see every version of every policy in force, each version once."""
    return tuple(work for kind in ("enterprise", "person") for work in _works(kind))


@lru_cache
def _works(kind: frame.Kind) -> tuple[Kindly, ...]:
    declared = [policy for policy in real_pack().policies.values() if policy.subject == kind]
    left = {(policy.id, version.version) for policy in declared for version in policy.versions}
    dates = sorted({date(2025, 12, 1)} | {version.since for policy in declared for version in policy.versions})
    made: list[Kindly] = []
    while left:
        work = max((_narrowed(Kindly(real_pack(), kind, on), left) for on in dates), key=lambda work: len(work.versions))
        made.append(work)
        left -= {(name, version.version) for name, version in work.versions.items()}
    return tuple(made)


def _narrowed(work: Kindly, left: set[tuple[str, str]]) -> Kindly:
    work.versions = {name: version for name, version in work.versions.items() if (name, version.version) in left}
    return work


def made_up_frame(work: Kindly, rows: int, seed: int) -> pa.Table:
    """As many subjects as `rows`, with a column for each base fact, of the type that the registers would give it."""
    chance = random.Random(seed)
    names = work.wanted()
    choices = {name: _choices(work, name) for name in names}
    subjects = [_subject(work, choices, chance, number) for number in range(rows)]
    columns = {frame.SUBJECT: pa.array([f"{number:018d}" for number in range(rows)])}
    for name in names:
        columns[name] = pa.array([subject.get(name) for subject in subjects], _type(work, name))
    return pa.table(columns)


def known_facts(table: pa.Table, row: int) -> dict[str, Any]:
    """What is known about one subject of a frame."""
    values = {name: table.column(name)[row].as_py() for name in table.column_names if name != frame.SUBJECT}
    return {name: value for name, value in values.items() if value is not None}


def _subject(work: Kindly, choices: dict[str, list[Any]], chance: random.Random, number: int) -> dict[str, Any]:
    """One of the worked examples with one thing changed, or a subject of chance alone."""
    made = {name: chance.choice(some) for name, some in choices.items() if some and chance.random() >= NULLS}
    if chance.random() < 0.1:
        return made
    examples = [work.pack.examples[name] for name in work.versions]
    facts = chance.choice(examples[number % len(examples)]).facts
    kept = {name: _fitted(value, _type(work, name)) for name, value in facts.items() if name in choices}
    for name in chance.sample(sorted(kept), min(len(kept), chance.choice((0, 0, 1, 1, 2)))):
        kept[name] = made.get(name)
    return made | kept


def _type(work: Kindly, name: str) -> pa.DataType:
    """The type of the fact's column in a frame, found by taking it from a register without rows."""
    fact, source = work.pack.facts[name], frame.source_of(work.pack.facts[name], work.kind)
    if source is None:
        return {"number": pa.int64(), "string": pa.string(), "boolean": pa.bool_(), "date": pa.date32()}[fact.type]
    register = work.pack.registers[source.register_]
    values = order = None
    if source.field is not None:
        field = register.field(source.field)
        values = convert_column(pa.array([], arrow_type(field)), field.unit, fact.unit)
    if source.order is not None:
        order = pa.array([], arrow_type(register.field(source.order)))
    return take_column(source, _NOBODY, values, order).type


def _choices(work: Kindly, name: str) -> list[Any]:
    fact = work.pack.facts[name]
    literals = _literals(work)
    if fact.type == "boolean":
        return [True, False]
    if fact.type == "string":
        legal = sorted(vocabulary(work.pack)[name].domain or ())
        named = [value for value in literals if isinstance(value, str)]
        return [*([value for value in named if value in legal] or named), *(legal or ["其他"])[:6]]
    if fact.type == "date":
        return _dates(work.on, literals)
    return _numbers(fact, _type(work, name), literals)


def _dates(on: date, literals: list[Any]) -> list[Any]:
    named = [value for value in literals if isinstance(value, date)]
    years = [on.replace(year=on.year - years, day=min(on.day, 28)) for years in (0, 1, 2, 3, 5, 10, 16, 24, 40)]
    return [day + timedelta(days=shift) for day in (*named, *years) for shift in (-1, 0, 1)]


def _numbers(fact: FactDeclaration, kind: pa.DataType, literals: list[Any]) -> list[Any]:
    named = [Decimal(value) for value in literals if isinstance(value, int | Decimal) and not isinstance(value, bool)]
    near = [
        value + shift for value in (*named, Decimal(0)) for shift in (Decimal(0), Decimal("0.01"), Decimal("-0.01"), Decimal(1))
    ]
    large = [value * 10_000 for value in named if value < 100_000]
    return [_fitted(value, kind) for value in (*near, *large)]


def _fitted(value: Any, kind: pa.DataType) -> Any:
    if pa.types.is_integer(kind) and isinstance(value, int | Decimal):
        return int(value)
    if pa.types.is_decimal(kind) and isinstance(value, int | Decimal):
        return round(Decimal(value), min(kind.scale, 6))
    return value


_KEPT: dict[tuple[str, date], list[Any]] = {}


def _literals(work: Kindly) -> list[Any]:
    """Every value that the conditions and amounts of the day compare with, sorted so that a seed means the same rows each time."""
    key = (work.kind, work.on)
    if key not in _KEPT:
        found = {_plain(part) for node in _nodes(work) for part in walk(node) if isinstance(part, Literal)}
        _KEPT[key] = sorted((value for value in found if value is not None), key=lambda value: (type(value).__name__, str(value)))
    return _KEPT[key]


def _nodes(work: Kindly) -> list[Node]:
    words = vocabulary(work.pack)
    nodes = [condition_of(work.pack, version, work.on) for version in work.versions.values()]
    nodes += [node for version in work.versions.values() if (node := amount_of(work.pack, version)) is not None]
    return [words.inline(node) for node in nodes]


def _plain(literal: Literal) -> Any:
    value = to_python(literal.value)
    return value if isinstance(value, str | int | Decimal | date) else None
