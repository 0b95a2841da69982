"""What the pages of drafts show: the list, the form, and what a draft comes to for the whole city."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from chengban.accounts.models import Account
from chengban.packs import Pack
from chengban.policies import editions
from chengban.policies.drafting import mistakes_in
from chengban.policies.models import Edition, EditionStep
from chengban.policies.simulating import Group, Outcome, Simulation
from chengban.policies.trials import Opening, trials
from chengban.policies.writing import Mistake, NotDeclared, declared
from chengban.portal import draft_fields
from chengban.portal.charts import Chart, bar_chart
from chengban.portal.draft_fields import ShownGroup
from chengban.portal.readings import people

MOST_BARS = 10
PATIENCE = 1.5
"""Seconds that a page waits for the city's data before it says how far they are."""


def listed() -> QuerySet[Edition]:
    """Every edition with its newest step, the newest first. One query."""
    newest = EditionStep.objects.filter(edition=OuterRef("pk")).order_by("-pk")
    return (
        Edition.objects.annotate(
            step=Subquery(newest.values("step")[:1]), at=Subquery(newest.values("at")[:1]), by=Subquery(newest.values("by")[:1])
        )
        .defer("written")
        .order_by("-pk")
    )


@dataclass(frozen=True, slots=True)
class Told:
    """A step of the timeline, with who did it by name."""

    step: EditionStep
    who: str


def timeline(edition: Edition) -> list[Told]:
    """What happened to an edition, the newest first. Two queries."""
    steps = list(edition.steps.order_by("-pk"))
    names = people(step.by for step in steps)
    return [Told(step, names.get(step.by, step.by)) for step in steps]


@dataclass(frozen=True, slots=True)
class DraftPage:
    """One draft: its form or, once it is handed in, what it says; its mistakes; what may be done."""

    edition: Edition
    groups: Sequence[ShownGroup]
    summary: Sequence[tuple[str, Mistake]]
    history: Sequence[Told]
    step: str
    may_approve: bool

    @property
    def is_open(self) -> bool:
        return editions.is_being_written(self.step)


def page(pack: Pack, edition: Edition, account: Account, written: dict[str, Any] | None = None) -> DraftPage:
    """The page of a draft as it is kept, or with what was typed and could not be kept (`written`)."""
    shown_as = edition.written if written is None else written
    found = mistakes_in(pack, shown_as) if shown_as else []  # an empty form is not yet wrong
    groups = draft_fields.shown(pack, shown_as, found)
    history = timeline(edition)
    step = history[0].step.step
    approves = step == EditionStep.Step.SUBMITTED and str(account.actor) not in editions.authors(edition)
    return DraftPage(edition, groups, [(draft_fields.field_id(groups, one.field), one) for one in found], history, step, approves)


# What a draft comes to ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a draft comes to, or why that cannot be said yet."""

    mistakes: Sequence[Mistake] = ()
    opening: Opening | None = None
    simulation: Simulation | None = None
    budget: Decimal | None = None
    charts: Sequence[Chart] = ()

    @property
    def outcome(self) -> Outcome | None:
        return None if self.simulation is None else self.simulation.outcome

    @property
    def is_compared(self) -> bool:
        """Whether a version is in force that the draft is held against."""
        made = self.simulation
        return made is not None and made.policy.in_force(made.on) is not None

    @property
    def changes(self) -> Chart | None:
        """Who gains, loses, becomes unknown and stays."""
        made = self.simulation
        if made is None or not self.is_compared:
            return None
        named = (
            (_("新符合"), made.gains),
            (_("不再符合"), made.loses),
            (_("变得还不知道"), made.becomes_unknown),
            (_("仍然符合"), made.stays),
        )
        return bar_chart(_("和现行版本比"), _("户"), [(name, float(bits.sum())) for name, bits in named])

    @property
    def over_budget(self) -> Decimal | None:
        """By how much the known amounts pass the budget; none where they do not, or there is none."""
        cost = None if self.outcome is None else self.outcome.matched.amount
        return None if cost is None or self.budget is None or cost <= self.budget else cost - self.budget


def outlook(pack: Pack, written: dict[str, Any], *, on: date, patience: float = PATIENCE) -> Outlook:
    """What a draft comes to for the whole city on a day."""
    mistakes = mistakes_in(pack, written) if written else []
    try:
        made = declared(written)
    except NotDeclared:
        return Outlook(mistakes)
    if any(mistake.line and not mistake.field.startswith("examples") for mistake in mistakes):
        return Outlook(mistakes)
    answer = trials.ask(pack, made, on=on, patience=patience)
    if isinstance(answer, Opening):
        return Outlook(mistakes, opening=answer)
    delivery = made.version.delivery
    return Outlook(mistakes, simulation=answer, budget=delivery.budget if delivery else None, charts=_charts(answer.outcome))


def _charts(outcome: Outcome) -> list[Chart]:
    titles = {"county": _("各县(市、区)"), "industry": _("各行业"), "size": _("各规模"), "age": _("成立年数")}
    made = [bar_chart(title, _("户"), _bars(name, outcome.breakdown.get(name, ()))) for name, title in titles.items()]
    return [chart for chart in made if chart.total]


def _bars(name: str, groups: Sequence[Group]) -> list[tuple[str, float]]:
    """The bars of one breakdown in the pack's order; of industries the largest, the others together."""
    rows = [(group.name, float(group.count)) for group in groups]
    if name != "industry" or len(rows) <= MOST_BARS:
        return rows
    ranked = sorted(rows, key=lambda row: -row[1])
    return [*ranked[:MOST_BARS], (_("其他行业"), sum(count for _name, count in ranked[MOST_BARS:]))]


def words(pack: Pack) -> list[dict[str, str]]:
    """The facts of the city by their Chinese names, with type, unit and heading; then what FEEL itself brings."""
    facts = [
        {"word": fact.name, "told": "，".join(filter(None, (pack.topic_of.get(fact.id, ""), _KINDS[fact.type], fact.unit)))}
        for fact in pack.facts.values()
    ]
    return [*facts, *({"word": word, "told": told} for word, told in _FEEL)]


_KINDS = {"number": "数字", "string": "文字", "boolean": "是或否", "date": "日期"}
_FEEL = (
    ("and", "并且"), ("or", "或者"), ("not(", "不"), ("if", "如果"), ("then", "那么"), ("else", "否则"),
    ("in", "在其中"), ("between", "介于"), ("true", "是"), ("false", "否"), ("min(", "最小的"), ("max(", "最大的"),
    ("sum(", "合计"), ("floor(", "取整"),
)  # fmt: skip
