"""The census of what need not be submitted (免提交普查): every item, material and way over all applicants, and what is in the way.

It is counted by sets, not applicant by applicant. Every situation counts: no answers are given, and an earlier item is done
together with the one that takes its result. A material is free for an applicant of whom any way holds; an item, where all of its
materials are.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Any

import numpy as np
from django.db import transaction

from chengban import ledger
from chengban.facts import frame
from chengban.facts.frame import Kind
from chengban.facts.reading.grounds import Ground
from chengban.facts.reading.opening import begin_whole
from chengban.items.bits import Bits, Universe, count
from chengban.items.columns import Column, Fix, Looking
from chengban.items.finding import standing
from chengban.items.guiding import Outcome, guide_of, outcomes, read_answers
from chengban.items.held import bar_of, hurried
from chengban.items.models import Census, DepartmentCheck, Dispute
from chengban.items.ways import mode_of
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.packs import Pack
from chengban.packs.items import Implementation, Item, Material
from chengban.packs.vocabulary import facts_in

PATIENCE = 600.0
"""Seconds that one reading of a register may take."""
Progress = Callable[[int, int], None]
KINDS: tuple[Kind, ...] = ("enterprise", "person")
_PERSON = "1"
_NO_NEED = Outcome(False)


@dataclass(frozen=True, slots=True)
class Counted:
    """An item that is counted, under which heading, and whom it serves."""

    code: str
    item: Implementation
    heading: str
    kind: Kind


def take_census(pack: Pack, *, by: Actor, on: date, progress: Progress = lambda done, total: None) -> Census:
    """Count everything now, and keep the figures. One transaction, one ledger entry."""
    with transaction.atomic():
        begin_whole(pack, _registers(pack), under=Ground("material_free", "process:census"), by=by, on=on)
        result, sizes = count_all(pack, on, progress)
        made = Census.objects.create(
            on=on, at=clock.now(), by=str(by), enterprises=sizes["enterprise"], people=sizes["person"], result=result
        )  # fmt: skip
        ledger.append(by, "items.take_census", f"census:{made.pk}", {"on": on.isoformat(), "rate": str(result["rate"])})
    return made


def latest() -> Census | None:
    """The newest census; none before there was one."""
    return Census.objects.order_by("-pk").first()


def count_all(pack: Pack, on: date, progress: Progress = lambda done, total: None) -> tuple[dict[str, Any], dict[Kind, int]]:
    """The figures of all items on a day, and how many applicants of each kind there are."""
    counted = list(_items(pack))
    with hurried(PATIENCE):
        looking: dict[Kind, Looking] = {kind: _looking(pack, kind, on) for kind in KINDS}
        tally = Tally()
        for done, one in enumerate(counted):
            tally.add(one, _columns(looking[one.kind], one, pack), looking[one.kind].universe)
            progress(done + 1, len(counted))
    return tally.result(), {kind: look.universe.size for kind, look in looking.items()}


def _registers(pack: Pack) -> set[str]:
    """The registers that could stand for a material of any item, and those that the applicants are counted in."""
    ways = (way for one in _items(pack) for material in one.item.materials for way in material.instead)
    named = {way.register_ for way in ways if way.register_ is not None}
    return (
        named | {frame.subjects_of(pack, kind).register_ for kind in KINDS} | {name for kind in KINDS for name in _bars(pack, kind)}
    )


def _bars(pack: Pack, kind: Kind) -> Iterable[str]:
    """The registers that say who may not commit."""
    node = bar_of(pack, kind)
    return () if node is None else frame.needs(pack, kind, facts_in(pack, [node]))


def _items(pack: Pack) -> Iterator[Counted]:
    for item in pack.items.values():
        if item.materials:
            yield Counted(item.id, item, pack.scenes[item.scene].name, _serves(item, pack.scenes[item.scene].subject))
    for one in standing().order_by("list_name", "code").iterator():
        brought = Implementation.model_validate(one.implementation)
        if brought.materials:
            yield Counted(one.code, brought, one.list_name, _serves(brought, ""))


def _serves(item: Implementation, subject: str) -> Kind:
    """Whom an item serves first: as its list says, else as its scene does."""
    if item.served:
        return "person" if item.served[0] == _PERSON else "enterprise"
    return "person" if subject.startswith("个人") else "enterprise"


def _looking(pack: Pack, kind: Kind, on: date) -> Looking:
    disputed: dict[str, list[str]] = defaultdict(list)
    for datum, subject in Dispute.objects.filter(answered_at=None).values_list("datum", "subject"):
        disputed[datum].append(subject)
    failed: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    checks = DepartmentCheck.objects.order_by("subject", "item", "material", "department", "-pk")
    for one in checks.distinct("subject", "item", "material", "department"):
        if not one.found:
            failed[(one.item, one.material, one.department)].append(one.subject)
    return Looking(pack, kind, Universe(frame.identifiers_of(pack, kind, None)), on, disputed, failed)


Columns = list[tuple[Material, list[tuple[str, Column]]]]
"""Each material with its ways: mode and column."""


def _columns(looking: Looking, one: Counted, pack: Pack) -> Columns:
    impossible = _impossible(pack, one.item)
    found: Columns = []
    for material in one.item.materials:
        ways = sorted(material.instead, key=lambda way: mode_of(way).rank)
        columns = [
            (str(mode_of(way)), looking.column(way, one.code, material.name, one.item.department))
            for way in ways
            if way.result_of not in impossible
        ]
        found.append((material, columns or [("U", looking.undeclared(one.code, material.name, one.item.department))]))
    return found


def _impossible(pack: Pack, item: Implementation) -> set[str]:
    """Earlier items that no answer whatever makes to be done."""
    if not isinstance(item, Item):
        return set()
    guide = guide_of(pack.scenes[item.scene], item.id)
    found = outcomes(guide, read_answers(guide, {}))
    return {code for (code, name), outcome in found.items() if not name and outcome == _NO_NEED}


class Tally:
    """What comes together of the items: their shares, and what each thing that could be mended would gain."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self.fixes: dict[tuple[str, str], dict[str, Any]] = {}

    def add(self, one: Counted, columns: Columns, universe: Universe) -> None:
        size = universe.size
        free = [reduce(np.bitwise_or, (column.holds for _mode, column in ways)) for _material, ways in columns]
        whole = count(reduce(np.bitwise_and, free))
        materials = [_material(each, ways, bits, size) for (each, ways), bits in zip(columns, free, strict=True)]
        self.items.append(
            {
                "code": one.code, "name": one.item.name, "heading": one.heading, "department": one.item.department,
                "kind": one.kind, "applicants": size, "rate": _share(sum(map(count, free)), size * len(free)),
                "free": _share(whole, size), "materials": materials,
            }
        )  # fmt: skip
        for fix in _each_once(columns):
            self._gain(fix, count(_mended(columns, fix)) - whole, size)

    def _gain(self, fix: Fix, more: int, size: int) -> None:
        held = self.fixes.setdefault(
            (fix.thing, fix.cause),
            {
                "thing": fix.thing, "cause": str(fix.cause), "department": fix.department, "sentence": fix.sentence, "touches": 0,
                "frees": 0, "gained": 0.0,
            },
        )  # fmt: skip
        held["touches"] += 1
        held["frees"] += more > 0
        held["gained"] += more / size if size else 0.0

    def result(self) -> dict[str, Any]:
        """Items by their heading, and the things to mend, those first by which most items become free."""
        ranked = sorted(
            self.fixes.values(), key=lambda one: (-round(one["gained"], 6), -one["frees"], -one["touches"], one["thing"])
        )
        rates = [one["rate"] for one in self.items]
        frees = [one["free"] for one in self.items]
        return {
            "rate": _mean(rates), "free": _mean(frees), "items": self.items, "headings": list(_headings(self.items)),
            "fixes": [{**one, "gained": round(one["gained"], 4)} for one in ranked],
        }  # fmt: skip


