"""What the checks say, in Chinese: one table, read from the top. An expression's author need not read English."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

_KINDS = {
    "number": "数字", "string": "文字", "boolean": "是或否", "date": "日期", "time": "时刻", "date and time": "日期和时刻",
    "duration": "时长", "years and months duration": "年月时长", "days and time duration": "日时时长", "list": "列表",
    "context": "结构", "range": "区间", "function": "函数", "null": "空值", "Any": "任何值",
}  # fmt: skip
_WANTED = {
    "a value": "一个值", "a name": "一个名称", "an operator": "运算符", "the end": "结尾",
    "a string with a date, a time or a duration": "写着日期、时刻或时长的文字",
}  # fmt: skip
_KIND = "(" + "|".join(sorted(map(re.escape, _KINDS), key=len, reverse=True)) + ")"

_TABLE: tuple[tuple[str, str], ...] = (
    (r"the expression ends too early", "没有写完"),
    (r"'(.*)' cannot stand here", "这里不能写 {0}"),
    (r"the string is not closed", "文字少了右边的引号"),
    (r"the comment is not closed", "注释没有结束"),
    (r"the character '(.*)' has no place here", "这里不能有字符 {0}"),
    (r"the number is too large", "数字太大"),
    (r"(.*) is no date, time or duration", "{0} 不是日期、时刻或时长"),
    (r"there is no function (.*)", "没有叫 {0} 的函数"),
    (r"(.*) is not known", "没有叫“{0}”的指标或参数"),
    (rf"it gives a {_KIND}, and a {_KIND} is wanted", "得出的是{0}，应当得出{1}"),
    (rf"it gives a {_KIND} or a {_KIND}", "有时得出{0}，有时得出{1}"),
    (rf"a {_KIND} cannot be reckoned with (.*)", "{0}不能用 {1} 计算"),
    (rf"a {_KIND} is compared with a {_KIND}; that is never true", "{0}和{1}相比，永远不成立"),
    (r"nothing is (.*) null; that is never true", "和空值比大小，永远不成立"),
    (r"yes and no have no order, so (.*) is never true", "是或否不能比大小"),
    (r"the units differ: (.*) and (.*)", "单位不同：{0}和{1}"),
    (r"“(.*)” is none of its codes \((.*)\)", "“{0}”不是它的代码（{1}）"),
    (rf"a {_KIND} stands where yes or no is wanted", "这里应当是一个条件，写的是{0}"),
    (rf"(.*) does not take a {_KIND} there", "函数 {0} 的这个位置不能是{1}"),
    (r"(.*) takes (\d+) values, not (\d+)", "函数 {0} 要 {1} 个值，写了 {2} 个"),
    (r"“(.*)” stands there twice", "“{0}”写了两遍"),
    (r"“(.*)” is never true", "“{0}”永远不成立"),
    (r"“(.*)” contradicts “(.*)”", "“{0}”和“{1}”互相矛盾"),
    (r"it is too deep, or takes too long", "太复杂了，请拆成几条"),
    (r"the expression is nested too deep", "嵌套太深"),
    (r"line \d+, column \d+: nested more than \d+ deep", "嵌套太深"),
    (r"line \d+, column \d+: more than \d+ operations deep", "嵌套太深"),
    (r"the expression has (\d+) characters; (\d+) are allowed", "写了 {0} 个字符，最多 {1} 个"),
    (r"the expression takes more than \d+ steps", "算起来步骤太多"),
    (r"the expression takes longer than .* seconds", "算起来太久"),
    (r"a value of more than \d+ items or characters", "值太大"),
    (r"a policy of more than \d+ conditions", "条件太多"),
    (r"the parameter (.*): .*", "参数 {0} 的值不能写进条件"),
)
_COMPILED = tuple((re.compile(pattern, re.DOTALL), told) for pattern, told in _TABLE)
_HINT = re.compile(r"(?P<said>.*?)(?:; expected (?P<expected>.*?))?(?:; did you mean (?P<near>.*)\?)?", re.DOTALL)


def in_chinese(message: str) -> str:
    """A finding's message in Chinese; one that the table does not hold is left as it is."""
    parts = _HINT.fullmatch(message)
    assert parts is not None  # every part of the pattern may be empty
    told = _said(parts["said"])
    if parts["expected"]:
        told += f"，可以写{_joined(parts['expected'].split(' or '), _expected)}"
    return f"{told}。是不是 {parts['near']}？" if parts["near"] else f"{told}。"


def _said(message: str) -> str:
    for pattern, told in _COMPILED:
        found = pattern.fullmatch(message)
        if found:
            return told.format(*(_KINDS.get(group, group) for group in found.groups()))
    return message


def _joined(words: Iterable[str], say: Callable[[str], str]) -> str:
    return "或".join(say(word) for word in words)


def _expected(word: str) -> str:
    return _WANTED.get(word, f" {word} ")
