"""What a policy would come to for the whole city, before it is published (政策仿真): as it stands, and with other parameters.

The frame is built and encoded once; each further question matches it again with the changed condition alone.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from chengban import rules
from chengban.facts import frame
from chengban.lib import quiet
from chengban.packs import Pack
from chengban.packs.model import Clause, Parameter, Policy, PolicyVersion
from chengban.packs.vocabulary import condition_of
from chengban.policies.explaining import version_of
from chengban.policies.matching import Bits, Counter, Matched, broken_down_by, fact_column, outcome
from chengban.policies.parameters import with_parameters
from chengban.policies.purse import Purse

AGES = {"0–1": 1, "1–3": 3, "3–5": 5, "5–10": 10, "10+": None}
"""Bands of age in whole years, each with the first age that it no longer holds."""


@dataclass(frozen=True)
class Group:
    """How many of those who qualify share a value. `code` none: their value is not known."""

    code: str | None
    name: str
    count: int


@dataclass(frozen=True)
class Lack:
    """A fact that is not known of some of the unknown, and the department (none: no register holds it) that owns it."""

    fact: str
    name: str
    department: str | None
    department_name: str | None
    count: int


@dataclass(frozen=True)
class Outcome:
    """What one version comes to: its counts, and who qualifies and who is unknown, by row of the frame."""

    matched: Matched
    eligible: Bits
    unknown: Bits
    near: tuple[tuple[Clause, int], ...]
    missing: tuple[Lack, ...]
    breakdown: Mapping[str, tuple[Group, ...]]

    @property
    def version(self) -> PolicyVersion:
        return self.matched.version

    @cached_property
    def verdicts(self) -> npt.NDArray[np.str_]:
        """For each subject eligible, unknown or ineligible."""
        return np.where(self.eligible, "eligible", np.where(self.unknown, "unknown", "ineligible"))


@dataclass(frozen=True)
class Seconds:
    """`frame` and `encode` (codes and breakdowns) are spent once, `simulate` for each question; `match` is a part of it."""

    frame: float
    encode: float
    match: float
    simulate: float


@dataclass(frozen=True)
class Simulation:
    """A version as it is in force, and the same with changed parameters (none: nothing was changed)."""

    policy: Policy
    on: date
    table: pa.Table
    in_force: Outcome
    simulated: Outcome | None
    seconds: Seconds

    @property
    def subjects(self) -> pa.ChunkedArray:
        """The identifiers, by row of the frame."""
        return self.table.column(frame.SUBJECT)

    @property
    def outcome(self) -> Outcome:
        """The changed version's outcome, or where nothing was changed that of the version in force."""
        return self.simulated or self.in_force

    @property
    def parameters(self) -> tuple[tuple[Parameter, Parameter], ...]:
        """Each parameter as it is in force and as it was simulated."""
        return tuple(zip(self.in_force.version.parameters, self.outcome.version.parameters, strict=True))

    @cached_property
    def gains(self) -> Bits:
        """Who qualifies only with the change."""
        return self.outcome.eligible & ~self.in_force.eligible

    @cached_property
    def loses(self) -> Bits:
        """Who qualifies now and would surely not with the change."""
        return self.in_force.eligible & ~self.outcome.eligible & ~self.outcome.unknown

    @cached_property
    def becomes_unknown(self) -> Bits:
        """Who qualifies now, and with the change turns on a fact that is not known: not lost."""
        return self.in_force.eligible & self.outcome.unknown

    @cached_property
    def stays(self) -> Bits:
        return self.in_force.eligible & self.outcome.eligible

    @property
    def cost_difference(self) -> Decimal | None:
        """In 元, over the amounts that are known; below 0 the change costs less. None: the policy pays no amount."""
        before, after = self.in_force.matched.amount, self.outcome.matched.amount
        return None if before is None or after is None else after - before


