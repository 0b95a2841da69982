"""Policies compiled for columns: `compile(policies)`, then `encode(table)` once, then `match(codes)`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ..nodes import FunctionCall, Literal, Name, Node, conjuncts, rebuild
from ..parser import parse
from ..values import to_feel
from .codes import Codes, encode_table
from .free import FreeNames
from .matches import Matches
from .mirror import read_mirror
from .one import OneMatch, OneMatcher, kinds_of_record
from .parquet import ParquetColumns
from .plan import Plan
from .publishing import publish, recode
from .sources import Kind, kinds_of

if TYPE_CHECKING:
    from ..vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Program:
    """Policies as clauses over plain facts; derived facts are replaced by their formulas."""

    policies: Mapping[str, tuple[Node, ...]]
    vocabulary: Vocabulary | None = None
    on: date | None = None
    _plans: dict[tuple[tuple[str, Kind], ...], Plan] = field(default_factory=dict, repr=False, compare=False)
    _matchers: dict[Plan, OneMatcher] = field(default_factory=dict, repr=False, compare=False)

    def encode(self, table: pa.Table) -> Codes:
        """The table as codes. Nulls and NaN are unknown; a fact without a column is unknown in every row."""
        return encode_table(self._plan(kinds_of(table.schema)), table)

    def encode_file(self, path: Path | str) -> Codes:
        """The same of a Parquet file, row group by row group; only columns that the policies look at are read."""
        table = ParquetColumns(Path(path))
        return encode_table(self._plan(kinds_of(table.schema)), table)

    def open(self, mirror: Path | str) -> Codes:
        """The codes that `save_codes` wrote; what they do not tell apart for these policies is coded from the table's file.

        Raises MirrorError where the mirror is damaged or older than its table.
        """
        saved = read_mirror(Path(mirror))
        places = {coding.source: place for place, coding in enumerate(saved.codings)}
        return recode(self._plan(saved.kinds), saved.codings, places, saved.rows, ParquetColumns(saved.table))

    def match(self, codes: Codes, *, near: bool = False) -> Matches:
        """Every row with every policy; with `near`, near misses are counted in the same pass."""
        matches = Matches(codes)
        if near:
            matches.count_near()
        matches.counts  # noqa: B018 (the pass over all rows happens now, not at the first question)
        return matches

    def publish(self, name: str, policy: str | Node, codes: Codes) -> Matches:
        """A policy that the program does not hold yet, over a table that is coded already.

        A source is coded again only where the policy names a threshold or a category that no other policy tells apart.
        """
        clauses = {name: _clauses(policy, self.vocabulary, self.on, FreeNames())}
        return self.match(publish(Plan(clauses, codes.plan.kinds), codes))

    def match_one(self, record: Mapping[str, Any], codes: Codes | None = None) -> OneMatch:
        """One record with every policy; None, NaN and what the record does not hold are unknown.

        `codes` gives the columns' kinds and code books; without it the record's own values tell their kinds.
        """
        plan = codes.plan if codes is not None else self._plan(kinds_of_record(record))
        if plan not in self._matchers:
            self._matchers[plan] = OneMatcher(plan, codes)
        return self._matchers[plan].match(record)

    def _plan(self, kinds: Mapping[str, Kind]) -> Plan:
        key = tuple(kinds.items())
        if key not in self._plans:
            self._plans[key] = Plan(self.policies, kinds)
        return self._plans[key]


def compile(policies: Mapping[str, str | Node], vocabulary: Vocabulary | None = None, on: date | None = None) -> Program:
    """A program of policies by name, each FEEL text or a node; its clauses are the conjuncts its author wrote.

    With a vocabulary, Chinese names become facts and derived facts their formulas. `on` is the day that `today()`
    means. Raises FeelSyntaxError and VocabularyError.
    """
    names = FreeNames()
    clauses = {name: _clauses(policy, vocabulary, on, names) for name, policy in policies.items()}
    return Program(clauses, vocabulary, on)


def _clauses(policy: str | Node, vocabulary: Vocabulary | None, on: date | None, names: FreeNames) -> tuple[Node, ...]:
    node = as_node(policy, vocabulary)
    return tuple(_on_day(plain(clause, vocabulary), on, names) for clause in conjuncts(node))


def as_node(policy: str | Node, vocabulary: Vocabulary | None) -> Node:
    """The node of a text, which may use the names of the vocabulary."""
    if isinstance(policy, Node):
        return policy
    return parse(policy) if vocabulary is None else parse(policy, vocabulary.all_names())


def plain(node: Node, vocabulary: Vocabulary | None) -> Node:
    """The node over columns only: ids for names, formulas for derived facts."""
    return node if vocabulary is None else vocabulary.inline(vocabulary.resolve(node))


def _on_day(node: Node, on: date | None, names: FreeNames) -> Node:
    if on is None or not names.asks_the_clock(node):
        return node
    if node == _TODAY:
        return Literal(to_feel(on), span=node.span)
    return rebuild(node, lambda part: _on_day(part, on, names))


_TODAY = FunctionCall(Name("today"))
