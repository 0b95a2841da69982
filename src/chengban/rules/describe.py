"""A clause as a plain sentence, in Chinese or English."""

from __future__ import annotations

from decimal import Decimal
from functools import singledispatch
from typing import Any

from .format import format_node
from .nodes import (
    Between,
    BinaryArithmetic,
    Comparison,
    Conjunction,
    Disjunction,
    FunctionCall,
    If,
    In,
    Interval,
    ListLiteral,
    Literal,
    Name,
    Negate,
    Node,
    Not,
    UnaryComparison,
)
from .text import literal_text, number_text
from .vocabulary import Vocabulary

_WORDS: dict[str, dict[str, str]] = {
    "zh": {
        **{"=": "为", "!=": "不为", "<": "小于", "<=": "不超过", ">": "大于", ">=": "不低于"},
        **{"and": "，且", "or": "，或", "not": "并非（{0}）", "in": "{0} 为 {1} 之一", "is": "{0} 为 {1}"},
        **{"between": "{0} 在 {1} 到 {2} 之间", "if": "如果 {0}，则 {1}，否则 {2}"},
        **{"true": "是", "false": "否", "null": "空", "list": "、", "call": "{0}（{1}）"},
    },
    "en": {
        **{"=": "is", "!=": "is not", "<": "is below", "<=": "is at most", ">": "is above", ">=": "is at least"},
        **{"and": ", and ", "or": ", or ", "not": "not ({0})", "in": "{0} is one of {1}", "is": "{0} is {1}"},
        **{"between": "{0} is between {1} and {2}", "if": "if {0}, then {1}, else {2}"},
        **{"true": "yes", "false": "no", "null": "nothing", "list": ", ", "call": "{0}({1})"},
    },
}


class _Speaker:
    """The language, the vocabulary, and the unit that bare numbers take from the fact they are compared with."""

    def __init__(self, vocabulary: Vocabulary, language: str, unit: str | None = None) -> None:
        self.vocabulary, self.language, self.unit = vocabulary, language, unit
        self.words = _WORDS["en" if language == "en" else "zh"]

    def with_unit_of(self, *nodes: Node) -> _Speaker:
        facts = [self.vocabulary.get(node.name) for node in nodes if isinstance(node, Name)]
        units = [fact.unit for fact in facts if fact is not None and fact.unit]
        return _Speaker(self.vocabulary, self.language, units[0] if units else None)

    def say(self, pattern: str, *parts: str) -> str:
        return self.words[pattern].format(*parts)


def describe(node: Node, vocabulary: Vocabulary, language: str = "zh") -> str:
    """A plain sentence: `employees <= 500` is “职工总数 不超过 500 人”, or "Employees is at most 500 人" in English."""
    return _describe(node, _Speaker(vocabulary, language))


_PHRASES: dict[str, dict[str, str]] = {
    "zh": {
        **{"starts with": "{0} 以 {1} 开头", "ends with": "{0} 以 {1} 结尾", "contains": "{0} 包含 {1}"},
        **{
            "list contains": "{0} 含有 {1}",
            "count": "{0} 的个数",
            "sum": "{0} 之和",
            "substring": "{0} 自第 {1} 位起 {2} 位",
        },
        **{"abs": "{0} 的绝对值", "sqrt": "{0} 的平方根", "years and months duration": "{0} 至 {1} 的年月数"},
        **{"duration": "{0}", "date": "{0}", "today": "今天"},
    },
    "en": {
        **{"starts with": "{0} begins with {1}", "ends with": "{0} ends with {1}", "contains": "{0} contains {1}"},
        **{"list contains": "{0} holds {1}", "count": "the number of {0}", "sum": "the sum of {0}"},
        **{"years and months duration": "the years and months from {0} to {1}", "today": "today"},
        **{"duration": "{0}", "date": "{0}"},
    },
}
_UNITS_EN = {
    **{"人": "people", "名": "people", "元": "yuan", "万元": "ten thousand yuan", "美元": "dollars", "分": "points"},
    **{"年": "years", "岁": "years", "月": "months", "日": "days", "次": "times"},
    **dict.fromkeys(("件", "项", "个", "家", "级"), ""),
}


def amount(value: Any, unit: str | None, language: str = "zh") -> str:
    """A value with its unit; shares as percent, truth as yes or no."""
    words = _WORDS["en" if language == "en" else "zh"]
    if isinstance(value, bool):
        return words["true" if value else "false"]
    if value is None:
        return words["null"]
    if isinstance(value, Decimal):
        if unit == "比例":
            return f"{_short(value * 100)}%"
        said = _UNITS_EN.get(unit, unit) if unit and language == "en" else unit
        return f"{_short(value)} {said}" if said else _short(value)
    return value if isinstance(value, str) else literal_text(value, bare=True)


