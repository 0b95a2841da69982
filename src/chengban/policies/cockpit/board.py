"""The cockpit (驾驶舱): what reached whom in a year, how soon, what nobody has taken yet, and what does not move.

Everything is counted from the payments' and offers' own steps and from the newest match of the year, at the time of asking.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from chengban.packs import Pack
from chengban.packs.model import Policy
from chengban.policies.cockpit.days import Spread, spread_of, stage_spreads, to_account, worked
from chengban.policies.cockpit.lines import OfferLine, PaymentLine, State, belongs, offer_lines, payment_lines
from chengban.policies.cockpit.stuck import PATIENCE, Stuck, stage_of, stuck, waiting
from chengban.policies.cockpit.traits import Traits, traits_of
from chengban.policies.cockpit.unclaimed import Held, Unclaimed, paying_matches, unclaimed_in, unclaimed_of
from chengban.policies.models import Budget, MatchRun, PolicyMatch


@dataclass(frozen=True, slots=True)
class Tally:
    """How many payments, to how many subjects, and how much in 元."""

    count: int
    subjects: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """The budgets of a policy in the year, added up, in 元."""

    total: Decimal
    committed: Decimal

    @property
    def share(self) -> float | None:
        """How much of it is committed, of one."""
        return float(self.committed / self.total) if self.total else None


@dataclass(frozen=True, slots=True)
class PolicyRow:
    policy: Policy
    paid: Tally
    in_flight: Tally
    returned: Tally
    budget: BudgetUse | None
    unclaimed: Unclaimed | None
    days: Spread


@dataclass(frozen=True, slots=True)
class CountyRow:
    """`unclaimed` counts a subject once for each policy; none where the year has no match."""

    code: str
    paid: Tally
    unclaimed: int | None
    days: Spread


@dataclass(frozen=True, slots=True)
class Offered:
    """Offers that the department confirmed and the subject has not accepted: how many, how much, and for how many working days."""

    count: int
    amount: Decimal
    days: Spread


@dataclass(frozen=True, slots=True)
class Board:
    """All figures of a year, of one policy or county where asked. `matched_on` none: the year has no match yet."""

    year: int
    on: date
    matched_on: date | None
    paid: Tally
    in_flight: Tally
    returned: Tally
    enterprises: int
    people: int
    """Those whom money has reached, each once."""
    days: Spread
    stages: Mapping[str, Spread]
    policies: tuple[PolicyRow, ...]
    counties: tuple[CountyRow, ...]
    elsewhere: Tally
    """Paid to those whose county is not known, or is none of the city's."""
    months: tuple[tuple[date, Tally], ...]
    sections: tuple[tuple[str, Tally], ...]
    """By section of industry (行业门类), most money first."""
    to_accept: Offered
    stuck: tuple[Stuck, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.paid.count or self.in_flight.count or self.returned.count or self.to_accept.count or self.stuck)

    @property
    def unclaimed(self) -> Unclaimed | None:
        """All policies together, a subject once for each policy; the amount is of those policies whose amount is known."""
        known = [row.unclaimed for row in self.policies if row.unclaimed is not None]
        amounts = [one.amount for one in known if one.amount is not None]
        if not known:
            return None
        total = sum(amounts, Decimal(0)) if amounts else None
        return Unclaimed(sum(u.eligible for u in known), sum(u.subjects for u in known), total, sum(u.unknown for u in known))


def gather(pack: Pack, *, year: int, on: date, policy: str = "", county: str = "", patience: int = PATIENCE) -> Board:
    """The cockpit of a year as it stands on a day: all, or of one policy, one county. A constant number of queries."""
    payments, offers = payment_lines(year, policy), offer_lines(year, policy)
    traits = traits_of(pack, payments, offers, on)
    if county:
        payments = [one for one in payments if traits.county.get(one.subject) == county]
        offers = [one for one in offers if traits.county.get(one.subject) == county]
    return _board(pack, year, on, policy, county, patience, payments, offers, traits)


def _board(
    pack: Pack, year: int, on: date, policy: str, county: str, patience: int, payments: list[PaymentLine],
    offers: list[OfferLine], traits: Traits,
) -> Board:  # fmt: skip
    held = Held.of(payments, offers)
    ours = [one for one in payments if belongs(one.period, one.ordered_on, year)]
    held_ready = [one for one in offers if belongs(one.period, one.offered_on, year)]
    paid = [one for one in ours if one.state == State.PAID]
    run = MatchRun.objects.filter(on__year=year).order_by("-id").first()
    matches = paying_matches(pack, run, policy, county)
    rows = _policy_rows(pack, year, policy, ours, matches, held)
    reached = _kinds(pack, paid)
    return Board(
        year=year,
        on=on,
        matched_on=run.on if run else None,
        paid=tally(paid),
        in_flight=tally(one for one in ours if one.state == State.ORDERED),
        returned=tally(one for one in ours if one.state in RETURNED),
        enterprises=len(reached["enterprise"]),
        people=len(reached["person"]),
        days=_days(pack, paid),
        stages=stage_spreads(held_ready, {one.key: one.paid_on for one in paid if one.paid_on is not None}),
        policies=rows,
        counties=tuple(_county_row(pack, code, paid, matches, held, traits) for code in pack.city.counties if county in ("", code)),
        elsewhere=tally(one for one in paid if traits.county.get(one.subject) not in pack.city.counties),
        months=_months(year, paid),
        sections=_sections(paid, traits),
        to_accept=_to_accept(held_ready, on),
        stuck=tuple(stuck(waiting(pack, payments, offers, on), on, patience)),
    )


