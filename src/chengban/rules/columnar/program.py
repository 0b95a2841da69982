"""Policies compiled for columns: `compile(policies)`, then `encode(table)` once, then `match(codes)`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ..evaluate import evaluate
from ..nodes import FunctionCall, Literal, Name, Node, conjuncts, rebuild
from ..parser import parse
from ..values import to_feel
from .encoding import Encoded, encode
from .matches import Codes, Matches
from .plan import Plan
from .rows import warn_of_rows
from .running import run_tape, to_booleans
from .sources import Kind, kinds_of
from .tape import Root
from .vectors import Frame

if TYPE_CHECKING:
    from ..vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Program:
    """Policies as clauses over plain facts; derived facts are replaced by their formulas."""

    policies: Mapping[str, tuple[Node, ...]]
    _plans: dict[tuple[tuple[str, Kind], ...], Plan] = field(default_factory=dict, repr=False, compare=False)

    def encode(self, table: pa.Table) -> Codes:
        """The table as codes. Nulls and NaN are unknown; a fact without a column is unknown in every row."""
        plan = self._plan(table.schema)

        def open_rows(encoded: Encoded, tests: frozenset[int]) -> npt.NDArray[np.bool_]:
            codes = Codes(plan, encoded)
            bitmaps = run_tape(codes.tape([Root((plan.left_open(tests),))]), encoded, keep=True)[1]
            return to_booleans(bitmaps[0], encoded.rows)

        return Codes(plan, encode(plan.tests, Frame(table), evaluate, warn_of_rows, open_rows))

    def match(self, codes: Codes) -> Matches:
        """Every row with every policy."""
        matches = Matches(codes)
        matches.counts  # noqa: B018 (the pass over all rows happens now, not at the first question)
        return matches

    def _plan(self, schema: pa.Schema) -> Plan:
        kinds = kinds_of(schema)
        key = tuple(kinds.items())
        if key not in self._plans:
            self._plans[key] = Plan(self.policies, kinds, evaluate)
        return self._plans[key]


def compile(policies: Mapping[str, str | Node], vocabulary: Vocabulary | None = None, on: date | None = None) -> Program:
    """A program of policies by name, each FEEL text or a node; its clauses are the conjuncts its author wrote.

    With a vocabulary, Chinese names become facts and derived facts their formulas. `on` is the day that `today()`
    means. Raises FeelSyntaxError and VocabularyError.
    """
    return Program({name: _clauses(policy, vocabulary, on) for name, policy in policies.items()})


def _clauses(policy: str | Node, vocabulary: Vocabulary | None, on: date | None) -> tuple[Node, ...]:
    node = as_node(policy, vocabulary)
    return tuple(_on_day(plain(clause, vocabulary), on) for clause in conjuncts(node))


def as_node(policy: str | Node, vocabulary: Vocabulary | None) -> Node:
    """The node of a text, which may use the names of the vocabulary."""
    if isinstance(policy, Node):
        return policy
    return parse(policy) if vocabulary is None else parse(policy, vocabulary.all_names())


def plain(node: Node, vocabulary: Vocabulary | None) -> Node:
    """The node over columns only: ids for names, formulas for derived facts."""
    return node if vocabulary is None else vocabulary.inline(vocabulary.resolve(node))


def _on_day(node: Node, on: date | None) -> Node:
    if on is None:
        return node
    if node == _TODAY:
        return Literal(to_feel(on), span=node.span)
    return rebuild(node, lambda part: _on_day(part, on))


_TODAY = FunctionCall(Name("today"))