def _material(material: Material, ways: list[tuple[str, Column]], free: Bits, size: int) -> dict[str, Any]:
    told = [_way(mode, column, size) for mode, column in ways]
    return {"name": material.name, "rate": _share(count(free), size), "ways": told}


def _way(mode: str, column: Column, size: int) -> dict[str, Any]:
    told = [{"cause": str(fix.cause), "department": fix.department, "sentence": fix.sentence} for fix in column.fixes]
    return {"mode": mode, "rate": _share(count(column.holds), size), "fixes": told}


def _each_once(columns: Columns) -> list[Fix]:
    fixes = (fix for _material, ways in columns for _mode, column in ways for fix in column.fixes)
    return list({(fix.thing, fix.cause): fix for fix in fixes}.values())


def _mended(columns: Columns, fix: Fix) -> Bits:
    """Of whom the whole item is free once one thing is mended, wherever it stands."""
    return reduce(np.bitwise_and, (reduce(np.bitwise_or, (_with(column, fix) for _mode, column in ways)) for _m, ways in columns))


def _with(column: Column, fix: Fix) -> Bits:
    mended = [one.mended for one in column.fixes if (one.thing, one.cause) == (fix.thing, fix.cause)]
    return reduce(np.bitwise_or, mended, column.holds)


def _headings(items: list[dict[str, Any]]) -> Iterator[Mapping[str, Any]]:
    by_name: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in items:
        by_name[one["heading"]].append(one)
    for name, some in by_name.items():
        rates, frees = [one["rate"] for one in some], [one["free"] for one in some]
        yield {"name": name, "items": len(some), "rate": _mean(rates), "free": _mean(frees)}


def _share(part: int, whole: int) -> float:
    return round(part / whole, 6) if whole else 0.0


def _mean(shares: list[float]) -> float:
    return round(sum(shares) / len(shares), 6) if shares else 0.0
