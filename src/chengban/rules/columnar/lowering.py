"""From FEEL to formulas: which outcomes of a condition are which outcomes of tests over single sources.

Logic becomes structure. A leaf becomes a test of one column wherever it looks at one column only; a comparison of a
numeric expression with constants becomes a test of that expression's rank; any other condition becomes a source of
its own, computed over the table before it is coded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..nodes import (
    Between,
    Comparison,
    Conjunction,
    Disjunction,
    FunctionDefinition,
    If,
    In,
    Literal,
    Name,
    Node,
    Not,
    rebuild,
)
from .books import is_never_null, is_ordering, state_of
from .formula import ANY_STATE, IS_FALSE, IS_NULL, IS_TRUE, IS_UNKNOWN, Formulas
from .free import FreeNames
from .sources import SUBJECT, Kind, Source, Test, is_null, kind_of_value, static_kind

_MIRROR = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_SINGLE = (IS_FALSE, IS_TRUE, IS_NULL)


@dataclass(slots=True)
class Lowering:
    """Lowers conditions over columns of the given kinds into one arena, and collects the tests they need."""

    kinds: Mapping[str, Kind]
    evaluate: Callable[[Node, Mapping[str, Any]], Any]
    formulas: Formulas = field(default_factory=Formulas)
    tests: list[Test] = field(default_factory=list)
    _test_numbers: dict[Test, int] = field(default_factory=dict)
    _lowered: dict[tuple[Node, int], int] = field(default_factory=dict)
    _never_null: set[int] = field(default_factory=set)
    _leaves: dict[Node, int | Literal] = field(default_factory=dict)
    _names: FreeNames = field(default_factory=FreeNames)

    def outcome(self, node: Node, states: int) -> int:
        """The formula: the outcome of `node` is one of `states` (a mask of IS_… bits)."""
        rule = _RULES.get(type(node))
        if rule is None or (isinstance(node, If) and not self._is_condition(node)):
            return self._leaf(node, states)
        key = (node, states)
        if key not in self._lowered:
            self._lowered[key] = self._lower(node, states, rule)
        return self._lowered[key]

    def _lower(self, node: Node, states: int, rule: Callable[..., int]) -> int:
        if states & IS_UNKNOWN:
            return self.formulas.negate(self.outcome(node, ANY_STATE ^ states))
        return self.formulas.any_of(rule(self, node, state) for state in _SINGLE if states & state)

    def _is_condition(self, node: If) -> bool:
        branches = (node.yes, node.no)
        return all(is_null(part) or static_kind(part, self.kinds) == "boolean" for part in branches)

    def _leaf(self, node: Node, states: int) -> int:
        leaf = self._leaves.get(node)
        if leaf is None:
            leaf = self._leaves[node] = self._constant_or_test(node)
        if isinstance(leaf, int):
            return self.formulas.atom(leaf, states, never_null=leaf in self._never_null)
        return self.formulas.all_of(()) if states >> state_of(leaf.value) & 1 else self.formulas.any_of(())

    def _constant_or_test(self, node: Node) -> int | Literal:
        node = fold(node, self.evaluate, self._names)
        if isinstance(node, Literal):
            return node
        test = self._test_of(node)
        number = self._test_numbers.setdefault(test, len(self.tests))
        if number == len(self.tests):
            self.tests.append(test)
            if is_never_null(test, self.evaluate):
                self._never_null.add(number)
        return number

    def _test_of(self, node: Node) -> Test:
        node = _constants_right(node)
        names = self._names(node)
        if len(names) == 1:
            (name,) = names
            kind = self.kinds.get(name, "other")
            if kind in ("string", "boolean"):
                return Test(Source(Name(name), kind, "category"), node)
        return self._ranked(node) or Test(Source(node, "boolean", "outcome"), SUBJECT)

    def _ranked(self, node: Node) -> Test | None:
        """The test of the rank of what `node` compares with constants; None where it does something else."""
        subject = node.left if isinstance(node, Comparison) else getattr(node, "value", None)
        if isinstance(node, Name):
            subject = node
        if not isinstance(subject, Node):
            return None
        kind = static_kind(subject, self.kinds)
        if kind not in ("number", "date"):
            return None
        predicate = SUBJECT if node is subject else rebuild(node, lambda part: SUBJECT if part is subject else part)
        if predicate != SUBJECT and not is_ordering(predicate, kind):
            return None
        return Test(Source(subject, kind, "rank"), predicate)


def _constants_right(node: Node) -> Node:
    if isinstance(node, Comparison) and isinstance(node.left, Literal):
        return Comparison(_MIRROR[node.op], node.right, node.left, span=node.span)  # type: ignore[arg-type]
    return node


def fold(node: Node, evaluate: Callable[[Node, Mapping[str, Any]], Any], names: FreeNames) -> Node:
    """`node` with every part that names nothing replaced by its value, where a literal can hold it."""
    if isinstance(node, (Literal, FunctionDefinition, Name)) or _is_folded(node):
        return node
    if names.is_constant(node):
        value = evaluate(node, {})
        if value is None or kind_of_value(value) != "other":
            return Literal(value, span=node.span)
    if isinstance(node, (Comparison, Between, In)) or _is_plain(node):
        return rebuild(node, lambda part: fold(part, evaluate, names))
    return node


def _is_folded(node: Node) -> bool:
    """A column beside literals: the commonest condition, which folding would leave as it is."""
    if isinstance(node, Comparison):
        return isinstance(node.left, Name) and isinstance(node.right, Literal)
    return isinstance(node, In) and isinstance(node.value, Name) and all(isinstance(test, Literal) for test in node.tests)


def _is_plain(node: Node) -> bool:
    """Whether parts of `node` may be replaced by literals without a change of meaning."""
    from ..nodes import BinaryArithmetic, Interval, ListLiteral, Negate, UnaryComparison

    return isinstance(node, (BinaryArithmetic, Negate, Interval, ListLiteral, UnaryComparison, If, Conjunction, Disjunction, Not))


# Logic: for each kind of node, the formula of one of its outcomes false, true, null. ----------------------------


def _conjunction(low: Lowering, node: Conjunction, state: int) -> int:
    return _all_or_any(low, node.parts, state, deciding=IS_FALSE, neutral=IS_TRUE)


def _disjunction(low: Lowering, node: Disjunction, state: int) -> int:
    return _all_or_any(low, node.parts, state, deciding=IS_TRUE, neutral=IS_FALSE)


def _all_or_any(low: Lowering, parts: tuple[Node, ...], state: int, *, deciding: int, neutral: int) -> int:
    """Any part may decide; all must be neutral for the neutral outcome; null needs a null and no unknown."""
    if state == deciding:
        return low.formulas.any_of(low.outcome(part, deciding) for part in parts)
    if state == neutral:
        return low.formulas.all_of(low.outcome(part, neutral) for part in parts)
    one_null = low.formulas.any_of(low.outcome(part, IS_NULL) for part in parts)
    if one_null == low.formulas.any_of(()):
        return one_null
    settled = [low.outcome(part, IS_NULL | neutral) for part in parts]
    return low.formulas.all_of([one_null, *settled])


def _not(low: Lowering, node: Not, state: int) -> int:
    return low.outcome(node.operand, {IS_FALSE: IS_TRUE, IS_TRUE: IS_FALSE}.get(state, state))


def _if(low: Lowering, node: If, state: int) -> int:
    """A condition that is null takes the other branch; one that is unknown matters only where branches differ."""
    yes, no = low.outcome(node.yes, state), low.outcome(node.no, state)
    chosen = low.formulas.all_of([low.outcome(node.condition, IS_TRUE), yes])
    otherwise = low.formulas.all_of([low.outcome(node.condition, IS_FALSE | IS_NULL), no])
    return low.formulas.any_of([chosen, otherwise, low.formulas.all_of([yes, no])])


_RULES: dict[type[Node], Callable[..., int]] = {
    Conjunction: _conjunction,
    Disjunction: _disjunction,
    Not: _not,
    If: _if,
}
