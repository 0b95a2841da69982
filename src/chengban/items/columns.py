"""One way for everybody at once: of whom it holds now, and of whom it would hold if one thing were mended.

The same law as `ways`, by the column: a test holds both together.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa
from django.db.models import Q

from chengban import rules
from chengban.certificates.models import Certificate
from chengban.certificates.standing import Act, with_move
from chengban.facts import frame
from chengban.facts.batches import brought_on, newest_of
from chengban.facts.frame import Kind
from chengban.facts.models import Batch
from chengban.items import reading
from chengban.items.bits import Bits, Mask, Universe, count
from chengban.items.held import Trouble, attempt, bar_of, is_fresh
from chengban.items.ways import Cause, Mode, mode_of
from chengban.packs import Pack
from chengban.packs.items import Instead
from chengban.packs.model import Register
from chengban.packs.vocabulary import facts_in, grounded

_COUNTED = {"enterprise": "户企业", "person": "人"}
_KINDS = {"enterprise": "企业", "person": "个人"}


@dataclass(frozen=True)
class Fix:
    """One thing to mend, whose it is, and of whom the way would then hold."""

    thing: str
    cause: Cause
    department: str
    sentence: str
    mended: Bits


@dataclass(frozen=True)
class Column:
    """Of whom a way holds, and what would make it hold of more."""

    holds: Bits
    fixes: tuple[Fix, ...] = ()


@dataclass
class Looking:
    """The ways of a kind of applicants on a day; each is looked at once."""

    pack: Pack
    kind: Kind
    universe: Universe
    on: date
    disputed: Mapping[str, list[str]]
    """Datum → the subjects who say that it is wrong, unanswered."""
    failed: Mapping[tuple[str, str, str], list[str]]
    """Item, material and department → the subjects of whom it could not be checked."""
    known: dict[tuple[str, ...], Column] = field(default_factory=dict)

    def column(self, way: Instead, code: str, material: str, department: str) -> Column:
        """Of whom a way holds for a material of an item. An earlier item counts as done together with this one."""
        match mode_of(way):
            case Mode.CERTIFICATE:
                return self._once(("E", way.certificate or ""), lambda: self._certificate(way.certificate or ""))
            case Mode.SHARED:
                return self._once(("D", way.register_ or "", *way.fields), lambda: self._shared(way))
            case Mode.CHECK:
                return self._check(way.department or "", code, material)
            case Mode.COMMITMENT if way.citation is None:
                said = f"{department}没有写明依据哪一条可以用承诺代替。"
                return self._nobody(Fix(f"clause:{code}", Cause.NO_CLAUSE, department, said, self.universe.everybody()))
            case Mode.COMMITMENT:
                return self._once(("C", department), lambda: self._commitment(department))
            case _:
                return Column(self.universe.everybody())

    def undeclared(self, code: str, material: str, department: str) -> Column:
        """A material for which nobody has declared a way."""
        said = f"{department}还没有写明《{material}》可以用什么代替。"
        return self._nobody(Fix(f"item:{code}:{material}", Cause.UNDECLARED, department, said, self.universe.everybody()))

    def _once(self, key: tuple[str, ...], look: Callable[[], Column]) -> Column:
        if key not in self.known:
            self.known[key] = look()
        return self.known[key]

    def _nobody(self, *fixes: Fix) -> Column:
        return Column(self.universe.nobody(), fixes)

    # Certificates -----------------------------------------------------------------------------------------------------

    def _certificate(self, name: str) -> Column:
        kind = self.pack.certificates[name]
        owner, thing, everybody = self.pack.departments[kind.department].name, f"certificate:{name}", self.universe.everybody()
        if kind.holder not in (self.kind, "either"):
            said = f"《{kind.name}》由{owner}颁发给{_KINDS[kind.holder]}，{_KINDS[self.kind]}申请时不能取用别人的证照。"
            return self._nobody(Fix(thing, Cause.NOT_THEIRS, owner, said, everybody))
        found = attempt(lambda: list(_in_force(name, self.on)))
        if isinstance(found, Trouble):
            said = f"{owner}颁发的《{kind.name}》现在查不到，证照目录没有答复。"
            return self._nobody(Fix(thing, Cause.DOWN, owner, said, everybody))
        holds = self.universe.of(found) & ~self.universe.of(self.disputed.get(thing, []))
        lacking = self.universe.size - count(holds)
        said = f"{lacking:,} {_COUNTED[self.kind]}还没有有效的《{kind.name}》电子证照，由{owner}颁发。"
        return Column(holds, (Fix(thing, Cause.MISSING, owner, said, everybody),) if lacking else ())

    # Registers --------------------------------------------------------------------------------------------------------

    def _shared(self, way: Instead) -> Column:
        register = self.pack.registers[way.register_ or ""]
        owner, thing = self.pack.departments[register.department].name, f"register:{register.id}"
        everybody, title = self.universe.everybody(), f"{owner}的《{register.name}》"

        def none_yet(cause: Cause, said: str) -> Column:
            return self._nobody(Fix(thing, cause, owner, said, everybody))

        if register.about != self.kind:
            return none_yet(Cause.NOT_THEIRS, f"{title}不按{_KINDS[self.kind]}登记，还不能按申请人查。")
        batch = newest_of([register.id]).get(register.id)
        rows = attempt(lambda: self._rows(register, way.fields))
        if isinstance(rows, Trouble):
            return none_yet(Cause.DOWN if rows is Trouble.DOWN else Cause.SLOW, f"{title}现在读不了。")
        if batch is None:
            return none_yet(Cause.MISSING, f"{owner}还没有送来《{register.name}》。")
        return self._known(register, batch, *rows, way.fields)

    def _rows(self, register: Register, fields: tuple[str, ...]) -> tuple[Mask, dict[str, Mask]]:
        """Who has a row, and of whom each field is known in the last of their rows."""
        assert register.subject is not None
        rows = reading.columns(register, list(dict.fromkeys([register.subject, *fields])), in_order=bool(fields))
        places = self.universe.positions(rows.column(register.subject))
        last = np.full(self.universe.size, -1, dtype=np.int64)
        last[places[places >= 0]] = np.flatnonzero(places >= 0)
        there = last >= 0
        return there, {name: _filled(rows.column(name), last, there) for name in fields}

    def _known(self, register: Register, batch: Batch, there: Mask, known: dict[str, Mask], fields: tuple[str, ...]) -> Column:
        owner, thing = self.pack.departments[register.department].name, f"register:{register.id}"
        title, age = f"{owner}的《{register.name}》", (self.on - brought_on(batch)).days
        data = [thing, *(f"{thing}.{name}" for name in fields)]
        fine = ~self.universe.of([subject for datum in data for subject in self.disputed.get(datum, [])])
        whole = np.logical_and.reduce([there, *known.values()])
        if age > register.refresh_days:
            said = f"{title}承诺每 {register.refresh_days} 天更新，已 {age} 天没有更新。"
            return self._nobody(Fix(thing, Cause.STALE, owner, said, np.packbits(whole) & fine))
        fixes = [self._more(thing, Cause.MISSING, owner, f"{title}里没有记录", ~there, ~there | whole, fine)]
        for name, filled in known.items():
            others = np.logical_and.reduce([there, *(mask for other, mask in known.items() if other != name)])
            what = f"{title}里还不知道{register.field(name).name}"
            fixes.append(self._more(f"{thing}.{name}", Cause.INCOMPLETE, owner, what, there & ~filled, others, fine))
        return Column(np.packbits(whole) & fine, tuple(fix for fix in fixes if fix is not None))

    def _more(self, thing: str, cause: Cause, owner: str, what: str, lack: Mask, mended: Mask, fine: Bits) -> Fix | None:
        """What would hold if those who lack something had it; none where nobody does."""
        lacking = int(lack.sum())
        said = f"{what}的有 {lacking:,} {_COUNTED[self.kind]}。"
        return Fix(thing, cause, owner, said, np.packbits(mended) & fine) if lacking else None

    # The other ways ---------------------------------------------------------------------------------------------------

    def _check(self, department: str, code: str, material: str) -> Column:
        failed = self.failed.get((code, material, department), [])
        everybody = self.universe.everybody()
        if not failed:
            return Column(everybody)
        name = self.pack.departments[department].name
        said = f"{name}答复核验不了的有 {len(failed):,} {_COUNTED[self.kind]}。"
        return Column(
            everybody & ~self.universe.of(failed), (Fix(f"check:{department}", Cause.CHECK_FAILED, name, said, everybody),)
        )

    def _commitment(self, department: str) -> Column:
        node = bar_of(self.pack, self.kind)
        wanted = facts_in(self.pack, [node]) if node is not None else []
        names = sorted(frame.needs(self.pack, self.kind, wanted)) if wanted else []
        if node is None or not names:
            said = f"还没有登记库记着{_KINDS[self.kind]}是否失信，{department}还不能接受承诺。"
            thing = f"commitment:{self.kind}"
            return self._nobody(Fix(thing, Cause.UNKNOWN, department, said, self.universe.everybody()))
        batches = newest_of(names)
        stale = [name for name in names if not is_fresh(self.pack.registers[name], batches.get(name), self.on)]
        free = attempt(lambda: self._once(("bar",), lambda: Column(self._not_barred(node))).holds)
        if stale or isinstance(free, Trouble):
            then = free if len(stale) == 1 and not isinstance(free, Trouble) else self.universe.nobody()
            return self._nobody(*(self._bar(name, then) for name in stale or names))
        return Column(free)

    def _bar(self, name: str, then: Bits) -> Fix:
        register = self.pack.registers[name]
        owner = self.pack.departments[register.department].name
        said = f"{owner}的《{register.name}》还不能说明{_KINDS[self.kind]}是否失信，现在不能用承诺代替。"
        return Fix(f"register:{name}", Cause.UNKNOWN, owner, said, then)

    def _not_barred(self, node: rules.Node) -> Bits:
        """Who is known not to be barred."""
        table = reading.facts(self.pack, self.kind, facts_in(self.pack, [node]), on=self.on)
        column = rules.evaluate_column(grounded(self.pack, node, self.on), table)
        values = frame.one(column.values).fill_null(True).to_numpy(zero_copy_only=False)
        free = ~np.asarray(column.unknown, dtype=bool) & ~np.asarray(values, dtype=bool)
        return self.universe.of(table.column(frame.SUBJECT).filter(pa.array(free)).to_pylist())


def _filled(column: pa.ChunkedArray, last: "np.ndarray[tuple[int], np.dtype[np.int64]]", there: Mask) -> Mask:
    """Of whom the last row has a value."""
    valid = np.asarray(frame.one(column).is_valid().to_numpy(zero_copy_only=False), dtype=bool)
    filled = np.zeros(len(last), dtype=bool)
    filled[there] = valid[last[there]]
    return filled


def _in_force(name: str, on: date) -> Iterator[str]:
    """Who has a certificate of a type that is valid on the day."""
    dated = Certificate.objects.filter(Q(valid_until=None) | Q(valid_until__gte=on), kind=name, valid_from__lte=on)
    valid = with_move(dated).filter(Q(move=None) | Q(move=Act.RESUMED))
    return valid.values_list("subject", flat=True).iterator()
