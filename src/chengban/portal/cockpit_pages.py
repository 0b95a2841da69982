"""What the cockpit shows: headline figures, the map by a measure, bars, columns, tables, and the published figures."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from chengban.packs import Pack
from chengban.packs.model import Department, Policy
from chengban.policies.cockpit import BANDS, PATIENCE, STAGES, TREASURY, Board, CountyRow, Spread, Stuck, Tally, gather
from chengban.portal import words
from chengban.portal.charts import Chart, ColumnChart, bar_chart, column_chart
from chengban.portal.maps import STEPS, MapChart, Reading, map_chart, step_limits
from chengban.portal.sheets import guarded

YEARS = 3
"""How many years the filter offers."""
MOST_SECTIONS = 8
MEASURES: dict[str, "str | Promise"] = {
    "amount": _lazy("到账金额"), "subjects": _lazy("惠及企业和个人"), "unclaimed": _lazy("应享未享"), "days": _lazy("到账天数"),
}  # fmt: skip
STAGE_NAMES: dict[str, "str | Promise"] = {
    "confirm": _lazy("部门确认"), "accept": _lazy("企业确认账户"), "order": _lazy("下达拨付"), "pay": _lazy("国库支付"),
}  # fmt: skip
STUCK_NAMES: dict[str, "str | Promise"] = {
    "confirm": _lazy("等部门确认"), "notice": _lazy("等公示"), "objection": _lazy("异议等处理"), "dispute": _lazy("数据等核实"),
    "order": _lazy("等下达"), "treasury": _lazy("等国库支付"), "refused": _lazy("国库退回，等改正"),
    "undelivered": _lazy("没有送达国库，等重发"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StuckRow:
    stuck: Stuck
    policy: Policy | None
    stage: "str | Promise"


@dataclass(frozen=True, slots=True)
class StuckHeap:
    """What lies with one department, the oldest first. `department` none: with the treasury, or with nobody that the pack names."""

    department: Department | None
    is_treasury: bool
    rows: tuple[StuckRow, ...]

    @property
    def count(self) -> int:
        return sum(row.stuck.count for row in self.rows)

    @property
    def oldest(self) -> Stuck:
        return self.rows[0].stuck


@dataclass(frozen=True, slots=True)
class CountyLine:
    """A county's row with the county's name."""

    name: str
    paid: Tally
    unclaimed: int | None
    days: Spread


@dataclass(frozen=True, slots=True)
class StageRow:
    name: "str | Promise"
    spread: Spread


@dataclass(frozen=True, slots=True)
class CockpitPage:
    """`query` is the year and policy as a query string, for links that change the measure alone."""

    board: Board
    policy: Policy | None
    measure: str
    measures: dict[str, "str | Promise"]
    query: str
    years: tuple[int, ...]
    choices: tuple[Policy, ...]
    map: MapChart | None
    counties: tuple[CountyLine, ...]
    by_policy: Chart
    months: ColumnChart
    bands: Chart
    sections: Chart
    stages: tuple[StageRow, ...]
    stuck: tuple[StuckHeap, ...]
    patience: int = PATIENCE


def page(pack: Pack, *, year: int, policy: Policy | None, measure: str, on: date) -> CockpitPage:
    """The cockpit of a year, of all policies or one."""
    board = gather(pack, year=year, on=on, policy=policy.id if policy else "")
    names = dict(zip(pack.city.counties, pack.city.county_names, strict=True))
    query = f"year={year}" + (f"&policy={policy.id}" if policy else "")
    return CockpitPage(
        board=board,
        policy=policy,
        measure=measure,
        measures=MEASURES,
        query=query,
        years=tuple(range(on.year, on.year - YEARS, -1)),
        choices=tuple(one for one in pack.policies.values() if any(v.amount.kind == "payment" for v in one.versions)),
        map=_map(pack, board, measure),
        counties=tuple(CountyLine(names[one.code], one.paid, one.unclaimed, one.days) for one in board.counties),
        by_policy=_by_policy(board),
        months=_months(board),
        bands=bar_chart(_("从发布到账用了多少天"), _("笔"), zip(_band_names(), map(float, board.days.bands), strict=True)),
        sections=_sections(pack, board),
        stages=tuple(StageRow(STAGE_NAMES[stage], board.stages[stage]) for stage in STAGES),
        stuck=_heaps(pack, board),
    )


def _wan(yuan: Decimal) -> float:
    return float(round(yuan / 10_000, 2))


def _band_names() -> list[str]:
    return [
        _("%(from)s–%(to)s 天") % {"from": low, "to": high} if high else _("超过 %(days)s 天") % {"days": low - 1}
        for low, high in BANDS
    ]


def _by_policy(board: Board) -> Chart:
    ranked = sorted((row for row in board.policies if row.paid.count), key=lambda row: -row.paid.amount)
    return bar_chart(_("各项政策到账金额"), _("万元"), [(row.policy.name, _wan(row.paid.amount)) for row in ranked])


def _map(pack: Pack, board: Board, measure: str) -> MapChart | None:
    readings = {row.code: reading(row, measure) for row in board.counties}
    most = max((one.value for one in readings.values() if one.value), default=None)
    legend = [_("至 %(most)s") % {"most": said(limit, measure)} for limit in step_limits(most)] if most else []
    return map_chart(pack, str(MEASURES[measure]), readings, legend[:STEPS])


def reading(row: CountyRow, measure: str) -> Reading:
    """What a county shows for a measure."""
    values: dict[str, Decimal | int | None] = {
        "amount": row.paid.amount, "subjects": row.paid.subjects, "unclaimed": row.unclaimed, "days": row.days.median,
    }  # fmt: skip
    value = values[measure]
    if value is None:
        return Reading(None, "—" if measure == "days" else words.unknown())
    return Reading(Decimal(value), said(Decimal(value), measure))


def said(value: Decimal, measure: str) -> str:
    """A value of a measure in few words."""
    if measure == "amount":
        return words.short_money(value)
    return _("%(days)s 天") % {"days": words.figure(round(value))} if measure == "days" else words.figure(round(value))


def _months(board: Board) -> ColumnChart:
    values = [(words.short_month(month), float(tally.amount), words.short_money(tally.amount)) for month, tally in board.months]
    heads = (_("月份"), _("到账(笔)"), _("惠及"), _("到账金额(元)"))
    rows = [
        (f"{month:%Y-%m}", words.figure(tally.count), words.figure(tally.subjects), words.figure(tally.amount))
        for month, tally in board.months
    ]
    return column_chart(_("各月到账金额"), values, heads, rows)


def _sections(pack: Pack, board: Board) -> Chart:
    names = pack.code_names.get("industry", {})
    rows = [(names.get(code, code), _wan(tally.amount)) for code, tally in board.sections[:MOST_SECTIONS]]
    rest = _wan(sum((tally.amount for _code, tally in board.sections[MOST_SECTIONS:]), Decimal(0)))
    shown = rows + ([(_("其他行业"), rest)] if rest else [])
    return bar_chart(_("各行业到账金额"), _("万元"), shown)


def _heaps(pack: Pack, board: Board) -> tuple[StuckHeap, ...]:
    """By department, whose oldest thing is oldest first."""
    lying: dict[str, list[StuckRow]] = {}
    for one in board.stuck:
        lying.setdefault(one.who, []).append(StuckRow(one, pack.policies.get(one.policy), STUCK_NAMES[one.stage]))
    return tuple(StuckHeap(pack.departments.get(who), who == TREASURY, tuple(rows)) for who, rows in lying.items())


def policy_table(board: Board) -> Iterator[list[str]]:
    """The table of policies as a CSV's rows: a header, then a row a policy. What is not known is an empty cell."""
    yield [
        _("编号"), _("政策"), _("到账(笔)"), _("惠及"), _("到账金额(元)"), _("在途(笔)"), _("退回或未送达(笔)"),
        _("预算(元)"), _("预算已占用(元)"),
        _("符合"), _("应享未享"), _("未享金额(元)"), _("金额还不知道"), _("到账天数(中位)"), _("到账天数(九成以内)"),
    ]  # fmt: skip
    for row in board.policies:
        budget, left = row.budget, row.unclaimed
        values = [
            row.paid.count, row.paid.subjects, row.paid.amount, row.in_flight.count,
            row.returned.count,
            budget and budget.total, budget and budget.committed,
            left and left.eligible, left and left.subjects, left and left.amount,
            left and left.unknown, row.days.median, row.days.slow,
        ]  # fmt: skip
        yield [guarded(row.policy.id), guarded(row.policy.name), *("" if value is None else str(value) for value in values)]
