"""What the page of a scene's plan shows: what to do in which order, what to fill in once, what need not be given, and why."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from chengban.accounts.models import Mandate, MandateKind
from chengban.accounts.permissions import Verb, may
from chengban.cases.scenes.choosing import guide_of
from chengban.cases.scenes.domain import plan_for
from chengban.cases.scenes.forming import Asking, Filled
from chengban.cases.scenes.gathering import Gathered
from chengban.cases.scenes.held import kinds_held
from chengban.cases.scenes.planning import Plan, Planned, plan
from chengban.facts.errors import UnknownSubject
from chengban.facts.reading.grounds import OWN, Ground
from chengban.items import guiding
from chengban.packs import Pack
from chengban.packs.forms import FormType, Section
from chengban.packs.items import Item, Period, Scene
from chengban.packs.model import Citation, Register
from chengban.portal import charts, graphs
from chengban.portal.item_pages import Form, limit_said, question_form, way_said

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from chengban.accounts.models import Account

HOLDER = "for"
NOBODY = "none"
TYPES: Mapping[FormType, Promise] = {
    "string": _lazy("文字"), "number": _lazy("数字"), "date": _lazy("日期"), "boolean": _lazy("是或否"), "code": _lazy("选一个"),
    "rows": _lazy("可以填多行"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """An item of the plan: its number, the numbers of what it waits for, and its bar in the timeline."""

    number: int
    planned: Planned
    all_of: tuple[int, ...]
    any_of: tuple[int, ...]
    limit: str
    periods: tuple[tuple[Period, str], ...]
    """What must have run out before it begins, and how long that is."""
    span: charts.Span | None
    """None: not every date is known."""

    @property
    def item(self) -> Item:
        return self.planned.item


@dataclass(frozen=True, slots=True)
class Use:
    """Items that use a field under one clause, by their numbers."""

    numbers: tuple[int, ...]
    citation: Citation | None
    unsure: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A field of the form: how it is filled in, who uses it, and where its value comes from."""

    filled: Filled
    how: str
    choices: tuple[str, ...]
    uses: tuple[Use, ...]
    makers: tuple[int, ...]
    register: Register | None
    codes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Paper:
    """A document, the numbers of the items that use and make it, and what could stand for it."""

    gathered: Gathered
    uses: tuple[int, ...]
    makers: tuple[int, ...]
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Holder:
    """One for whom the account acts and of whom the city holds something that is asked for here."""

    name: str
    link: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class PlanPage:
    plan: Plan
    form: Form
    graph: graphs.Graph
    batches: tuple[tuple[Row, ...], ...]
    asked: tuple[tuple[Section, tuple[Line, ...]], ...]
    spared: tuple[Line, ...]
    papers: tuple[Paper, ...]
    taken_over: tuple[Paper, ...]
    holders: tuple[Holder, ...]
    holder: str

    @property
    def rows(self) -> list[Row]:
        return [row for batch in self.batches for row in batch]

    @property
    def without_limit(self) -> list[Row]:
        return [row for row in self.rows if row.item.id in self.plan.timetable.without_limit]

    @property
    def trunk(self) -> list[Row]:
        return [row for row in self.rows if row.item.trunk]

    @property
    def skipped(self) -> list[Planned]:
        """What the answers rule out."""
        return [one for one in self.plan.items if one.outcome.needed is False]


def plan_page(pack: Pack, scene: Scene, given: QueryDict, account: "Account | AnonymousUser", *, on: date) -> PlanPage:
    """The page under the answers of the address, for the own subject that it names. Raises `LookupError` for another."""
    guide = guide_of(scene)
    answers = guiding.read_answers(guide, given)
    mandates = _mandates(pack, scene, account)
    mandate = _chosen(mandates, given.get(HOLDER, ""))
    found = _plan(pack, scene, answers, mandate, account, on)
    numbers = {item: number for number, item in enumerate((item for batch in found.order.batches for item in batch), 1)}
    lines = [_line(pack, one, numbers) for one in found.form]
    papers = [_paper(pack, one, numbers) for one in found.documents]
    return PlanPage(
        plan=found,
        form=question_form(guide, answers),
        graph=_graph(found, numbers),
        batches=_batches(found, numbers),
        asked=_sections(line for line in lines if line.filled.origin in ("asked", "depends")),
        spared=tuple(line for line in lines if line.filled.origin not in ("asked", "depends")),
        papers=tuple(paper for paper in papers if paper.gathered.origin != "made"),
        taken_over=tuple(paper for paper in papers if paper.gathered.origin == "made"),
        holders=_holders(mandates, mandate, given),
        holder="" if not mandates else str(mandate.pk) if mandate is not None else NOBODY,
    )


def _mandates(pack: Pack, scene: Scene, account: "Account | AnonymousUser") -> list[Mandate]:
    """The account's mandates for those of whom the city holds something that the scene asks for."""
    if not account.is_authenticated or not may(account, Verb.READ_OWN_FILE):
        return []
    kinds = {"enterprise": MandateKind.ENTERPRISE, "person": MandateKind.CITIZEN}
    wanted = [kinds[kind] for kind in kinds_held(pack, scene)]
    return list(account.mandates.holding().filter(kind__in=wanted).order_by("given_at", "id"))


