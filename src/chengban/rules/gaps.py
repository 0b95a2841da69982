"""The gap between what is and what a clause wants: which fact, by how much, in its unit, in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import singledispatch
from typing import Any

from .describe import amount, describe
from .evaluate.arithmetic import arithmetic
from .nodes import (
    Between,
    BinaryArithmetic,
    Comparison,
    Conjunction,
    Disjunction,
    If,
    In,
    Interval,
    ListLiteral,
    Literal,
    Name,
    Node,
    Not,
    UnaryComparison,
)
from .vocabulary import KnownFacts, Vocabulary


@dataclass(frozen=True, slots=True)
class Gap:
    """What would have to change: `fact` is an id, or the text of a formula; `needed` is the change of a number (below
    0: it must fall), or the value wanted; `size` compares gaps: the change relative to the value."""

    fact: str
    value: Any
    needed: Any
    unit: str | None
    sentence: str
    size: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class _Scene:
    known: KnownFacts
    vocabulary: Vocabulary
    language: str

    def say(self, zh: str, en: str, **parts: str) -> str:
        return (en if self.language == "en" else zh).format(**parts)


_OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_MIRROR = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def gap_of(node: Node, known: KnownFacts, vocabulary: Vocabulary, language: str = "zh") -> Gap | None:
    """The smallest gap that keeps a clause from being true; None where it cannot be told."""
    return _gap(node, _Scene(known, vocabulary, language))


@singledispatch
def _gap(node: Node, scene: _Scene) -> Gap | None:
    return None


@_gap.register
def _(node: Name, scene: _Scene) -> Gap | None:
    return _compared("=", node, Literal(True), scene)


@_gap.register
def _(node: Comparison, scene: _Scene) -> Gap | None:
    if isinstance(node.left, Literal):
        return _compared(_MIRROR[node.op], node.right, node.left, scene)
    return _compared(node.op, node.left, node.right, scene)


@_gap.register
def _(node: Conjunction, scene: _Scene) -> Gap | None:
    failed = [part for part in node.parts if scene.known.value_of(part) is False]
    return _gap(failed[0], scene) if len(failed) == 1 else None


@_gap.register
def _(node: Disjunction, scene: _Scene) -> Gap | None:
    found = [gap for part in node.parts if (gap := _gap(part, scene)) is not None]
    return min(found, key=lambda gap: gap.size) if found else None


@_gap.register
def _(node: If, scene: _Scene) -> Gap | None:
    condition = scene.known.value_of(node.condition)
    if condition is True:
        return _gap(node.yes, scene)
    return _gap(node.no, scene) if condition is False or condition is None else None


@_gap.register
def _(node: Between, scene: _Scene) -> Gap | None:
    bounds = (Comparison(">=", node.value, node.low), Comparison("<=", node.value, node.high))
    return _gap(Conjunction(bounds), scene)


@_gap.register
def _(node: In, scene: _Scene) -> Gap | None:
    if len(node.tests) == 1:
        return _gap_of_test(node.value, node.tests[0], scene)
    if all(isinstance(test, Literal) for test in node.tests):
        return _wanted(node.value, [test.value for test in node.tests if isinstance(test, Literal)], scene)
    found = [gap for test in node.tests if (gap := _gap_of_test(node.value, test, scene)) is not None]
    return min(found, key=lambda gap: gap.size) if found else None


def _gap_of_test(value: Node, test: Node, scene: _Scene) -> Gap | None:
    if isinstance(test, UnaryComparison):
        return _compared(test.op, value, test.operand, scene)
    if isinstance(test, Interval):
        low = Comparison(">=" if test.lo_closed else ">", value, test.lo)
        high = Comparison("<=" if test.hi_closed else "<", value, test.hi)
        return _gap(Conjunction((low, high)), scene)
    if isinstance(test, ListLiteral):
        return _gap(In(value, test.items), scene) if test.items else None
    return _compared("=", value, test, scene)


@_gap.register
def _(node: Not, scene: _Scene) -> Gap | None:
    inner = node.operand
    if isinstance(inner, Comparison):
        return _gap(Comparison(_OPPOSITE[inner.op], inner.left, inner.right), scene)  # type: ignore[arg-type]
    if isinstance(inner, Not):
        return _gap(inner.operand, scene)
    if isinstance(inner, (Conjunction, Disjunction)):
        parts = tuple(Not(part) for part in inner.parts)
        return _gap(Disjunction(parts) if isinstance(inner, Conjunction) else Conjunction(parts), scene)
    if isinstance(inner, Name):
        return _compared("=", inner, Literal(False), scene)
    return _unwanted(inner.value, scene) if isinstance(inner, In) else None


def _label(node: Node, scene: _Scene) -> tuple[str, str, str | None]:
    """(id or text, what to call it, unit)."""
    fact = scene.vocabulary.get(node.name) if isinstance(node, Name) else None
    said = describe(node, scene.vocabulary, scene.language)
    return (fact.id, said, fact.unit) if fact else (said, said, None)


def _compared(operator: str, left: Node, right: Node, scene: _Scene) -> Gap | None:
    value, wanted = scene.known.value_of(left), scene.known.value_of(right)
    if isinstance(value, Decimal) and isinstance(wanted, Decimal) and operator != "!=":
        return _numeric(operator, left, value, wanted, scene)
    if operator == "=" and isinstance(wanted, (bool, str)):
        return _wanted(left, [wanted], scene)
    if operator == "!=":
        return _wanted(left, [not wanted], scene) if isinstance(wanted, bool) else _unwanted(left, scene)
    return None


def _numeric(operator: str, node: Node, value: Decimal, wanted: Decimal, scene: _Scene) -> Gap:
    fact, name, unit = _label(node, scene)
    ratio = _numerator(node, wanted, scene)
    if ratio is not None:
        (fact, name, unit), value, wanted = ratio
    needed = arithmetic("-", wanted, value)
    size = abs(needed) / max(abs(value), abs(wanted), Decimal(1))
    sentence = _sentence(operator, name, unit, value, wanted, needed, scene)
    return Gap(fact, value, needed, unit, sentence, size)


def _numerator(node: Node, wanted: Decimal, scene: _Scene) -> tuple[tuple[str, str, str | None], Decimal, Decimal] | None:
    """For `a / b` against k, with b above 0: a against k × b, in the unit of a."""
    if not isinstance(node, BinaryArithmetic) or node.op != "/" or not isinstance(node.left, Name):
        return None
    top, bottom = scene.known.value_of(node.left), scene.known.value_of(node.right)
    if not isinstance(top, Decimal) or not isinstance(bottom, Decimal) or bottom <= 0:
        return None
    return _label(node.left, scene), top, arithmetic("*", wanted, bottom)


_Phrase = tuple[str, str]
_PHRASES: dict[str, _Phrase] = {
    ">=": (
        "{name}还差 {gap}（现为 {now}，要求不低于 {want}）",
        "{name} is short by {gap} (now {now}; at least {want})",
    ),
    ">": (
        "{name}还差 {gap} 以上（现为 {now}，要求大于 {want}）",
        "{name} is short by more than {gap} (now {now}; above {want})",
    ),
    "<=": ("{name}超出 {gap}（现为 {now}，要求不超过 {want}）", "{name} is over by {gap} (now {now}; at most {want})"),
    "<": ("{name}超出 {gap}（现为 {now}，要求小于 {want}）", "{name} is over by {gap} (now {now}; below {want})"),
    "=": ("{name}相差 {gap}（现为 {now}，要求为 {want}）", "{name} differs by {gap} (now {now}; must be {want})"),
}
_SAME: dict[str, _Phrase] = {
    ">": ("{name}须大于 {want}（现正为 {now}）", "{name} must be above {want} (it is just {now})"),
    "<": ("{name}须小于 {want}（现正为 {now}）", "{name} must be below {want} (it is just {now})"),
}


def _sentence(operator: str, name: str, unit: str | None, value: Decimal, wanted: Decimal, needed: Decimal, scene: _Scene) -> str:
    phrase = _SAME[operator] if not needed and operator in _SAME else _PHRASES[operator]
    percent = unit == "比例"
    points = "percentage points" if scene.language == "en" else "个百分点"
    gap = amount(abs(needed) * 100, points, scene.language) if percent else amount(abs(needed), unit, scene.language)
    now, want = amount(value, unit, scene.language), amount(wanted, unit, scene.language)
    return scene.say(*phrase, name=name, gap=gap, now=now, want=want)


def _wanted(node: Node, wanted: list[Any], scene: _Scene) -> Gap:
    fact, name, unit = _label(node, scene)
    value = scene.known.value_of(node)

    def tell(one: Any) -> str:
        return amount(one, unit, scene.language)

    options = (", " if scene.language == "en" else "、").join(tell(one) for one in wanted)
    zh = "{name}须为 {want} 之一（现为 {now}）" if len(wanted) > 1 else "{name}须为 {want}（现为 {now}）"
    en = "{name} must be one of {want} (now {now})" if len(wanted) > 1 else "{name} must be {want} (now {now})"
    needed = wanted[0] if len(wanted) == 1 else tuple(wanted)
    return Gap(fact, value, needed, unit, scene.say(zh, en, name=name, want=options, now=tell(value)))


def _unwanted(node: Node, scene: _Scene) -> Gap:
    fact, name, unit = _label(node, scene)
    value = scene.known.value_of(node)
    now = amount(value, unit, scene.language)
    sentence = scene.say("{name}不得为 {now}", "{name} must not be {now}", name=name, now=now)
    return Gap(fact, value, None, unit, sentence)
