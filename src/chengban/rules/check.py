"""Rules against the vocabulary, before any data: names, kinds, units, codes, conditions that can never hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .contradictions import clashes
from .errors import FeelSyntaxError, LimitError, ParameterError
from .names import bind, nearest
from .nodes import Node, conjuncts
from .parser import parse
from .typing import Problem, Type, infer
from .vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a rule, at a line and column from 1; `clause` is the id where several were checked."""

    line: int
    column: int
    message: str
    clause: str = ""


_NO_PARAMETERS: Mapping[str, Any] = {}


def check(
    text: str | Node,
    vocabulary: Vocabulary,
    expected: str | None = "boolean",
    parameters: Mapping[str, Any] = _NO_PARAMETERS,
) -> list[Finding]:
    """Everything wrong with one expression that is to give a value of the kind `expected` (None: any)."""
    try:
        node = parse(text, (*vocabulary.names, *parameters)) if isinstance(text, str) else text
        bound = bind(vocabulary.resolve(node), parameters)
    except FeelSyntaxError as problem:
        return [Finding(problem.line, problem.column, _syntax(problem))]
    except (LimitError, ParameterError) as problem:
        return [Finding(1, 1, str(problem))]
    return _found(_problems(bound, vocabulary, expected))


def check_clauses(
    clauses: Mapping[str, str], vocabulary: Vocabulary, parameters: Mapping[str, Any] = _NO_PARAMETERS
) -> list[Finding]:
    """Everything wrong with the clauses of one policy (id to text), also where they repeat or contradict each other."""
    findings, nodes = [], {}
    for name, text in clauses.items():
        found = check(text, vocabulary, "boolean", parameters)
        findings += [Finding(one.line, one.column, one.message, name) for one in found]
        if not found:
            nodes[name] = bind(vocabulary.resolve(parse(text, (*vocabulary.names, *parameters))), parameters)
    for name, problem in _across(nodes, vocabulary):
        findings.append(Finding(problem.span.line, problem.span.column, problem.message, name))
    return findings


def _across(nodes: Mapping[str, Node], vocabulary: Vocabulary) -> list[tuple[str, Problem]]:
    parts = [(name, part) for name, node in nodes.items() for part in conjuncts(node)]
    owners = {id(part): name for name, part in parts}
    found = clashes([part for _, part in parts], vocabulary)
    return [(owners[id(problem.node)], problem) for problem in found if problem.node is not None]


def _syntax(problem: FeelSyntaxError) -> str:
    text = problem.message
    if problem.expected:
        text += f"; expected {' or '.join(problem.expected)}"
    return f"{text}; did you mean {problem.nearest}?" if problem.nearest else text


def _problems(node: Node, vocabulary: Vocabulary, expected: str | None) -> list[Problem]:
    problems: list[Problem] = []
    try:
        return _all_problems(node, vocabulary, expected, problems)
    except (LimitError, RecursionError):
        return [*problems, Problem(node.span, "it is too deep, or takes too long")]


def _all_problems(node: Node, vocabulary: Vocabulary, expected: str | None, problems: list[Problem]) -> list[Problem]:
    kind = infer(node, vocabulary, problems)
    if expected and not kind.may_be(Type(expected)):
        problems.append(Problem(node.span, f"it gives a {kind.kind}, and a {expected} is wanted"))
    if not problems and expected == "boolean":
        problems += clashes(conjuncts(node), vocabulary)
    return problems


def _found(problems: Sequence[Problem]) -> list[Finding]:
    unique = dict.fromkeys((problem.span.line, problem.span.column, problem.message) for problem in problems)
    return [Finding(*one) for one in sorted(unique)]


__all__ = ["Finding", "check", "check_clauses", "nearest"]
