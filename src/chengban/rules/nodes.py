"""The nodes of FEEL (DMN 1.3–1.5, chapter 10): small, frozen, typed, equal when they mean the same text.

`span` tells where a node stands in its text; it takes no part in equality or hash, so that equal conditions of
different policies are one key (hash-consing).

Truth: FEEL's null is not unknown. A clause that yields null (division by zero, wrong types) is *not true*, so
a policy with it is ineligible; a clause that yields `Unknown` leaves its policy open.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator as PyIterator
from dataclasses import dataclass, field, fields, replace
from typing import Any
from typing import Literal as OneOf

ArithmeticOp = OneOf["+", "-", "*", "/", "**"]
ComparisonOp = OneOf["=", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text: offsets [start, end) and the line and column (from 1) of its start."""

    start: int = 0
    end: int = 0
    line: int = 1
    column: int = 1


NOWHERE = Span()


@dataclass(frozen=True, slots=True)
class Node:
    """Any FEEL expression or test."""

    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True, eq=False)
class Literal(Node):
    """A constant: Decimal, str, bool, None, or a temporal value. Equality carries the type: 1 is not true."""

    value: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Literal) and type(self.value) is type(other.value) and self.value == other.value

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable, a fact, a parameter or a function; `?` is the value under a unary test."""

    name: str


@dataclass(frozen=True, slots=True)
class BinaryArithmetic(Node):
    """`left op right`, op one of + - * / **."""

    op: ArithmeticOp
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Negate(Node):
    """Arithmetic minus."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """`left op right`, op one of = != < <= > >=."""

    op: ComparisonOp
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Conjunction(Node):
    """`a and b and …`: two or more parts, none of them a Conjunction."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Disjunction(Node):
    """`a or b or …`: two or more parts, none of them a Disjunction."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    """`not(operand)`: the built-in negation, called with one value."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`value between low and high`, both ends included."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """`value in test` or `value in (test, …)`: true when any test holds.

    A test is a UnaryComparison, an Interval, or any expression: a list holds the value, a range includes it,
    another value equals it.
    """

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class UnaryComparison(Node):
    """`< 5` as a test; as a value it is the range of everything that passes."""

    op: ComparisonOp
    operand: Node


@dataclass(frozen=True, slots=True)
class UnaryTests(Node):
    """A cell of a decision table: any of `tests`, or none of them when `negated`. No tests means `-`, anything."""

    tests: tuple[Node, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class If(Node):
    """`if condition then yes else no`."""

    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class Iteration(Node):
    """`name in source`, or `name in source..end` when `end` is given."""

    name: str
    source: Node
    end: Node | None = None


@dataclass(frozen=True, slots=True)
class For(Node):
    """`for … return body`; `partial` in the body is the list of results so far."""

    iterations: tuple[Iteration, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """`some … satisfies condition` or `every … satisfies condition`."""

    kind: OneOf["some", "every"]
    iterations: tuple[Iteration, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class FunctionCall(Node):
    """`function(a, b)` in `positional`, or `function(name: a)` in `named`; never both."""

    function: Node
    positional: tuple[Node, ...] = ()
    named: tuple[tuple[str, Node], ...] = ()


@dataclass(frozen=True, slots=True)
class Path(Node):
    """`source.name`: an entry of a context, a property of a temporal value, or of every item of a list."""

    source: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """`source[predicate]`: by place (from 1, or from the end below 0), or by truth for each `item`."""

    source: Node
    predicate: Node


@dataclass(frozen=True, slots=True)
class ListLiteral(Node):
    """`[a, b, …]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextLiteral(Node):
    """`{key: value, …}`; later entries see earlier ones."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Interval(Node):
    """`[lo..hi]`, `(lo..hi)` and their mixtures."""

    lo: Node
    lo_closed: bool
    hi: Node
    hi_closed: bool


@dataclass(frozen=True, slots=True)
class TypeReference:
    """A type as written: a name (`number`, `date and time`, a type of the model) with its arguments.

    `list<T>`, `range<T>` have one argument; `context<a: T>` has `labels` beside `arguments`;
    `function<A, B> -> R` has `arguments` and `result`.
    """

    name: str
    arguments: tuple[TypeReference, ...] = ()
    labels: tuple[str, ...] = ()
    result: TypeReference | None = None


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """`value instance of type`."""

    value: Node
    type: TypeReference


@dataclass(frozen=True, slots=True)
class Parameter:
    """A formal parameter of a function, with its type where one was written."""

    name: str
    type: TypeReference | None = None


@dataclass(frozen=True, slots=True)
class FunctionDefinition(Node):
    """`function(a, b: number) body`; `external` bodies are never run."""

    parameters: tuple[Parameter, ...]
    body: Node
    external: bool = False


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly under `node`, in the order of the text."""
    found: list[Node] = []
    for slot in fields(node):
        _collect(getattr(node, slot.name), found)
    return tuple(found)


def _collect(value: Any, found: list[Node]) -> None:
    if isinstance(value, Node):
        found.append(value)
    elif isinstance(value, tuple):
        for part in value:
            _collect(part, found)


def walk(node: Node) -> PyIterator[Node]:
    """`node` and all below it, parents first, without recursion."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(children(current)))


def rebuild(node: Node, change: Callable[[Node], Node]) -> Node:
    """`node` with `change` applied to each node directly under it; the same object when nothing changed."""
    changes = {}
    for slot in fields(node):
        before = getattr(node, slot.name)
        after = _change(before, change)
        if after is not before:
            changes[slot.name] = after
    return replace(node, **changes) if changes else node


def _change(value: Any, change: Callable[[Node], Node]) -> Any:
    if isinstance(value, Node):
        return change(value)
    if isinstance(value, tuple):
        parts = tuple(_change(part, change) for part in value)
        return parts if any(a is not b for a, b in zip(parts, value, strict=True)) else value
    return value


def conjuncts(node: Node) -> tuple[Node, ...]:
    """The clauses that the author wrote: the parts of a top conjunction, or the node itself."""
    return node.parts if isinstance(node, Conjunction) else (node,)
