"""Every subject with every policy, at memory speed: compile, encode, match, and count what people ask about."""

import hashlib
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
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
from chengban.packs.vocabulary import amount_of, clauses_of, condition_of, facts_in, grounded, kept_with
from chengban.policies.explaining import factor_of, in_yuan
from chengban.rules.columnar import rounded_total

Bits = npt.NDArray[np.bool_]
Amounts = npt.NDArray[np.object_]
Total = tuple[Decimal | None, int]
"""In 元 over those whose amount is known (none: no amount of its own), and of how many it is not."""


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
    near_clauses: bytes


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
        return wanted_facts(self.pack, self.versions.values(), self.on, broken_down_by(self.pack).values())

    def match(self, table: pa.Table) -> tuple[list[Matched], float]:
        """Each policy's outcome over the frame, and the seconds that compiling, encoding and matching took."""
        with quiet.to_log("chengban.policies", kind=self.kind):
            return self._match(table)

    def _match(self, table: pa.Table) -> tuple[list[Matched], float]:
        started = time.perf_counter()
        matches = self._program.match(self._program.encode(table))
        seconds = time.perf_counter() - started
        counter = Counter(self.pack, table, broken_down_by(self.pack), self.on)
        return [self._outcome(name, matches, table, counter) for name in self.versions], seconds

    @cached_property
    def _program(self) -> rules.Program:
        """Compiled once, for as many tables as are asked about."""
        return rules.compile(
            {name: condition_of(self.pack, version, self.on) for name, version in self.versions.items()}, on=self.on
        )

    def _outcome(self, name: str, matches: Any, table: pa.Table, counter: "Counter") -> Matched:
        return outcome(self.pack, self.pack.policies[name], self.versions[name], self.on, matches, table, counter)


def broken_down_by(pack: Pack) -> dict[str, str]:
    """The facts that every match is broken down by, under the names that they are kept by."""
    return {"county": pack.city.county_fact, "industry": pack.city.industry_fact}


def wanted_facts(pack: Pack, versions: Iterable[PolicyVersion], on: date, extra: Iterable[str]) -> list[str]:
    """The base facts that the versions' conditions and amounts stand on, and those that the `extra` facts stand on."""
    chosen = list(versions)
    nodes = [condition_of(pack, version, on) for version in chosen]
    nodes += [node for version in chosen if (node := amount_of(pack, version)) is not None]
    nodes += [rules.parse(name) for name in extra if name in pack.facts]
    return sorted(facts_in(pack, nodes))


def outcome(
    pack: Pack,
    policy: Policy,
    version: PolicyVersion,
    on: date,
    matches: Any,
    table: pa.Table,
    counter: "Counter",
    total: Callable[[PolicyVersion, Bits], Total] | None = None,
) -> Matched:
    """What one version came to over a frame that was matched with it. `total` adds up amounts in a way of its own."""
    eligible, unknown = matches.eligible(policy.id), matches.unknown(policy.id)
    amount, amount_unknown = total(version, eligible) if total else _amount(pack, version, on, table, eligible)
    near = np.where(unknown, -1, matches.near(policy.id))  # a clause that is unknown is no step that anyone could take
    breakdown = counter.breakdown(eligible) | {
        "near": _near(version, near),
        "missing": _missing(pack, version, table, unknown),
    }
    return Matched(
        policy=policy,
        version=version,
        eligible=int(matches.counts[policy.id]),
        unknown=int(matches.unknown_counts[policy.id]),
        near=int((near >= 0).sum()),
        amount=amount,
        amount_unknown=amount_unknown,
        breakdown=breakdown,
        bits_eligible=np.packbits(eligible).tobytes(),
        bits_unknown=np.packbits(unknown).tobytes(),
        near_clauses=zlib.compress(near.astype(np.int8).tobytes(), 1),
    )


def unpacked(bits: bytes, rows: int) -> Bits:
    """A bitmap as booleans, one a row."""
    return np.unpackbits(np.frombuffer(bits, np.uint8), count=rows).astype(bool)


def unpacked_near(clauses: bytes) -> npt.NDArray[np.int8]:
    """For each row the index of the one clause that is left, −1 for none."""
    return np.frombuffer(zlib.decompress(clauses), np.int8)


