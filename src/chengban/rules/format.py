"""Nodes back to FEEL text, which parses to the same nodes."""

from __future__ import annotations

from functools import singledispatch

from .nodes import (
    Between,
    BinaryArithmetic,
    Comparison,
    Conjunction,
    ContextLiteral,
    Disjunction,
    Filter,
    For,
    FunctionCall,
    FunctionDefinition,
    If,
    In,
    InstanceOf,
    Interval,
    Iteration,
    ListLiteral,
    Literal,
    Name,
    Negate,
    Node,
    Not,
    Path,
    Quantified,
    TypeReference,
    UnaryComparison,
    UnaryTests,
)
from .text import literal_text, quoted

_OPEN, _OR, _AND, _COMPARE, _UNARY, _INSTANCE, _POSTFIX, _ATOM = 0, 1, 2, 3, 7, 8, 9, 10
_ARITHMETIC = {"+": 4, "-": 4, "*": 5, "/": 5, "**": 6}


@singledispatch
def _write(node: Node) -> tuple[str, int]:
    """The text, and how tightly it holds together."""
    raise TypeError(f"no text for {type(node).__name__}")


def format_node(node: Node) -> str:
    """FEEL text of a node; parsing it with the same names gives an equal node."""
    return _write(node)[0]


def _at(node: Node, level: int) -> str:
    text, binding = _write(node)
    return text if binding >= level else f"({text})"


@_write.register
def _(node: Literal) -> tuple[str, int]:
    text = literal_text(node.value)
    return text, _UNARY if text.startswith("-") else _ATOM


@_write.register
def _(node: Name) -> tuple[str, int]:
    return node.name, _ATOM


@_write.register
def _(node: BinaryArithmetic) -> tuple[str, int]:
    level = _ARITHMETIC[node.op]
    return f"{_at(node.left, level)} {node.op} {_at(node.right, level + 1)}", level


@_write.register
def _(node: Negate) -> tuple[str, int]:
    return f"-{_at(node.operand, _UNARY)}", _UNARY


@_write.register
def _(node: Comparison) -> tuple[str, int]:
    return f"{_at(node.left, _COMPARE)} {node.op} {_at(node.right, _COMPARE + 1)}", _COMPARE


@_write.register
def _(node: Conjunction) -> tuple[str, int]:
    return " and ".join(_at(part, _AND + 1) for part in node.parts), _AND


@_write.register
def _(node: Disjunction) -> tuple[str, int]:
    return " or ".join(_at(part, _OR + 1) for part in node.parts), _OR


@_write.register
def _(node: Not) -> tuple[str, int]:
    return f"not({format_node(node.operand)})", _POSTFIX


@_write.register
def _(node: Between) -> tuple[str, int]:
    bounds = f"{_at(node.low, _COMPARE + 1)} and {_at(node.high, _COMPARE + 1)}"
    return f"{_at(node.value, _COMPARE)} between {bounds}", _COMPARE


@_write.register
def _(node: In) -> tuple[str, int]:
    tests = ", ".join(format_node(test) for test in node.tests)
    return f"{_at(node.value, _COMPARE)} in ({tests})", _COMPARE


@_write.register
def _(node: UnaryComparison) -> tuple[str, int]:
    return f"{node.op} {_at(node.operand, _COMPARE + 1)}", _OPEN


@_write.register
def _(node: UnaryTests) -> tuple[str, int]:
    tests = ", ".join(format_node(test) for test in node.tests)
    return (f"not({tests})" if node.negated else tests or "-"), _OPEN


@_write.register
def _(node: If) -> tuple[str, int]:
    return f"if {format_node(node.condition)} then {format_node(node.yes)} else {format_node(node.no)}", _OPEN


@_write.register
def _(node: Iteration) -> tuple[str, int]:
    end = "" if node.end is None else f"..{_at(node.end, _COMPARE + 1)}"
    source = format_node(node.source) if node.end is None else _at(node.source, _COMPARE + 1)
    return f"{node.name} in {source}{end}", _OPEN


def _iterations(iterations: tuple[Iteration, ...]) -> str:
    return ", ".join(format_node(iteration) for iteration in iterations)


@_write.register
def _(node: For) -> tuple[str, int]:
    return f"for {_iterations(node.iterations)} return {format_node(node.body)}", _OPEN


@_write.register
def _(node: Quantified) -> tuple[str, int]:
    return f"{node.kind} {_iterations(node.iterations)} satisfies {format_node(node.condition)}", _OPEN


@_write.register
def _(node: FunctionCall) -> tuple[str, int]:
    arguments = [format_node(argument) for argument in node.positional]
    arguments += [f"{name}: {format_node(argument)}" for name, argument in node.named]
    return f"{_at(node.function, _POSTFIX)}({', '.join(arguments)})", _POSTFIX


@_write.register
def _(node: Path) -> tuple[str, int]:
    return f"{_at(node.source, _POSTFIX)}.{node.name}", _POSTFIX


@_write.register
def _(node: Filter) -> tuple[str, int]:
    return f"{_at(node.source, _POSTFIX)}[{format_node(node.predicate)}]", _POSTFIX


@_write.register
def _(node: ListLiteral) -> tuple[str, int]:
    return f"[{', '.join(format_node(item) for item in node.items)}]", _ATOM


@_write.register
def _(node: ContextLiteral) -> tuple[str, int]:
    entries = ", ".join(f"{_key(key)}: {format_node(entry)}" for key, entry in node.entries)
    return f"{{{entries}}}", _ATOM


def _key(key: str) -> str:
    return key if key.isidentifier() else quoted(key)


@_write.register
def _(node: Interval) -> tuple[str, int]:
    opening, closing = "[" if node.lo_closed else "(", "]" if node.hi_closed else ")"
    return f"{opening}{_at(node.lo, _COMPARE + 1)}..{_at(node.hi, _COMPARE + 1)}{closing}", _ATOM


@_write.register
def _(node: InstanceOf) -> tuple[str, int]:
    return f"{_at(node.value, _INSTANCE)} instance of {format_type(node.type)}", _INSTANCE


@_write.register
def _(node: FunctionDefinition) -> tuple[str, int]:
    parameters = ", ".join(
        parameter.name if parameter.type is None else f"{parameter.name}: {format_type(parameter.type)}"
        for parameter in node.parameters
    )
    return f"function({parameters}) {'external ' if node.external else ''}{format_node(node.body)}", _OPEN


def format_type(type_: TypeReference) -> str:
    """FEEL text of a type."""
    inner = [format_type(argument) for argument in type_.arguments]
    if type_.labels:
        inner = [f"{label}: {text}" for label, text in zip(type_.labels, inner, strict=True)]
    if type_.name == "function" and (inner or type_.result):
        result = "" if type_.result is None else f" -> {format_type(type_.result)}"
        return f"function<{', '.join(inner)}>{result}"
    return f"{type_.name}<{', '.join(inner)}>" if inner else type_.name
