"""A policy as its officer writes it, and the declaration that it makes. Pure: the text of a form in, a policy or mistakes out.

What is written keeps the shape of the declaration, every value a text: `{"policy": {…head…}, "version": {…}, "examples": […]}`.
A mistake names its field by the path to it: `version.clauses.0.when`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from chengban.packs.model import Example, Policy, PolicyVersion
from chengban.policies.errors import PolicyError

Written = Mapping[str, Any]
"""The filled-in form: texts in lists and mappings."""
_NUMBER = re.compile(r"[-+]?\d{1,30}(\.\d{1,30})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TRUTHS = {"是": True, "否": False, "true": True, "false": False}
_LINE = re.compile(r"(?P<fact>[^=＝:：]+)[=＝:：](?P<value>.*)")
_MOST = 400
"""Mistakes of one form that are told at most."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong, in a sentence, and at which field; line and column (from 1) where it stands within the field."""

    field: str
    message: str
    line: int = 0
    column: int = 0


class NotDeclared(PolicyError):
    """What is written is not a declaration yet; `mistakes` says why."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("；".join(one.message for one in mistakes[:3]))
        self.mistakes = tuple(mistakes)


class _Form(BaseModel):
    """What a form declares: the policy with this one version, and its examples."""

    model_config = ConfigDict(frozen=True)
    policy: Policy
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Declared:
    """A policy with the one version that was written, and its worked examples."""

    policy: Policy
    examples: tuple[Example, ...]

    @property
    def version(self) -> PolicyVersion:
        return self.policy.versions[0]


def declared(written: Written) -> Declared:
    """The declaration that is written. Raises `NotDeclared` with every mistake of its form."""
    early: list[Mistake] = []
    whole = pruned(written)
    version = _version(_map(whole, "version"))
    examples = [_example(row, number, early) for number, row in enumerate(_rows(whole, "examples"))]
    try:
        form = _Form.model_validate({"policy": {**_map(whole, "policy"), "versions": [version]}, "examples": examples})
    except ValidationError as error:
        early += [_mistake(problem) for problem in error.errors(include_url=False)[:_MOST]]
        raise NotDeclared(early) from None
    if early:
        raise NotDeclared(early)
    return Declared(form.policy, form.examples)


def pruned(value: Any) -> Any:
    """Without what is blank: texts are stripped, and empty texts, lists and mappings left out."""
    if isinstance(value, Mapping):
        kept = {str(key): pruned(one) for key, one in value.items()}
        return {key: one for key, one in kept.items() if not _is_blank(one)}
    if isinstance(value, list | tuple):
        return [one for one in map(pruned, value) if not _is_blank(one)]
    return value.strip() if isinstance(value, str) else value


def _map(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The group of fields of that name; nothing where something else stands there."""
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _rows(value: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The rows of that name; what is not a row is passed over."""
    found = value.get(name)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def text_of(value: Any) -> str:
    """What is typed in a field; something else than text is nothing typed."""
    return value if isinstance(value, str) else ""


def _is_blank(value: Any) -> bool:
    return value is None or value == "" or value == [] or value == {}


def _version(version: dict[str, Any]) -> dict[str, Any]:
    """The version with its values typed, and what an officer need not say filled in."""
    made = {"dates_confidence": "S", "confidence": "S", **version}
    made["parameters"] = [_parameter(row) for row in _rows(version, "parameters")]
    made["clauses"] = [{"confidence": "S", **row} for row in _rows(version, "clauses")]
    made["amount"] = {"confidence": "S", **_map(version, "amount")}
    if "delivery" in version:
        made["delivery"] = {"confidence": "S", **_map(version, "delivery")}
        made["delivery"] |= {name: _digits(made["delivery"][name]) for name in _COUNTS if name in made["delivery"]}
    return made


_COUNTS = ("budget", "places", "notice_days")


def _digits(value: Any) -> Any:
    """A number without the marks between thousands."""
    return value.replace(",", "").replace("，", "") if isinstance(value, str) else value


def _parameter(row: dict[str, Any]) -> dict[str, Any]:
    return {"confidence": "S", **row} | ({"value": scalar(text_of(row["value"]))} if "value" in row else {})


def scalar(text: str) -> Decimal | date | bool | str | tuple[str, ...]:
    """A value as it is meant: a number, a day, 是 or 否, several texts between 、, or a text."""
    plain = text.strip()
    if plain.lower() in _TRUTHS:
        return _TRUTHS[plain.lower()]
    if _NUMBER.fullmatch(plain.replace(",", "")):
        return Decimal(plain.replace(",", ""))
    if _DAY.fullmatch(plain):
        try:
            return date.fromisoformat(plain)
        except ValueError:
            return plain
    parts = tuple(part.strip() for part in plain.split("、") if part.strip())
    return parts if len(parts) > 1 else plain


def _example(row: dict[str, Any], number: int, early: list[Mistake]) -> dict[str, Any]:
    """An example with its facts read line by line: 指标 = 值."""
    facts: dict[str, Any] = {}
    for place, line in enumerate(text_of(row.get("facts")).splitlines(), 1):
        if not line.strip():
            continue
        found = _LINE.fullmatch(line)
        if found is None or not found["value"].strip():
            early.append(Mistake(f"examples.{number}.facts", f"第 {place} 行要写成“指标 = 值”。", place, 1))
            continue
        facts[found["fact"].strip()] = _fact_value(found["value"])
    amount = {"amount": _digits(row["amount"])} if "amount" in row else {}
    return {**row, **amount, "facts": facts}


def _fact_value(text: str) -> Decimal | date | bool | str | None:
    """A fact's value; 还不知道 is none. Text in quotation marks stays text."""
    plain = text.strip()
    if plain == "还不知道":
        return None
    if len(plain) > 1 and plain[0] in '"“' and plain[-1] in '"”':
        return plain[1:-1]
    made = scalar(plain)
    return plain if isinstance(made, tuple) else made


# Mistakes in words ----------------------------------------------------------------------------------------------------

LABELS: Mapping[str, str] = {
    "policy": "政策", "id": "编号", "name": "名称", "name_en": "英文名", "level": "级别", "subject": "给谁", "departments": "部门",
    "mode": "兑现方式", "mode_note": "兑现说明", "excludes": "不可同享的政策", "best_of": "择优组", "succeeds": "接替的政策",
    "version": "版本", "since": "施行日期", "until": "截止日期", "sources": "依据", "title": "依据的文件", "article": "条款",
    "note": "说明", "parameters": "参数", "value": "参数值", "unit": "单位", "clauses": "条件", "text": "文字说明",
    "text_en": "英文说明", "when": "条件表达式", "citation": "依据", "amount": "金额", "kind": "金额种类", "formula": "金额公式",
    "delivery": "兑现安排", "period": "多久一次", "budget": "预算", "places": "名额", "order": "先后", "score": "评分公式",
    "notice_days": "公示工作日", "examples": "样例", "facts": "指标的值", "on": "日期", "expect": "预期结果", "tables": "决策表",
    "inputs": "输入", "rules": "规则", "then": "结果", "confidence": "核实",
}  # fmt: skip
_SAID: Mapping[str, str] = {
    "missing": "请填写{label}。",
    "too_short": "{label}至少写一条。",
    "string_too_short": "请填写{label}。",
    "string_too_long": "{label}太长，最多 {max_length} 个字。",
    "literal_error": "请选择{label}。",
    "string_pattern_mismatch": "{label}的写法不对：{pattern}。",
    "extra_forbidden": "不认识{label}。",
}
_PATTERNS: Mapping[str, str] = {
    "policy.id": "大写字母开头，后面是字母或数字，例如 P40",
    "version.version": "数字、字母、点或短横，例如 2026",
}
_ID = "小写英文字母开头，后面是小写字母、数字或下划线"
_RULES: Mapping[str, str] = {
    "it ends before it begins": "截止日期早于施行日期。",
    "an amount of kind status": "“资格”没有金额公式，其他种类都要写金额公式。",
    "score goes with order": "按评分先后时要写评分公式，按受理先后时不写。",
    "tests for": "决策表的每条规则，条件的个数要和输入一样多。",
}


def _mistake(problem: Any) -> Mistake:
    """What the declaration's model refused, in a sentence, at the form's own field."""
    path = _path(problem["loc"])
    label = next((LABELS[part] for part in reversed(path) if part in LABELS), "这一项")
    return Mistake(".".join(path), _sentence(problem, ".".join(path), label))


def _sentence(problem: Any, field: str, label: str) -> str:
    kind, given = problem["type"], problem.get("ctx", {})
    if kind == "value_error":
        return next((told for mark, told in _RULES.items() if mark in problem["msg"]), f"{label}：{problem['msg']}")
    if kind in _SAID:
        pattern = _PATTERNS.get(field, _ID)
        return _SAID[kind].format(label=label, pattern=pattern, max_length=given.get("max_length", ""))
    if kind.startswith("date"):
        return f"{label}写成 2026-01-01 这样的日期。"
    if kind.startswith(("decimal", "int", "greater", "less")):
        return f"{label}应是合适的数字。"
    return f"{label}填得不对。"


def _path(place: Sequence[str | int]) -> list[str]:
    """pydantic's place as the form's: the version stands beside the policy, not inside it."""
    path = [str(part) for part in place if not str(part).startswith(("constrained-", "literal", "function-"))]
    if path[:3] == ["policy", "versions", "0"]:
        path = ["version", *path[3:]]
    return path
