"""What the clock says, in Chinese and in English: each sentence once, with places for days, figures and clauses."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

from chengban.cases.clock.forbidden import named
from chengban.packs.clocks import Approver, PauseKind, Unit
from chengban.packs.model import Citation

Language = Literal["zh", "en"]


class Term(NamedTuple):
    """A word in both languages."""

    chinese: str
    english: str


UNITS: dict[Unit, Term] = {
    "working": Term("个工作日", "working days"),
    "calendar": Term("个自然日", "calendar days"),
    "month": Term("个月", "months"),
    "year": Term("年", "years"),
}
PAUSES: dict[PauseKind, Term] = {
    "hearing": Term("听证", "a hearing"),
    "bidding": Term("招标", "bidding"),
    "auction": Term("拍卖", "an auction"),
    "inspection": Term("检验", "inspection"),
    "testing": Term("检测", "testing"),
    "quarantine": Term("检疫", "quarantine"),
    "appraisal": Term("鉴定", "appraisal"),
    "expert_review": Term("专家评审", "expert review"),
    "evaluation": Term("委托评估", "commissioned evaluation"),
}
APPROVERS: dict[Approver, Term] = {
    "own_head": Term("本机关负责人", "a head of the authority"),
    "own_principal": Term("本机关主要负责人", "the principal head of the authority"),
    "government_head": Term("本级人民政府负责人", "a head of the government of that level"),
}
SENTENCES: dict[str, Term] = {
    "starts": Term("{day}{event}，当日不计，次日起算。", "{event} on {day}; that day does not count, the next is the first."),
    "same_day": Term("{day}{event}，当日就要办（{clause}）。", "{event} on {day}, and it is due that same day ({clause})."),
    "within": Term("{clause}：{count} {unit}。", "{clause}: {count} {unit}."),
    "unsure": Term("这一项未核实：{note}。", "This is not confirmed: {note}."),
    "extended": Term(
        "经{approver}批准延长 {count} {unit}（{clause}）。", "Extended by {count} {unit}, approved by {approver} ({clause})."
    ),
    "stopped": Term(
        "{what}：{after}次日至{until}不计入，其中工作日 {days} 天（{clause}）。",
        "For {what} the days after {after} up to {until} do not count, {days} of them working days ({clause}).",
    ),
    "stopping": Term(
        "{what}还没有结束：按书面告知的时间，{after}次日至{until}不计入，其中工作日 {days} 天（{clause}）。",
        "{what} goes on: by the time told in writing the days after {after} up to {until} do not count, "
        "{days} of them working days ({clause}).",
    ),
    "overran_counts": Term(
        "{what}超出了书面告知的时间，超出的部分照常计算（法律没有单写这一句，未核实）。",
        "{what} took longer than was told in writing; what is beyond counts again (the law does not say so itself; not confirmed).",
    ),
    "overran_does_not": Term(
        "{what}超出了书面告知的时间，超出的部分仍不计入（法律没有单写这一句，未核实）。",
        "{what} took longer than was told in writing; what is beyond does not count either (the law does not say so itself; "
        "not confirmed).",
    ),
    "days_off": Term("其间放假的工作日期不计：{days}。", "Weekdays off in between do not count: {days}."),
    "days_worked": Term("其间调休上班的周末计入：{days}。", "Weekend days that are worked count: {days}."),
    "until": Term("{clause}：{day}起，到{due}为止。", "{clause}: from {day} until {due}."),
    "not_arranged": Term("{why}", "The last day is not known yet: the holidays of its year are not arranged. {why}"),
    "due": Term("最后一日是{due}。", "The last day is {due}."),
    "rolled": Term("{day}不是工作日，顺延到{due}。", "{day} is no working day, so it moves to {due}."),
    "backwards": Term(
        "{event}是{day}，往前数 {count} {unit}（{clause}）。", "{event} is {day}; {count} {unit} before it ({clause})."
    ),
    "deemed_accepted": Term(
        "到{due}没有告知需要补正的内容，自{received}收到材料之日起即为受理（{clause}）。",
        "By {due} nobody had said what lacks, so it is accepted as from {received}, when the materials came ({clause}).",
    ),
    "renewed_by_law": Term(
        "延续申请在{asked}提出，到{until}届满没有作出决定，视为准予延续（{clause}）；延续到哪一天，还没有写下来。",
        "Renewal was asked for on {asked}; nothing was decided by {until}, so it counts as granted ({clause}); until when is not "
        "written down yet.",
    ),
    "asked_late": Term(
        "延续申请在{asked}提出，晚于{latest}：逾期未决定不当然视为准予（{clause}）。",
        "Renewal was asked for on {asked}, after {latest}: silence does not by itself mean yes ({clause}).",
    ),
    "expired": Term("有效期到{until}届满，没有延续。", "It was valid until {until}, and was not renewed."),
    "lapsed": Term("到{due}没有补正，不再办理（{clause}）。", "Nothing was corrected by {due}, so it ended ({clause})."),
    "not_at_once": Term(
        "收到材料在{received}，{day}才答复：应当即时告知（{clause}）。",
        "The materials came on {received}, the answer on {day}: it was due at once ({clause}).",
    ),
    "told_again": Term(
        "{day}退回时又提出了上一次没有告知的内容：{missing}。需要补正的应当一次告知（{clause}）。",
        "On {day} something new was asked for: {missing}. All that lacks is to be told at once ({clause}).",
    ),
    "late": Term(
        "{name}：最后一日是{due}，{done}才办（{clause}）。", "{name}: the last day was {due}, and it was done on {done} ({clause})."
    ),
    "overdue": Term(
        "{name}：最后一日是{due}，到{on}还没有办（{clause}）。",
        "{name}: the last day was {due}, and by {on} it was not done ({clause}).",
    ),
    "barred": Term("{until}以前不得再次申请（{clause}）。", "No new application may be made until {until} ({clause})."),
}
_WEEKDAYS = (tuple("一二三四五六日"), ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))


@dataclass(frozen=True)
class Told:
    """One sentence: which, and what stands in its places."""

    key: str
    values: Mapping[str, Any]

    def say(self, language: Language = "zh") -> str:
        words = {name: _word(value, language) for name, value in self.values.items()}
        said = _of(SENTENCES[self.key], language).format(**words)
        return said[:1].upper() + said[1:]


def tell(key: str, **values: Any) -> Told:
    return Told(key, values)


def day_word(day: date, language: Language = "zh") -> str:
    """2026-02-13（周五）."""
    if language == "zh":
        return f"{day.isoformat()}（周{_WEEKDAYS[0][day.weekday()]}）"
    return f"{day.isoformat()} ({_WEEKDAYS[1][day.weekday()]})"


def _of(term: Term, language: Language) -> str:
    return term.chinese if language == "zh" else term.english


def _word(value: Any, language: Language) -> str:
    if isinstance(value, Term):
        return _of(value, language)
    if isinstance(value, Citation):
        return named(value)
    if isinstance(value, date):
        return day_word(value, language)
    if isinstance(value, tuple):
        return ("、" if language == "zh" else ", ").join(_word(one, language) for one in value)
    return str(value)
