"""Every subject with every policy, at memory speed: compile, encode, match, and count what people ask about."""

import time
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from chengban import rules
from chengban.facts import frame
from chengban.lib import quiet
from chengban.packs import Pack
from chengban.packs.model import Policy, PolicyVersion
from chengban.packs.vocabulary import amount_of, clauses_of, condition_of, facts_in, grounded, vocabulary
from chengban.rules.columnar import rounded_total

Bits = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Matched:
    """What one policy came to. `amount` is in 元 over those who qualify and whose amount is known; none: no amount of its own."""

    policy: Policy
    version: PolicyVersion
    eligible: int
    unknown: int
    near: int
    amount: Decimal | None
    amount_unknown: int
    breakdown: dict[str, dict[str, int]]
    bits_eligible: bytes
    bits_unknown: bytes


@dataclass
class Kindly:
    """The policies of one kind of subject in force on a day, and the frame they are matched with."""

    pack: Pack
    kind: frame.Kind
    on: date
    versions: dict[str, PolicyVersion] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for policy in self.pack.policies.values():
            version = policy.in_force(self.on)
            if policy.subject == self.kind and version is not None:
                self.versions[policy.id] = version

    def wanted(self) -> list[str]:
        """The base facts that the conditions and amounts stand on, and those that matches are broken down by."""
        nodes = [condition_of(self.pack, version, self.on) for version in self.versions.values()]
        nodes += [node for version in self.versions.values() if (node := amount_of(self.pack, version)) is not None]
        extra = [
            rules.parse(name) for name in (self.pack.city.county_fact, self.pack.city.industry_fact) if name in self.pack.facts
        ]
        return sorted(facts_in(self.pack, [*nodes, *extra]))

    def match(self, table: pa.Table) -> tuple[list[Matched], float]:
        """Each policy's outcome over the frame, and the seconds that compiling, encoding and matching took."""
        with quiet.to_log("chengban.policies", kind=self.kind):
            return self._match(table)

    def _match(self, table: pa.Table) -> tuple[list[Matched], float]:
        conditions = {name: condition_of(self.pack, version, self.on) for name, version in self.versions.items()}
        started = time.perf_counter()
        program = rules.compile(conditions, on=self.on)
        matches = program.match(program.encode(table))
        seconds = time.perf_counter() - started
        counter = _Counter(self.pack, table)
        return [self._outcome(name, matches, table, counter) for name in conditions], seconds

    def _outcome(self, name: str, matches: Any, table: pa.Table, counter: "_Counter") -> Matched:
        version, eligible, unknown = self.versions[name], matches.eligible(name), matches.unknown(name)
        amount, amount_unknown = self._amount(version, table, eligible)
        near = np.where(unknown, -1, matches.near(name))  # a clause that is unknown is no step that anyone could take
        breakdown = counter.breakdown(eligible) | {
            "near": _near(version, near),
            "missing": self._missing(version, table, unknown),
        }
        return Matched(
            policy=self.pack.policies[name],
            version=version,
            eligible=int(matches.counts[name]),
            unknown=int(matches.unknown_counts[name]),
            near=int((near >= 0).sum()),
            amount=amount,
            amount_unknown=amount_unknown,
            breakdown=breakdown,
            bits_eligible=np.packbits(eligible).tobytes(),
            bits_unknown=np.packbits(unknown).tobytes(),
        )

    def _amount(self, version: PolicyVersion, table: pa.Table, eligible: Bits) -> tuple[Decimal | None, int]:
        node = amount_of(self.pack, version)
        if node is None or version.amount.kind == "loan_limit":
            return None, 0
        factor = 10_000 if version.amount.unit == "万元" else 1
        found = rounded_total(grounded(self.pack, node, self.on), table, eligible, places=2, factor=factor)
        return found.total, int(eligible.sum()) - found.known

    def _missing(self, version: PolicyVersion, table: pa.Table, unknown: Bits) -> dict[str, int]:
        """For those still unknown: how many lack each base fact that the policy stands on."""
        if not unknown.any():
            return {}
        named = facts_in(self.pack, [clause.node for clause in clauses_of(self.pack, version)])
        chosen = table.select([name for name in table.column_names if name in named]).filter(pa.array(unknown))
        counts = {name: chosen.column(name).null_count for name in chosen.column_names}
        return {name: count for name, count in sorted(counts.items(), key=lambda pair: -pair[1]) if count}


class _Counter:
    """Counts who qualifies by county and by industry."""

    def __init__(self, pack: Pack, table: pa.Table) -> None:
        self.columns = {
            "county": self._column(pack, table, pack.city.county_fact),
            "industry": self._column(pack, table, pack.city.industry_fact),
        }

    def _column(self, pack: Pack, table: pa.Table, fact: str) -> pa.Array | None:
        if not facts_in(pack, [rules.parse(fact)]) <= set(table.column_names):
            return None
        column = rules.evaluate_column(rules.parse(fact), table, vocabulary(pack))
        values = column.values.combine_chunks() if isinstance(column.values, pa.ChunkedArray) else column.values
        return pc.dictionary_encode(values.cast(pa.string()))

    def breakdown(self, eligible: Bits) -> dict[str, dict[str, int]]:
        return {name: _count(column, eligible) for name, column in self.columns.items() if column is not None}


def _count(column: pa.DictionaryArray, chosen: Bits) -> dict[str, int]:
    codes = np.asarray(pc.fill_null(column.indices, -1))[chosen]
    counts = np.bincount(codes[codes >= 0], minlength=len(column.dictionary))
    return {name: int(count) for name, count in zip(column.dictionary.to_pylist(), counts, strict=True) if count}


def _near(version: PolicyVersion, near: npt.NDArray[np.int16]) -> dict[str, int]:
    counts = np.bincount(near[near >= 0], minlength=len(version.clauses))
    return {clause.id: int(count) for clause, count in zip(version.clauses, counts, strict=True) if count}
