"""What pages show of offers: one with its frozen reasons and steps, a subject's own, and the public notice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chengban.facts.search import names_of
from chengban.ledger import Actor
from chengban.packs import Pack
from chengban.packs.model import Clause, Department, FactDeclaration, Policy
from chengban.policies.disputing import facts_of
from chengban.policies.models import Offer, OfferStep, PaymentStep
from chengban.policies.offering import known_account
from chengban.policies.standing import Stage, Standing, Step, staged, with_standing

PAGE = 50

STAGES: dict[str, "str | Promise"] = {
    Stage.PROPOSED: _("待部门确认"), Stage.CONFIRMED: _("待公示"), Stage.NOTICED: _("待确认账户"),
    Stage.ACCEPTED: _("已接受，待下达"), Stage.OBJECTED: _("有异议待查"), Stage.DISPUTED: _("数据待核"),
    Stage.ORDERED: _("已下达"), Stage.PAID: _("已到账"), Stage.STOPPED: _("已停止"),
}  # fmt: skip
STEPS: dict[str, "str | Promise"] = {
    Step.PROPOSED: _("列入拟享名单"), Step.EXCLUDED: _("排除，不能同时享受"), Step.RESTORED: _("恢复，排除它的已终止"),
    Step.CONFIRMED: _("部门确认"),
    Step.REJECTED: _("部门不予确认"), Step.NOTICED: _("开始公示"), Step.OBJECTED: _("有人提出异议"), Step.UPHELD: _("异议成立"),
    Step.DISMISSED: _("异议不成立"), Step.DISPUTED: _("指出数据有误"), Step.MENDED: _("数据已核对"),
    Step.ACCEPTED: _("确认收款账户"), Step.DECLINED: _("放弃"), Step.ORDERED: _("下达拨付"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """One condition as it was frozen; `clause` is none where the pack no longer has it."""

    id: str
    clause: Clause | None
    facts: tuple[tuple[FactDeclaration, object, dict[str, str]], ...]


@dataclass(frozen=True)
class OfferLine:
    """One offer as a list or a page shows it."""

    offer: Offer
    policy: Policy
    name: str
    stage: str
    standing: Standing

    @property
    def stage_name(self) -> "str | Promise":
        return STAGES[self.stage]

    @property
    def is_person(self) -> bool:
        return self.policy.subject == "person"

    @property
    def until(self) -> date | None:
        return self.standing.notice_until

    @property
    def last_reason(self) -> str:
        """Why it stands where it does, where the newest step says."""
        return self.standing.steps[-1].reason if self.standing.steps else ""

    @property
    def account_end(self) -> str:
        """The last four characters of the account, which are enough to know it by."""
        return self.standing.account[-4:]

    @property
    def steps(self) -> list[tuple[OfferStep, "str | Promise"]]:
        return [(step, STEPS[step.step]) for step in self.standing.steps]


def lines(pack: Pack, offers: Iterable[Any], *, by: Actor) -> list[OfferLine]:
    """Staged offers with names and standing, in a fixed number of queries. Persons see who read their name."""
    chosen = [pair for pair in with_standing(offers) if pair[0].policy in pack.policies]
    names: dict[str, str] = {}
    for kind in ("enterprise", "person"):
        subjects = [offer.subject for offer, _standing in chosen if pack.policies[offer.policy].subject == kind]
        names |= names_of(pack, kind, subjects, by=by, page="offers")
    return [
        OfferLine(offer, pack.policies[offer.policy], names.get(offer.subject, offer.subject), offer.stage, standing)  # type: ignore[attr-defined]
        for offer, standing in chosen
    ]


def line_of(pack: Pack, number: int, *, by: Actor) -> OfferLine | None:
    """One offer by its number."""
    found = lines(pack, staged(Offer.objects.filter(pk=number)), by=by)
    return found[0] if found else None


def reasons(pack: Pack, offer: Offer) -> list[Reason]:
    """The frozen explanation, clause by clause."""
    versions = [version for version in pack.policies[offer.policy].versions if version.version == offer.version]
    clauses = {clause.id: clause for version in versions for clause in version.clauses}
    return [Reason(one["clause"], clauses.get(one["clause"]), _facts(pack, one["facts"])) for one in offer.explanation]


def _facts(pack: Pack, frozen: dict[str, object]) -> tuple[tuple[FactDeclaration, object, dict[str, str]], ...]:
    known = [(pack.facts[name], value) for name, value in frozen.items() if name in pack.facts]
    return tuple((fact, _thawed(fact, value), pack.code_names.get(fact.codes or "", {})) for fact, value in known)


def _thawed(fact: FactDeclaration, value: object) -> object:
    """A frozen value as what it was: JSON keeps numbers and days as text."""
    if not isinstance(value, str):
        return value
    return {"number": Decimal, "date": date.fromisoformat}.get(fact.type, str)(value)  # type: ignore[operator]


# A subject's own ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OwnOffer:
    """An offer to the subject who reads, with why, and the facts that can be disputed."""

    line: OfferLine
    reasons: list[Reason]
    disputable: list[FactDeclaration]
    department: Department


@dataclass(frozen=True, slots=True)
class Arrived:
    """A line of the statement: a payment, and the newest that the treasury said of it."""

    offer: Offer
    policy: Policy
    step: PaymentStep


@dataclass(frozen=True)
class OwnOffers:
    """All offers to one subject. `account` is the one that was confirmed last, for the form."""

    waiting: list[OwnOffer]
    running: list[OwnOffer]
    stopped: list[OwnOffer]
    statement: list[Arrived]
    account: str

    @property
    def is_empty(self) -> bool:
        return not (self.waiting or self.running or self.stopped or self.statement)

    @property
    def total(self) -> Decimal:
        """元 that wait for a word of the subject."""
        return sum((each.line.offer.amount for each in self.waiting), Decimal(0))

    @property
    def arrived(self) -> Decimal:
        """元 that have arrived."""
        paid = [one.offer.amount for one in self.statement if one.step.state == PaymentStep.State.PAID]
        return sum(paid, Decimal(0))


def own_offers(pack: Pack, subject: str, *, by: Actor) -> OwnOffers:
    """Everything that is held ready for, on its way to, or has reached a subject, the newest first."""
    found = lines(pack, staged(Offer.objects.filter(subject=subject).order_by("-pk")), by=by)
    made = [_own(pack, line) for line in found]
    waiting = [each for each in made if _waits_for_subject(each.line)]
    running = [each for each in made if each not in waiting and each.line.stage not in (Stage.STOPPED, Stage.PAID)]
    stopped = [each for each in made if each.line.stage == Stage.STOPPED]
    known = known_account(subject)
    return OwnOffers(waiting, running, stopped, _statement(found), known.account if known else "")


def _waits_for_subject(line: OfferLine) -> bool:
    return line.stage in (Stage.CONFIRMED, Stage.NOTICED) and not line.standing.has(Step.ACCEPTED)


def _own(pack: Pack, line: OfferLine) -> OwnOffer:
    disputable = [pack.facts[name] for name in facts_of(line.offer) if name in pack.facts]
    return OwnOffer(line, reasons(pack, line.offer), disputable, pack.departments[line.policy.departments[0]])


def _statement(found: Sequence[OfferLine]) -> list[Arrived]:
    paid = {line.offer.payment_id: line for line in found if line.offer.payment_id}
    newest = PaymentStep.objects.filter(payment__in=list(paid)).order_by("payment", "-pk").distinct("payment")
    steps = {step.payment_id: step for step in newest}
    return [Arrived(line.offer, line.policy, steps[number]) for number, line in paid.items() if number in steps]


# The public notice ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Notice:
    """A policy and period whose list is in public notice."""

    policy: Policy
    period: str
    count: int
    amount: Decimal
    until: date


def in_notice(on: date) -> QuerySet[Any]:
    """Living offers whose public notice lasts on a day, each with its last day `until`."""
    last = OfferStep.objects.filter(offer=OuterRef("pk"), step=Step.NOTICED).values("until")[:1]
    return staged(Offer.objects.annotate(until=Subquery(last))).filter(until__gte=on).exclude(stage=Stage.STOPPED)


def notices(pack: Pack, on: date) -> list[Notice]:
    """What is in public notice on a day."""
    rows = in_notice(on).values("policy", "period").annotate(count=Count("pk"), sum=Sum("amount"), last=Max("until"))
    return [
        Notice(pack.policies[row["policy"]], row["period"], row["count"], row["sum"], row["last"])
        for row in rows.order_by("policy", "period")
        if row["policy"] in pack.policies
    ]