def _chosen(mandates: list[Mandate], given: str) -> Mandate | None:
    if given == NOBODY:
        return None
    if not given:
        return next(iter(mandates), None)
    found = next((mandate for mandate in mandates if str(mandate.pk) == given), None)
    if found is None:
        raise LookupError(given)
    return found


def _plan(
    pack: Pack, scene: Scene, answers: guiding.Answers, mandate: Mandate | None, account: "Account | AnonymousUser", on: date
) -> Plan:
    if mandate is not None and account.is_authenticated:
        try:
            under = Ground(OWN, f"mandate:{account.pk}")
            return plan_for(pack, scene, answers, mandate.subject, under=under, by=account.actor, on=on)
        except UnknownSubject:
            return plan(scene, answers, on=on)
    return plan(scene, answers, on=on)


def _holders(mandates: list[Mandate], chosen: Mandate | None, given: QueryDict) -> tuple[Holder, ...]:
    named = [(_("本人") if one.kind == MandateKind.CITIZEN else one.subject, str(one.pk), one == chosen) for one in mandates]
    if mandates:
        named.append((_("不用已有的信息"), NOBODY, chosen is None))
    return tuple(Holder(name, _link(given, value), is_chosen) for name, value, is_chosen in named)


def _link(given: QueryDict, holder: str) -> str:
    query = given.copy()
    query[HOLDER] = holder
    return f"?{query.urlencode()}#spared"


def _batches(found: Plan, numbers: Mapping[str, int]) -> tuple[tuple[Row, ...], ...]:
    planned = {one.item.id: one for one in found.items}
    return tuple(tuple(_row(found, planned[item], numbers) for item in batch) for batch in found.order.batches)


def _row(found: Plan, one: Planned, numbers: Mapping[str, int]) -> Row:
    name, timed = one.item.id, one.timed
    term = timed.term if timed is not None else None
    return Row(
        number=numbers[name],
        planned=one,
        all_of=_numbers(numbers, found.order.all_of[name]),
        any_of=_numbers(numbers, found.order.any_of[name]),
        limit="" if term is None else limit_said(term.limit),
        periods=tuple((period, limit_said(period)) for period in (timed.periods if timed is not None else ())),
        span=_span(found, one),
    )


def _span(found: Plan, one: Planned) -> charts.Span | None:
    if found.promised is None or one.timed is None:
        return None
    return charts.span(*((day - found.on).days for day in (one.timed.starts, one.timed.ends, found.promised)))


def _graph(found: Plan, numbers: Mapping[str, int]) -> graphs.Graph:
    planned = {one.item.id: one for one in found.items}
    order, steps = found.order, set(pairwise(found.timetable.path))
    batches = [[(numbers[item], _look(planned[item])) for item in batch] for batch in order.batches]
    waits = [
        (numbers[earlier], numbers[later], "critical" if (earlier, later) in steps else look)
        for later in order.items
        for look, some in (("", order.all_of[later]), ("any", order.any_of[later]))
        for earlier in some
    ]
    return graphs.graph(batches, waits)


def _look(one: Planned) -> str:
    return " ".join(word for word, holds in (("critical", one.critical), ("maybe", one.outcome.needed is None)) if holds)


def _numbers(numbers: Mapping[str, int], items: Iterable[str]) -> tuple[int, ...]:
    return tuple(sorted(numbers[item] for item in items if item in numbers))


def _line(pack: Pack, one: Filled, numbers: Mapping[str, int]) -> Line:
    field = one.field
    codes = pack.code_names.get(field.codes or "", {})
    return Line(
        filled=one,
        how=str(TYPES[field.type]),
        choices=field.options or tuple(codes.values()),
        uses=tuple(_uses(one.askings, numbers)),
        makers=_numbers(numbers, field.produced_by),
        register=None if one.held is None else pack.registers[one.held.register],
        codes=codes,
    )


def _uses(askings: Iterable[Asking], numbers: Mapping[str, int]) -> Iterator[Use]:
    """The items by clause, those with one first."""
    ordered = sorted(askings, key=_under)
    for _key, some in groupby(ordered, key=_under):
        alike = list(some)
        yield Use(_numbers(numbers, (one.item for one in alike)), alike[0].ask.citation, alike[0].ask.confidence == "?")


def _under(asking: Asking) -> tuple[bool, str, str, str]:
    citation = asking.ask.citation
    return (citation is None, *((citation.title, citation.article or "") if citation else ("", "")), asking.ask.confidence)


def _sections(lines: Iterable[Line]) -> tuple[tuple[Section, tuple[Line, ...]], ...]:
    by_section = groupby(lines, key=lambda line: line.filled.section)
    return tuple((section, tuple(some)) for section, some in by_section)


def _paper(pack: Pack, one: Gathered, numbers: Mapping[str, int]) -> Paper:
    return Paper(
        gathered=one,
        uses=_numbers(numbers, (use.item for use in one.uses)),
        makers=_numbers(numbers, one.makers),
        ways=tuple(dict.fromkeys(way_said(pack, way) for way in one.ways)),
    )
