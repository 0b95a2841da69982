"""Random typed rules and facts: numbers a b, flags p q, a code s; some facts are not known."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from chengban.rules.nodes import (
    Between,
    BinaryArithmetic,
    Comparison,
    Conjunction,
    Disjunction,
    If,
    In,
    Interval,
    Iteration,
    ListLiteral,
    Literal,
    Name,
    Negate,
    Node,
    Not,
    Quantified,
    UnaryComparison,
)

numbers = st.integers(-3, 3).map(Decimal)
constants = numbers.map(lambda value: Literal(value) if value >= 0 else Negate(Literal(-value)))
codes = st.sampled_from(["甲", "乙", "丙"])


def _arithmetic(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.builds(BinaryArithmetic, st.sampled_from(["+", "-", "*", "/"]), inner, inner)


amounts: st.SearchStrategy[Node] = st.recursive(
    st.one_of(st.sampled_from([Name("a"), Name("b")]), constants), _arithmetic, max_leaves=3
)
texts: st.SearchStrategy[Node] = st.one_of(st.just(Name("s")), codes.map(Literal))
_tests = st.one_of(
    constants,
    st.builds(UnaryComparison, st.sampled_from(["<", "<=", ">", ">=", "!="]), constants),
    st.builds(Interval, constants, st.booleans(), constants, st.booleans()),
)
leaves: st.SearchStrategy[Node] = st.one_of(
    st.sampled_from([Name("p"), Name("q"), Literal(True), Literal(False)]),
    st.builds(Comparison, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), amounts, amounts),
    st.builds(Comparison, st.sampled_from(["=", "!="]), texts, texts),
    st.builds(Comparison, st.sampled_from(["=", "!="]), st.sampled_from([Name("p"), Name("q")]), st.booleans().map(Literal)),
    st.builds(Between, amounts, constants, constants),
    st.builds(lambda value, tests: In(value, tuple(tests)), amounts, st.lists(_tests, min_size=2, max_size=3)),
    st.builds(lambda items: In(Name("s"), (ListLiteral(tuple(items)),)), st.lists(codes.map(Literal), max_size=3)),
)


def _booleans(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, min_size=2, max_size=3)
    items = st.lists(amounts, max_size=2).map(lambda found: (Iteration("x", ListLiteral(tuple(found))),))
    compared = st.builds(Comparison, st.sampled_from(["=", "<", ">="]), st.just(Name("x")), amounts)
    return st.one_of(
        several.map(lambda parts: _flat(Conjunction, parts)),
        several.map(lambda parts: _flat(Disjunction, parts)),
        inner.map(Not),
        st.builds(If, inner, inner, inner),
        st.builds(Quantified, st.sampled_from(["some", "every"]), items, compared),
    )


def _flat(shape: type[Conjunction] | type[Disjunction], parts: list[Node]) -> Node:
    return shape(tuple(inner for part in parts for inner in (part.parts if isinstance(part, shape) else (part,))))


rules: st.SearchStrategy[Node] = st.recursive(leaves, _booleans, max_leaves=6)
facts: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"a": numbers, "b": numbers, "p": st.booleans(), "q": st.booleans(), "s": codes}
)
hidden: st.SearchStrategy[set[str]] = st.sets(st.sampled_from(["a", "b", "p", "q", "s"]))
