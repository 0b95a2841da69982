"""The fields of a draft's form, as one table; how a posted form is read, and how each field is shown again."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengban.packs import Pack
from chengban.policies.writing import Mistake
from chengban.portal.policy_pages import MODES

LONGEST = 20_000
"""Characters of one field at most."""
MOST_ROWS = 60
Option = tuple[str, Any]

LEVELS = ("国家", "省", "市", "国家/省", "省/县")


@dataclass(frozen=True, slots=True)
class Field:
    """One field: the path of its value below its group, and how it is filled in."""

    path: str
    label: Any
    kind: str = "line"
    """line, text (several lines), feel (an expression), day, choice, checks, doubt (a box that marks 未核实)."""
    hint: Any = ""
    options: Sequence[Option] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under one heading; a group of `rows` may be filled in many times."""

    path: str
    title: Any
    fields: tuple[Field, ...]
    rows: bool = False
    hint: Any = ""
    one: Any = ""
    """What one row is called."""


def _same(words: Iterable[str]) -> tuple[Option, ...]:
    return tuple((word, word) for word in words)


_CITATION = (Field("citation.title", _("依据的文件")), Field("citation.article", _("条款"), hint=_("例如 第二条第一项")))
_DOUBT = Field("confidence", _("还没有核实"), "doubt")

GROUPS: tuple[Group, ...] = (
    Group("policy", _("政策"), (
        Field("id", _("编号"), hint=_("大写字母开头，例如 P40；已有的编号就是它的新版本")),
        Field("name", _("名称")), Field("name_en", _("英文名")),
        Field("level", _("级别"), "choice", options=_same(LEVELS)),
        Field("subject", _("给谁"), "choice", options=(("enterprise", _("企业")), ("person", _("个人")))),
        Field("mode", _("兑现方式"), "choice", options=_same(MODES)), Field("mode_note", _("兑现说明")),
        Field("departments", _("部门"), "checks"),
        Field("excludes", _("不能同时享受的政策"), "checks"),
        Field("best_of", _("择优组"), hint=_("同一组的政策，一个对象一期只享受金额最高的一项；用小写英文字母")),
    )),
    Group("version", _("版本"), (
        Field("version", _("版本号"), hint=_("例如 2026")),
        Field("since", _("施行日期"), "day"), Field("until", _("截止日期"), "day", hint=_("没有截止日期就空着")),
        Field("note", _("说明"), "text"),
    )),
    Group("version.sources", _("依据"), (Field("title", _("依据的文件")), Field("article", _("条款"))), rows=True, one=_("依据")),
    Group("version.parameters", _("参数"), (
        Field("id", _("编号"), hint=_("小写英文字母")), Field("name", _("名称")),
        Field("value", _("数值")), Field("unit", _("单位")),
        *_CITATION, _DOUBT,
    ), rows=True, hint=_("会调整的数值写成参数，不写死在条件里；数值变了就起草新版本，从施行日期起生效。"), one=_("参数")),
    Group("version.clauses", _("条件"), (
        Field("id", _("编号"), hint=_("小写英文字母")), Field("text", _("文字说明")), Field("text_en", _("英文说明")),
        Field("when", _("条件表达式"), "feel"), *_CITATION, _DOUBT,
    ), rows=True, hint=_("法律文件算作一条的，写成一条。全部满足才符合。"), one=_("条件")),
    Group("version.amount", _("金额"), (
        Field("kind", _("金额种类"), "choice", options=(
            ("payment", _("补助")), ("tax_saving", _("少缴的税费")), ("loan_limit", _("贷款额度")),
            ("deduction", _("可扣除的金额")), ("status", _("资格")),
        )),
        Field("formula", _("金额公式"), "feel"), Field("unit", _("单位"), "choice", options=_same(("元", "万元"))),
        Field("text", _("文字说明")), _DOUBT,
    )),
    Group("version.delivery", _("兑现安排"), (
        Field("period", _("多久一次"), "choice", options=(
            ("once", _("只有一次")), ("year", _("每年")), ("quarter", _("每季度")), ("month", _("每月")),
        )),
        Field("budget", _("预算(元)"), hint=_("一期的总额；没有就空着")),
        Field("places", _("名额"), hint=_("一期的户数；没有就空着")),
        Field("order", _("名额给谁"), "choice", options=(("acceptance", _("先到先得")), ("score", _("按评分")))),
        Field("score", _("评分公式"), "feel"), Field("notice_days", _("公示工作日")), _DOUBT,
    )),
    Group("examples", _("样例"), (
        Field("name", _("名称")), Field("on", _("日期"), "day"),
        Field("facts", _("指标的值"), "text", hint=_("一行一个：指标 = 值")),
        Field("expect", _("预期结果"), "choice", options=(
            ("eligible", _("符合")), ("ineligible", _("不符合")), ("unknown", _("还不知道")),
        )),
        Field("amount", _("预期金额"), hint=_("可以空着")),
    ), rows=True, hint=_("至少三个，提交审核时逐个核对。"), one=_("样例")),
)  # fmt: skip
_NAME = re.compile(r"[a-z_]+(\.([a-z_]+|\d{1,3}))*")