def _short(number: Decimal) -> str:
    """At most four decimals, no zeros at the end."""
    text = number_text(round(number, 4)) if abs(number) < 10**28 else number_text(number)
    return text.rstrip("0").rstrip(".") if "." in text else text


@singledispatch
def _describe(node: Node, speaker: _Speaker) -> str:
    return format_node(node)


@_describe.register
def _(node: Literal, speaker: _Speaker) -> str:
    return amount(node.value, speaker.unit, speaker.language)


@_describe.register
def _(node: Name, speaker: _Speaker) -> str:
    fact = speaker.vocabulary.get(node.name)
    return node.name if fact is None else fact.label(speaker.language)


@_describe.register
def _(node: Comparison, speaker: _Speaker) -> str:
    inner = speaker.with_unit_of(node.left, node.right)
    return f"{_describe(node.left, inner)} {speaker.words[node.op]} {_describe(node.right, inner)}"


@_describe.register
def _(node: Conjunction, speaker: _Speaker) -> str:
    return speaker.words["and"].join(_inside(part, speaker) for part in node.parts)


@_describe.register
def _(node: Disjunction, speaker: _Speaker) -> str:
    return speaker.words["or"].join(_inside(part, speaker) for part in node.parts)


def _inside(node: Node, speaker: _Speaker) -> str:
    text = _describe(node, speaker)
    if not isinstance(node, (Conjunction, Disjunction, If)):
        return text
    return f"({text})" if speaker.language == "en" else f"（{text}）"


@_describe.register
def _(node: Not, speaker: _Speaker) -> str:
    return speaker.say("not", _describe(node.operand, speaker))


@_describe.register
def _(node: In, speaker: _Speaker) -> str:
    inner = speaker.with_unit_of(node.value)
    tests = node.tests
    if len(tests) == 1 and isinstance(tests[0], ListLiteral):
        tests = tests[0].items
    value = _describe(node.value, inner)
    if len(tests) == 1 and not isinstance(tests[0], Literal):
        return f"{value} {_describe(tests[0], inner)}"
    said = speaker.words["list"].join(_describe(test, inner) for test in tests)
    return speaker.say("in" if len(tests) > 1 else "is", value, said)


@_describe.register
def _(node: UnaryComparison, speaker: _Speaker) -> str:
    return f"{speaker.words[node.op]} {_describe(node.operand, speaker)}"


@_describe.register
def _(node: Interval, speaker: _Speaker) -> str:
    low = speaker.words[">=" if node.lo_closed else ">"]
    high = speaker.words["<=" if node.hi_closed else "<"]
    return f"{low} {_describe(node.lo, speaker)}{speaker.words['and']}{high} {_describe(node.hi, speaker)}"


@_describe.register
def _(node: Between, speaker: _Speaker) -> str:
    inner = speaker.with_unit_of(node.value)
    return speaker.say("between", *(_describe(part, inner) for part in (node.value, node.low, node.high)))


@_describe.register
def _(node: If, speaker: _Speaker) -> str:
    return speaker.say("if", *(_describe(part, speaker) for part in (node.condition, node.yes, node.no)))


@_describe.register
def _(node: BinaryArithmetic, speaker: _Speaker) -> str:
    signs = {"*": "×", "/": "÷", "**": "^", "-": "−"}
    sides = [
        f"({_describe(side, bare)})" if isinstance(side, BinaryArithmetic) else _describe(side, bare)
        for bare in [_Speaker(speaker.vocabulary, speaker.language)]
        for side in (node.left, node.right)
    ]
    return f"{sides[0]} {signs.get(node.op, node.op)} {sides[1]}"


@_describe.register
def _(node: Negate, speaker: _Speaker) -> str:
    return f"−{_describe(node.operand, speaker)}"


@_describe.register
def _(node: FunctionCall, speaker: _Speaker) -> str:
    arguments = [*node.positional, *(argument for _, argument in node.named)]
    name = node.function.name if isinstance(node.function, Name) else ""
    phrase = _PHRASES["en" if speaker.language == "en" else "zh"].get(name)
    if phrase is not None and phrase.count("{") == len(arguments):
        return phrase.format(*(_describe(argument, speaker) for argument in arguments))
    said = speaker.words["list"].join(_describe(argument, speaker) for argument in arguments)
    return speaker.say("call", _describe(node.function, speaker), said)