RETURNED = (State.REFUSED, State.STUCK)
"""Sent back by the treasury, or not delivered to it."""


def tally(lines: Iterable[PaymentLine]) -> Tally:
    chosen = list(lines)
    return Tally(len(chosen), len({one.subject for one in chosen}), sum((one.amount for one in chosen), Decimal(0)))


def _days(pack: Pack, paid: Iterable[PaymentLine]) -> Spread:
    return spread_of(took for one in paid if (took := to_account(pack, one)) is not None)


def _kinds(pack: Pack, paid: Iterable[PaymentLine]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"enterprise": set(), "person": set()}
    for one in paid:
        if one.policy in pack.policies:
            found[pack.policies[one.policy].subject].add(one.subject)
    return found


# Rows -------------------------------------------------------------------------------------------------------------------


def _policy_rows(
    pack: Pack, year: int, policy: str, payments: Sequence[PaymentLine], matches: Mapping[str, PolicyMatch], held: Held
) -> tuple[PolicyRow, ...]:
    budgets = _budgets(year, policy)
    lines: dict[str, list[PaymentLine]] = {}
    for one in payments:
        lines.setdefault(one.policy, []).append(one)
    shown = [one for one in pack.policies.values() if one.id in {*lines, *matches, *budgets}]
    return tuple(_policy_row(pack, p, lines.get(p.id, []), matches.get(p.id), budgets.get(p.id), held) for p in shown)


def _policy_row(
    pack: Pack, policy: Policy, lines: list[PaymentLine], match: PolicyMatch | None, budget: BudgetUse | None, held: Held
) -> PolicyRow:
    paid = [one for one in lines if one.state == State.PAID]
    return PolicyRow(
        policy=policy,
        paid=tally(paid),
        in_flight=tally(one for one in lines if one.state == State.ORDERED),
        returned=tally(one for one in lines if one.state in RETURNED),
        budget=budget,
        unclaimed=unclaimed_of(match, held.subjects(policy.id)),
        days=_days(pack, paid),
    )


def _budgets(year: int, policy: str) -> dict[str, BudgetUse]:
    found: dict[str, BudgetUse] = {}
    chosen = Budget.objects.filter(period__startswith=str(year)) | Budget.objects.filter(period="once")
    for one in chosen.filter(policy=policy) if policy else chosen:
        before = found.get(one.policy, BudgetUse(Decimal(0), Decimal(0)))
        found[one.policy] = BudgetUse(before.total + one.total, before.committed + one.committed)
    return found


def _county_row(
    pack: Pack, code: str, paid: Iterable[PaymentLine], matches: Mapping[str, PolicyMatch], held: Held, traits: Traits
) -> CountyRow:
    here = [one for one in paid if traits.county.get(one.subject) == code]
    unclaimed = None
    if matches:
        unclaimed = sum(unclaimed_in(code, match, held.subjects(name), traits.county) for name, match in matches.items())
    return CountyRow(code, tally(here), unclaimed, _days(pack, here))


def _months(year: int, paid: Sequence[PaymentLine]) -> tuple[tuple[date, Tally], ...]:
    """Every month of the year, and those of the next in which money of the year still arrived."""
    arrived: dict[date, list[PaymentLine]] = {date(year, month, 1): [] for month in range(1, 13)}
    for one in paid:
        if one.paid_on is not None:
            arrived.setdefault(one.paid_on.replace(day=1), []).append(one)
    return tuple((month, tally(lines)) for month, lines in sorted(arrived.items()))


def _sections(paid: Iterable[PaymentLine], traits: Traits) -> tuple[tuple[str, Tally], ...]:
    lines: dict[str, list[PaymentLine]] = {}
    for one in paid:
        if one.subject in traits.section:
            lines.setdefault(traits.section[one.subject], []).append(one)
    return tuple(sorted(((code, tally(some)) for code, some in lines.items()), key=lambda pair: (-pair[1].amount, pair[0])))


def _to_accept(offers: Iterable[OfferLine], on: date) -> Offered:
    confirmed = [one for one in offers if (stage_of(one, on) or ("",))[0] == "accept" and one.confirmed_on is not None]
    durations = [days for one in confirmed if one.confirmed_on and (days := worked(one.confirmed_on, on)) is not None]
    return Offered(len(confirmed), sum((one.amount for one in confirmed), Decimal(0)), spread_of(durations))