class Simulator:
    """One policy over a frame that is held: `simulate` may be called again and again.

    With `drafted`, a version that is not published yet may be tried over the facts that it names; it stands beside itself
    where no version is in force on the day. Raises `NotInForce` where there is neither.
    """

    def __init__(
        self,
        pack: Pack,
        policy: Policy,
        table: pa.Table,
        *,
        on: date,
        frame_seconds: float = 0.0,
        drafted: PolicyVersion | None = None,
    ) -> None:
        self.pack, self.policy, self.table, self.on = pack, policy, table, on
        self.version = policy.in_force(on) or drafted or version_of(policy, on)
        self.frame_seconds = frame_seconds
        started = time.perf_counter()
        with quiet.to_log("chengban.policies", policy=policy.id):
            conditions = {policy.id: condition_of(pack, self.version, on)}
            if drafted is not None:
                conditions["drafted"] = condition_of(pack, drafted, on)
            self._program = rules.compile(conditions, on=on)
            self._codes = self._program.encode(table)
            self._counter = _counter(pack, table, on)
        self._purse = Purse(pack, table, on)
        self.encode_seconds = time.perf_counter() - started
        self.in_force, self._first = self._ask(self.version)

    def simulate(self, settings: Iterable[tuple[str, str]] = ()) -> Simulation:
        """The version in force beside the same with each (parameter, value) changed. Raises `WrongParameter`."""
        changed = list(settings)
        return self.beside(with_parameters(self.version, changed)) if changed else self._told(None, self._first)

    def beside(self, version: PolicyVersion) -> Simulation:
        """The version in force beside another one over the same facts."""
        return self._told(*self._ask(version))

    def _told(self, simulated: Outcome | None, spent: tuple[float, float]) -> Simulation:
        match, whole = spent
        seconds = Seconds(self.frame_seconds, self.encode_seconds, match, whole)
        return Simulation(self.policy, self.on, self.table, self.in_force, simulated, seconds)

    def _ask(self, version: PolicyVersion) -> tuple[Outcome, tuple[float, float]]:
        """A version's outcome, and the seconds of the match and of the whole."""
        started = time.perf_counter()
        with quiet.to_log("chengban.policies", policy=self.policy.id):
            matches = self._program.publish(self.policy.id, condition_of(self.pack, version, self.on), self._codes)
            eligible, unknown = matches.eligible(self.policy.id), matches.unknown(self.policy.id)
            match = time.perf_counter() - started
            matched = outcome(self.pack, self.policy, version, self.on, matches, self.table, self._counter, self._purse.total)
        found = self._outcome(matched, eligible, unknown)
        return found, (match, time.perf_counter() - started)

    def _outcome(self, matched: Matched, eligible: Bits, unknown: Bits) -> Outcome:
        counted = {name: counts for name, counts in matched.breakdown.items() if name in self._counter.columns}
        return Outcome(
            matched,
            eligible,
            unknown,
            near=_steps(matched),
            missing=tuple(_lack(self.pack, self.policy.subject, *pair) for pair in matched.breakdown["missing"].items()),
            breakdown={name: groups(self.pack, name, counts, matched.eligible) for name, counts in counted.items()},
        )


def _steps(matched: Matched) -> tuple[tuple[Clause, int], ...]:
    """The clauses that alone stand in somebody's way, and in how many's; most first."""
    clauses = {clause.id: clause for clause in matched.version.clauses}
    ranked = sorted(matched.breakdown["near"].items(), key=lambda pair: -pair[1])
    return tuple((clauses[name], count) for name, count in ranked)


def _lack(pack: Pack, kind: frame.Kind, name: str, count: int) -> Lack:
    fact = pack.facts[name]
    source = frame.source_of(fact, kind)
    if source is None:
        return Lack(name, fact.name, None, None, count)
    department = pack.departments[pack.registers[source.register_].department]
    return Lack(name, fact.name, department.id, department.name, count)


def simulated_by(pack: Pack) -> dict[str, str]:
    """The facts that a simulation is broken down by, where the pack has them."""
    return broken_down_by(pack) | {
        name: fact for name, fact in (("size", pack.city.size_fact), ("age", pack.city.age_fact)) if fact is not None
    }


def _counter(pack: Pack, table: pa.Table, on: date) -> Counter:
    facts = simulated_by(pack)
    age = facts.pop("age", None)
    counter = Counter(pack, table, facts, on)
    years = None if age is None else fact_column(pack, table, age, on)
    if years is not None:
        counter.columns["age"] = _banded(years)
    return counter


def _banded(years: pa.Array) -> pa.DictionaryArray:
    """Ages in years as bands; null stays null."""
    known = np.asarray(pc.is_valid(years))
    ends = [end for end in AGES.values() if end is not None]
    bands = np.digitize(np.asarray(pc.fill_null(years.cast(pa.float64()), 0.0)), ends)
    return pa.DictionaryArray.from_arrays(pa.array(bands.astype(np.int32), mask=~known), pa.array(list(AGES)))


def groups(pack: Pack, name: str, counts: Mapping[str, int], total: int) -> tuple[Group, ...]:
    """The counts of one breakdown with their names, in the order of the pack's codes; those not known come last."""
    named = _names(pack, name)
    order = {code: place for place, code in enumerate(named)}
    ranked = sorted(counts.items(), key=lambda pair: (order.get(pair[0], len(order)), pair[0]))
    told = tuple(Group(code, named.get(code, code), count) for code, count in ranked)
    rest = total - sum(counts.values())
    return (*told, Group(None, "还不知道", rest)) if rest else told


def _names(pack: Pack, name: str) -> dict[str, str]:
    if name == "age":
        return {band: f"{band} 年" for band in AGES}
    counties = dict(zip(pack.city.counties, pack.city.county_names, strict=True)) if name == "county" else {}
    fact = pack.facts.get(simulated_by(pack)[name])
    codes = pack.codes.get(fact.codes or "") if fact is not None else None
    return counties | {code.code: counties.get(code.code, code.name) for code in (codes.items if codes else ())}