def signature_of(pack: Pack, version: PolicyVersion, kind: frame.Kind, on: date) -> str:
    """SHA-256 of what a version's match stands on beside the data: its condition, its amount, and how each fact is read."""
    return kept_with(pack, ("signature", id(version), on), version, lambda: _signature(pack, version, kind, on))


def _signature(pack: Pack, version: PolicyVersion, kind: frame.Kind, on: date) -> str:
    total = hashlib.sha256(repr((version.version, condition_of(pack, version, on), payout_of(pack, version, on))).encode())
    wanted = wanted_facts(pack, [version], on, broken_down_by(pack).values())
    for name, some in sorted(frame.needs(pack, kind, wanted).items()):
        total.update(pack.registers[name].model_dump_json().encode())
        total.update(repr(sorted((need.fact.id, need.fact.unit or "", need.source.model_dump_json()) for need in some)).encode())
    return total.hexdigest()


def payout_of(pack: Pack, version: PolicyVersion, on: date) -> rules.Node | None:
    """The amount that is added up, grounded; none where the policy has none, and for a loan limit, which nobody pays."""
    node = amount_of(pack, version)
    return None if node is None or version.amount.kind == "loan_limit" else grounded(pack, node, on)


def _amount(pack: Pack, version: PolicyVersion, on: date, table: pa.Table, eligible: Bits) -> Total:
    node = payout_of(pack, version, on)
    if node is None:
        return None, 0
    found = rounded_total(node, table, eligible, places=2, factor=factor_of(version))
    return found.total, int(eligible.sum()) - found.known


def amounts(pack: Pack, version: PolicyVersion, on: date, table: pa.Table, eligible: Bits) -> Amounts:
    """In 元 to the fen for each subject that qualifies; none for the others, and where it is not known."""
    made: Amounts = np.full(len(eligible), None, np.object_)
    node = payout_of(pack, version, on)
    if node is None or not eligible.any():
        return made
    with quiet.to_log("chengban.policies", version=version.version):
        values = rules.evaluate_column(node, table.filter(pa.array(eligible))).values.to_pylist()
    made[eligible] = [in_yuan(version, value) if isinstance(value, Decimal) else None for value in values]
    return made


def _missing(pack: Pack, version: PolicyVersion, table: pa.Table, unknown: Bits) -> dict[str, int]:
    """For those still unknown: how many lack each base fact that the policy stands on."""
    if not unknown.any():
        return {}
    named = facts_in(pack, [clause.node for clause in clauses_of(pack, version)])
    chosen = table.select([name for name in table.column_names if name in named]).filter(pa.array(unknown))
    counts = {name: chosen.column(name).null_count for name in chosen.column_names}
    return {name: count for name, count in sorted(counts.items(), key=lambda pair: -pair[1]) if count}


class Counter:
    """Counts who qualifies by the values of some facts, those of them that the frame can tell."""

    def __init__(self, pack: Pack, table: pa.Table, facts: Mapping[str, str], on: date) -> None:
        columns = {name: fact_column(pack, table, fact, on) for name, fact in facts.items()}
        self.columns = {
            name: pc.dictionary_encode(column.cast(pa.string())) for name, column in columns.items() if column is not None
        }

    def breakdown(self, eligible: Bits) -> dict[str, dict[str, int]]:
        return {name: _count(column, eligible) for name, column in self.columns.items()}


def fact_column(pack: Pack, table: pa.Table, fact: str, on: date) -> pa.Array | None:
    """The fact's value for every subject of the frame; none where the frame lacks what it stands on."""
    node = rules.parse(fact)
    if not facts_in(pack, [node]) <= set(table.column_names):
        return None
    column = rules.evaluate_column(grounded(pack, node, on), table)
    return column.values.combine_chunks() if isinstance(column.values, pa.ChunkedArray) else column.values


def _count(column: pa.DictionaryArray, chosen: Bits) -> dict[str, int]:
    codes = np.asarray(pc.fill_null(column.indices, -1))[chosen]
    counts = np.bincount(codes[codes >= 0], minlength=len(column.dictionary))
    return {name: int(count) for name, count in zip(column.dictionary.to_pylist(), counts, strict=True) if count}


def _near(version: PolicyVersion, near: npt.NDArray[np.int16]) -> dict[str, int]:
    counts = np.bincount(near[near >= 0], minlength=len(version.clauses))
    return {clause.id: int(count) for clause, count in zip(version.clauses, counts, strict=True) if count}
