"""What must hold within an implementation list (一致性校验), as one table of rules.

A rule says True, False, or None where the list does not hold enough to say: what is not known breaks nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf
from typing import Literal

from chengban.items import codes
from chengban.items.errors import CodeMistake
from chengban.lib.identifiers import is_uscc
from chengban.packs.items import Implementation, TimeLimit
from chengban.packs.model import Citation

WORKING_DAY, DAY, HOUR, MONTH, YEAR = "1", "2", "3", "4", "5"
INSTANT = "1"
NECESSARY = "1"
IN_USE = "1"
_DEEPEST = 4
_DAYS = {DAY: (1.0, 1.0), HOUR: (1 / 24, 1 / 24), MONTH: (28.0, 31.0), YEAR: (365.0, 366.0)}
_ANY = (0.0, inf)
_LONGEST_HOLIDAY = 10


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `field` is where its breach stands; a row of an imported list that breaks a `reject` is kept out."""

    id: str
    name: str
    sentence: str
    citation: Citation
    field: str
    severity: Literal["reject", "flag"]
    holds: Callable[[Implementation], bool | None]


def breaches(item: Implementation) -> Iterator[Rule]:
    """The rules that the list certainly breaks."""
    return (rule for rule in RULES if rule.holds(item) is False)


def may_be_accepted(item: Implementation) -> bool:
    """Whether an application may be accepted: the item is neither paused nor cancelled (暂停、取消)."""
    return item.state in (None, IN_USE)


def at_most(limit: TimeLimit, other: TimeLimit) -> bool | None:
    """Whether `limit` is surely no longer than `other`; None where that depends on the calendar."""
    if limit.unit == other.unit:
        return limit.number <= other.number
    (least, most), (other_least, other_most) = _days(limit), _days(other)
    return True if most <= other_least else False if least > other_most else None


def _days(limit: TimeLimit) -> tuple[float, float]:
    """How many calendar days a limit lasts at least and at most."""
    if limit.unit == WORKING_DAY:
        return float(limit.number), 2.0 * limit.number + _LONGEST_HOLIDAY if limit.number else 0.0
    least, most = _DAYS.get(limit.unit, _ANY)
    return (least * limit.number, most * limit.number) if limit.number else (0.0, 0.0)


def _promise_within_law(item: Implementation) -> bool | None:
    return None if item.promised is None or item.statutory is None else at_most(item.promised, item.statutory)


def _instant_within_a_day(item: Implementation) -> bool | None:
    if item.handling != INSTANT or item.promised is None:
        return None
    return at_most(item.promised, TimeLimit(number=1, unit=WORKING_DAY))


def _charged_has_fees(item: Implementation) -> bool | None:
    return bool(item.fees) if item.charged else None


def _free_has_none(item: Implementation) -> bool | None:
    return not item.fees if item.charged is False else None


def _fees_have_basis(item: Implementation) -> bool | None:
    return all(fee.citation is not None for fee in item.fees) if item.fees else None


def _necessary_has_basis(item: Implementation) -> bool | None:
    necessary = [material for material in item.materials if material.need == NECESSARY]
    return all(material.citation is not None for material in necessary) if necessary else None


def _deep_needs_no_visit(item: Implementation) -> bool | None:
    return item.visits == 0 if item.online_depth == _DEEPEST and item.visits is not None else None


def _visit_has_reason(item: Implementation) -> bool | None:
    return item.visits_reason is not None if item.visits else None


def _body_is_a_body(item: Implementation) -> bool | None:
    return None if item.body_code is None else is_uscc(item.body_code)


def _code_is_a_code(item: Implementation) -> bool | None:
    found = [
        _reads(read, text)
        for read, text in (
            (codes.catalogue_code, item.catalogue_code),
            (codes.task_code, item.task_code),
            (codes.handling_code, item.handling_code),
        )
        if text is not None
    ]
    return all(found) if found else None


def _reads(read: Callable[[str], codes.Code], text: str) -> bool:
    try:
        read(text)
    except CodeMistake:
        return False
    return True


def _same(whole: str | None, part: slice, value: str | None) -> bool | None:
    """Whether the part of a code is the value that stands beside it."""
    return None if whole is None or value is None else whole[part] == value