# Reading a posted form ------------------------------------------------------------------------------------------------


def read(posted: Mapping[str, Sequence[str]], tables: Sequence[Any] = ()) -> dict[str, Any]:
    """The posted fields as the draft that they write; rows with nothing in them are left out. `tables` are kept as they are."""
    made: dict[str, Any] = {}
    for name, values in posted.items():
        if _NAME.fullmatch(name) and name in _names(name):
            _put(made, name.split("."), _value(name, values))
    written: dict[str, Any] = _compact(made) or {}
    if tables:
        written.setdefault("version", {})["tables"] = list(tables)
    return written


def _value(name: str, values: Sequence[str]) -> Any:
    texts = [text.replace("\r\n", "\n").strip()[:LONGEST] for text in values]
    return texts if name in _LISTS else texts[-1]


_LISTS = {"policy.departments", "policy.excludes"}
_KNOWN = {f"{group.path}.#.{one.path}" if group.rows else f"{group.path}.{one.path}" for group in GROUPS for one in group.fields}


def _names(name: str) -> Iterator[str]:
    """The name itself, where a field of the table has it."""
    if re.sub(r"\.\d+\.", ".#.", name) in _KNOWN and all(int(part) < MOST_ROWS for part in re.findall(r"\.(\d+)\.", name)):
        yield name


def _put(into: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        into = into.setdefault(part, {})
    into[path[-1]] = value


def _compact(value: Any) -> Any:
    """Numbered keys as a list in their order; what is blank is left out."""
    if not isinstance(value, dict):
        return value
    kept = {key: made for key, one in value.items() if (made := _compact(one)) not in ("", [], {}, None)}
    if kept and all(key.isdigit() for key in kept):
        return [kept[key] for key in sorted(kept, key=int)]
    return kept


# Showing it again -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """A field with its value and what is wrong with it."""

    field: Field
    name: str
    value: Any
    mistakes: tuple[Mistake, ...]
    options: Sequence[Option]

    @property
    def id(self) -> str:
        return "f-" + self.name.replace(".", "-")

    @property
    def kind(self) -> str:
        return self.field.kind

    @property
    def lines(self) -> int:
        return min(12, max(2, str(self.value).count("\n") + 1 + len(str(self.value)) // 50))


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A group as it stands in the form: its rows, the last of them blank where there may be more."""

    group: Group
    rows: tuple[tuple[Shown, ...], ...]
    mistakes: tuple[Mistake, ...]
    blank: tuple[Shown, ...] = field(default=())

    @property
    def is_wrong(self) -> bool:
        return any(one.mistakes for row in self.rows for one in row)

    @property
    def id(self) -> str:
        return "f-" + self.group.path.replace(".", "-")


def shown(pack: Pack, written: Mapping[str, Any], mistakes: Sequence[Mistake]) -> list[ShownGroup]:
    """Every group of the form with what is written and what is wrong."""
    told: dict[str, list[Mistake]] = {}
    for mistake in mistakes:
        told.setdefault(mistake.field, []).append(mistake)
    return [_group(pack, group, written, told) for group in GROUPS]


def _group(pack: Pack, group: Group, written: Mapping[str, Any], told: Mapping[str, list[Mistake]]) -> ShownGroup:
    found = _at(written, group.path)
    own = tuple(told.get(group.path, ()))
    if not group.rows:
        return ShownGroup(group, (tuple(_shown(pack, group.path, one, found, told) for one in group.fields),), own)
    rows = found if isinstance(found, list) else []
    made = [tuple(_shown(pack, f"{group.path}.{n}", one, row, told) for one in group.fields) for n, row in enumerate(rows)]
    blank = tuple(_shown(pack, f"{group.path}.{len(rows)}", one, {}, {}) for one in group.fields)
    return ShownGroup(group, tuple(made), own, blank)


def _shown(pack: Pack, path: str, one: Field, row: Any, told: Mapping[str, list[Mistake]]) -> Shown:
    name = f"{path}.{one.path}"
    value = _at(row, one.path)
    found = [mistake for field_name, some in told.items() if _belongs(field_name, name, one) for mistake in some]
    return Shown(one, name, "" if value is None else value, tuple(found), _options(pack, name, one))


def _belongs(mistake: str, name: str, one: Field) -> bool:
    """A mistake about the field, or about a whole that this field is the first part of: 依据 stands at its title."""
    return mistake == name or (one.path == "citation.title" and f"{mistake}.title" == name)


def _options(pack: Pack, name: str, one: Field) -> Sequence[Option]:
    if name == "policy.departments":
        return [(department.id, department.name) for department in pack.departments.values()]
    if name == "policy.excludes":
        return [(policy.id, f"{policy.id} {policy.name}") for policy in pack.policies.values()]
    return one.options


def _at(value: Any, path: str) -> Any:
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def field_id(groups: Sequence[ShownGroup], name: str) -> str:
    """The id on the page that a mistake of that name links to: its field's, else its group's."""
    for group in groups:
        for row in group.rows:
            for one in row:
                if any(mistake.field == name for mistake in one.mistakes):
                    return one.id
    return next((g.id for g in groups if name == g.group.path or name.startswith(g.group.path + ".")), "f-version")
