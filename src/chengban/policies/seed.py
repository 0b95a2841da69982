"""The city's published figures (见报数字) reckoned again from its own data, kept with their day, and held against the print."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
from django.db import transaction

from chengban import ledger, rules
from chengban.facts import frame
from chengban.ledger import Actor
from chengban.lib import clock, quiet
from chengban.packs import Pack
from chengban.packs.published import FigurePart, PublishedFigure
from chengban.packs.vocabulary import facts_in, grounded, vocabulary
from chengban.policies.domain import last_batch
from chengban.policies.models import SeedFigure
from chengban.rules.columnar import rounded_total

Tell = Callable[[int, int], None]
SAME_SIZE = Decimal("0.01")
"""A city within so much of the printed one's size is compared as it stands, another in proportion."""
NEAR = Decimal("0.05")
"""In proportion, a value within so much of what is expected agrees: a smaller city has only whole firms."""
SMALLEST = 100
"""A city below this part of the printed one's size is not compared: a firm more or less would decide."""


@dataclass(frozen=True, slots=True)
class Value:
    """What a part came to, and of how many subjects it is known."""

    value: Decimal
    known: int


@dataclass(frozen=True, slots=True)
class PartLine:
    """A part beside its newest reckoning. `expected` is the printed number at this city's size; `agrees` none: not compared."""

    part: FigurePart
    kept: SeedFigure | None
    expected: Decimal | None
    agrees: bool | None


@dataclass(frozen=True, slots=True)
class FigureLine:
    figure: PublishedFigure
    parts: tuple[PartLine, ...]

    @property
    def kept(self) -> SeedFigure | None:
        """The newest reckoning: its day and the size of the city."""
        return next((line.kept for line in self.parts if line.kept), None)

    @property
    def agrees(self) -> bool | None:
        """Whether every part that was compared agrees; none where nothing was compared."""
        found = [line.agrees for line in self.parts if line.agrees is not None]
        return all(found) if found else None


def reckon_seed(pack: Pack, *, by: Actor, on: date, progress: Tell = lambda done, total: None) -> list[FigureLine]:
    """Reckon every published figure over the whole city as it is known now, and keep the results."""
    with transaction.atomic():
        batch, now = last_batch(), clock.now()
        table = frame.build(pack, "enterprise", on=on, known_by=batch, wanted=wanted(pack), progress=progress)
        SeedFigure.objects.bulk_create(
            SeedFigure(
                figure=figure.id, part=part, value=found.value, known=found.known, enterprises=len(table), on=on, known_by=batch,
                at=now, by=str(by),
            )
            for figure in pack.figures.values()
            for part, found in values_of(pack, figure, table, on).items()
        )  # fmt: skip
        ledger.append(by, "policies.reckon_seed", "city:figures", {"on": on.isoformat(), "known_by": batch})
    return compared(pack)


def wanted(pack: Pack) -> list[str]:
    """The base facts that the figures stand on."""
    parts = [part for figure in pack.figures.values() for part in figure.parts if part.kind != "formula"]
    return sorted(facts_in(pack, [_node(pack, part) for part in parts]))


def _node(pack: Pack, part: FigurePart) -> rules.Node:
    words = vocabulary(pack)
    return words.resolve(rules.parse(part.rule, names=words.names))


def values_of(pack: Pack, figure: PublishedFigure, table: pa.Table, on: date) -> dict[str, Value]:
    """Part id → what it comes to over the frame; a formula that has no number, such as a mean of nothing, is left out."""
    found: dict[str, Value] = {}
    names = {one.name: Decimal(one.value) for one in figure.parameters if isinstance(one.value, int | Decimal)}
    for part in figure.parts:
        made = _formula(part, names, len(table)) if part.kind == "formula" else _over(pack, part, table, on)
        if made is not None:
            found[part.id], names[part.name] = made, made.value
    return found


def _over(pack: Pack, part: FigurePart, table: pa.Table, on: date) -> Value:
    node = grounded(pack, _node(pack, part), on)
    with quiet.to_log("chengban.policies", figure=part.id):
        if part.kind == "sum":
            added = rounded_total(node, table, np.ones(len(table), np.bool_), places=2)
            return Value(added.total, added.known)
        column = rules.evaluate_column(node, table)
        return Value(Decimal(int(column.is_true().sum())), len(table) - column.values.null_count)


def _formula(part: FigurePart, names: Mapping[str, Decimal], subjects: int) -> Value | None:
    found = rules.evaluate_known(rules.parse(part.rule, names=tuple(names)), dict(names))
    return Value(round(found, 4), subjects) if isinstance(found, Decimal) else None


def compared(pack: Pack) -> list[FigureLine]:
    """Every published figure beside its newest reckoning. One query."""
    newest = SeedFigure.objects.order_by("figure", "part", "-id").distinct("figure", "part")
    kept = {(one.figure, one.part): one for one in newest}
    return [
        FigureLine(figure, tuple(compare(figure, part, kept.get((figure.id, part.id))) for part in figure.parts))
        for figure in pack.figures.values()
    ]


def compare(figure: PublishedFigure, part: FigurePart, kept: SeedFigure | None) -> PartLine:
    """Hold one number against the print, at the size of the city that it was reckoned for."""
    if kept is None or kept.enterprises * SMALLEST < figure.of_enterprises:
        return PartLine(part, kept, None, None)
    size = Decimal(kept.enterprises) / figure.of_enterprises
    whole = abs(size - 1) <= SAME_SIZE
    expected = part.published if whole or not part.scales else part.published * size
    off = part.to / 2 if whole else max(expected * NEAR, Decimal("0.5") if part.kind == "count" else Decimal(0))
    agrees = kept.value >= expected - (0 if whole else off) if part.at_least else abs(kept.value - expected) <= off
    return PartLine(part, kept, expected, agrees)