def _handling_begins_with_task(item: Implementation) -> bool | None:
    return _same(item.handling_code, slice(31), item.task_code)


def _body_is_in_the_code(item: Implementation) -> bool | None:
    return _same(item.task_code or item.handling_code, slice(18), item.body_code)


def _level_is_in_the_code(item: Implementation) -> bool | None:
    return _same(item.task_code or item.handling_code, slice(18, 19), item.level)


def _catalogue_is_in_the_code(item: Implementation) -> bool | None:
    return _same(item.task_code or item.handling_code, slice(19, 31), item.catalogue_code)


def _type_is_in_the_code(item: Implementation) -> bool | None:
    whole = item.task_code or item.handling_code
    return _same(item.catalogue_code or (whole and whole[19:31]), slice(2, 4), item.task_type)


def _stopped_is_not_offered(item: Implementation) -> bool | None:
    return None if may_be_accepted(item) else not item.online


_CODING = Citation(title="GB/T 39554.1-2020", note="政务服务事项基本目录及实施清单 第1部分：编码要求")
_ELEMENTS = Citation(title="GB/T 39554.2-2020", note="政务服务事项基本目录及实施清单 第2部分：要素要求")


def _licence(article: str) -> Citation:
    return Citation(title="行政许可法", article=article)


RULES: tuple[Rule, ...] = (
    Rule("code_valid", "编码合格", "编码的位数、部位或其中的统一社会信用代码不对。",
         _CODING, "task_code", "reject", _code_is_a_code),
    Rule("body_valid", "主体编码合格", "实施主体编码不是统一社会信用代码。",
         _CODING, "body_code", "reject", _body_is_a_body),
    Rule("handling_of_task", "办理项属于事项", "业务办理项编码的前 31 位不是实施编码。",
         _CODING, "handling_code", "reject", _handling_begins_with_task),
    Rule("body_in_code", "主体与编码一致", "实施主体编码不是实施编码的前 18 位。",
         _CODING, "body_code", "reject", _body_is_in_the_code),
    Rule("level_in_code", "层级与编码一致", "行使层级不是实施编码的第 19 位。",
         _CODING, "level", "reject", _level_is_in_the_code),
    Rule("catalogue_in_code", "目录与编码一致", "基本编码不是实施编码的第 20 至 31 位。",
         _CODING, "catalogue_code", "reject", _catalogue_is_in_the_code),
    Rule("type_in_code", "类型与编码一致", "事项类型不是基本编码的第 3、4 位。",
         _CODING, "task_type", "reject", _type_is_in_the_code),
    Rule("promise_within_law", "承诺不超法定", "承诺办结时限比法定办结时限还长。",
         _licence("第四十二条"), "promised", "reject", _promise_within_law),
    Rule("instant_within_a_day", "即办当日办结", "即办件的承诺办结时限超过 1 个工作日。",
         _ELEMENTS, "promised", "reject", _instant_within_a_day),
    Rule("charged_has_fees", "收费列明项目", "写明收费，却没有收费项目。",
         _licence("第五十九条"), "fees", "flag", _charged_has_fees),
    Rule("free_has_none", "不收费无项目", "写明不收费，却列了收费项目。",
         _licence("第五十八条"), "fees", "reject", _free_has_none),
    Rule("fees_have_basis", "收费有依据", "有收费项目没有写收费依据。",
         _licence("第五十八条"), "fees", "flag", _fees_have_basis),
    Rule("necessary_has_basis", "必要材料有依据", "有必要材料没有写要求提供的依据。",
         _ELEMENTS, "materials", "flag", _necessary_has_basis),
    Rule("deep_needs_no_visit", "四级深度不跑腿", "网办深度为四级，到办事现场次数却不是 0。",
         _ELEMENTS, "visits", "flag", _deep_needs_no_visit),
    Rule("visit_has_reason", "到场有原因", "要到办事现场，却没有写必须现场办理的原因。",
         _ELEMENTS, "visits_reason", "flag", _visit_has_reason),
    Rule("stopped_not_offered", "停办不受理", "事项已暂停或取消，却仍写着可以网上办理。",
         _ELEMENTS, "state", "flag", _stopped_is_not_offered),
)  # fmt: skip
