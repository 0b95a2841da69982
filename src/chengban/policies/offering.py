"""Whole lists of offers: proposed from a match, confirmed, noticed and ordered many at a time, each with what came of it."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

import pyarrow as pa
from django.db import transaction

from chengban import rules
from chengban.facts import frame
from chengban.facts.reading.grounds import Ground
from chengban.facts.reading.opening import begin_whole
from chengban.ledger import Actor
from chengban.packs import Pack
from chengban.packs.model import Policy, PolicyVersion
from chengban.packs.vocabulary import calendar_facts, expression, vocabulary
from chengban.policies import offers, rivals
from chengban.policies.domain import Tell, is_current, latest_run, open_simulator
from chengban.policies.errors import PolicyError
from chengban.policies.explaining import version_of
from chengban.policies.followed import ELIGIBLE, Followed
from chengban.policies.judging import KeptOut, Payable, judge_all
from chengban.policies.matching import wanted_facts
from chengban.policies.models import Budget, Offer, OfferStep, PaymentStep
from chengban.policies.payments import Ordered, set_budget
from chengban.policies.returning import CAME_BACK
from chengban.policies.standing import Step, add_step, excluded, standing_of
from chengban.policies.telling import told_together

AT_ONCE = 100
"""Subjects whose offers are made in one transaction."""
SYSTEM = Actor.system("policies")


@dataclass(slots=True)
class Done:
    """What came of a list: how many of each outcome, and how often each reason was given."""

    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: str, reason: str = "") -> None:
        self.outcomes[outcome] += 1
        if reason:
            self.reasons[reason] += 1


# Proposing ------------------------------------------------------------------------------------------------------------


def period_of(version: PolicyVersion, on: date) -> str:
    """The period that a day falls in, by the version's own arrangement; a year where it has none."""
    return version.delivery.period_of(on) if version.delivery else str(on.year)


def propose_all(
    pack: Pack,
    policy: Policy,
    period: str = "",
    *,
    on: date,
    by: Actor,
    most: int | None = None,
    progress: Tell = lambda done, total: None,
) -> Done:
    """An offer for every subject that qualifies on the day, each judged again with its own facts (拟享名单).

    Outcomes are proposed, excluded, kept_out (it no longer qualifies, or its amount is not known), before (it has its offer
    already) and left (beyond `most` new ones). What is done stays done if it is stopped, and is not done twice if it is run
    again. Raises NotInForce, and PolicyError where the version pays nothing.
    """
    version = version_of(policy, on)
    if version.amount.kind != "payment":
        raise PolicyError(f"{policy.name}（{policy.id}）不是由财政拨付的政策，没有拟享名单。")
    period = period or period_of(version, on)
    done = Done()
    chosen = _without_offer(pack, policy, version, period, eligible(pack, policy, on, by=by), done)
    taken = chosen[:most]
    done.outcomes["left"] += len(chosen) - len(taken)
    for start in range(0, len(taken), AT_ONCE):
        with transaction.atomic(), told_together(by=by):
            some = taken[start : start + AT_ONCE]
            judged = judge_all(pack, policy, some, on=on, by=by)
            for subject in some:
                done.add(*_propose(pack, judged[subject], subject, period, on, by))
        progress(min(start + AT_ONCE, len(taken)), len(taken))
    return done


def eligible(pack: Pack, policy: Policy, on: date, *, by: Actor) -> list[str]:
    """The subjects that qualify on the day, sorted: from the newest match as it was followed, where it holds, else matched now.

    The whole registers that the policy stands on are read, as the ledger says.
    """
    with transaction.atomic():
        registers = frame.registers_for(pack, policy.subject, wanted_facts(pack, [version_of(policy, on)], on, ()))
        begin_whole(pack, registers, under=Ground("simulation", f"policy:{policy.id}"), by=by, on=on)
        return _eligible(pack, policy, on)


def _eligible(pack: Pack, policy: Policy, on: date) -> list[str]:
    run = latest_run()
    if run is not None and is_current(pack, run, on):
        states = Followed(pack, run, policy.subject).states(run.policies.get(policy=policy.id))
        return [subject.decode() for subject in states.subjects[states.verdict == ELIGIBLE].tolist()]
    simulator = open_simulator(pack, policy, on=on)
    subjects: list[str] = simulator.table.column(frame.SUBJECT).filter(pa.array(simulator.in_force.eligible)).to_pylist()
    return subjects


def _without_offer(pack: Pack, policy: Policy, version: PolicyVersion, period: str, subjects: list[str], done: Done) -> list[str]:
    """Those who have no offer yet, or one that was excluded by what is no longer there."""
    named = Offer.objects.filter(policy=policy.id, version=version.version, period=period)
    again = {offer.subject for offer in excluded(named) if not rivals.why_not(pack, policy, offer)}
    before = set(named.values_list("subject", flat=True)) - again
    chosen = [subject for subject in subjects if subject not in before]
    done.outcomes["before"] += len(subjects) - len(chosen)
    return chosen


def _propose(pack: Pack, found: Payable | KeptOut, subject: str, period: str, on: date, by: Actor) -> tuple[str, str]:
    """The outcome of one subject, and its reason where it has no living offer."""
    if isinstance(found, KeptOut):
        return "kept_out", str(found)
    score = score_of(pack, found.verdict.version, found.known, on)
    offer = offers.propose(pack, found.verdict, subject, period, on=on, by=by, score=score)
    last = standing_of(offer).steps[-1]
    return ("excluded", last.reason) if last.step == Step.EXCLUDED else ("proposed", "")


def score_of(pack: Pack, version: PolicyVersion, known: dict[str, Any], on: date) -> Decimal | None:
    """What the version's score comes to for the facts; none where it has no score, or a fact for it is not known."""
    text = version.delivery.score if version.delivery else None
    if text is None:
        return None
    value = rules.evaluate_known(expression(pack, text, version), {**calendar_facts(on), **known}, vocabulary(pack))
    return round(value, 6) if isinstance(value, Decimal) else None


# What is done to many ---------------------------------------------------------------------------------------------------


def each(chosen: Iterable[Offer], act: Callable[[Offer], object], outcome: str, *, by: Actor) -> Done:
    """Do a verb to each offer that it can be done to, `AT_ONCE` in a transaction that also tells them; who was not, and why."""
    done, left = Done(), iter(chosen)
    while some := list(islice(left, AT_ONCE)):
        with transaction.atomic(), told_together(by=by) as letters:
            _hold(some)
            for offer in some:
                before = len(letters)
                try:
                    act(offer)
                    done.add(outcome)
                except PolicyError as error:
                    del letters[before:]
                    done.add("kept_out", str(error))
    return done


def _hold(offers: Iterable[Offer]) -> None:
    """Lock them in the order in which whoever orders payments does."""
    list(Offer.objects.select_for_update().filter(pk__in=[offer.pk for offer in offers]).order_by("subject").values_list("pk"))


def begin_notice(pack: Pack, offer: Offer, *, on: date, by: Actor, days: int | None = None) -> date:
    """Begin the public notice for as many working days as the version says (or `days`); its last day.

    Where the policy needs no application (免申即享) and the subject's account is known from an offer that it accepted before,
    the account is confirmed with it, and the subject has nothing to do.
    """
    policy = pack.policies[offer.policy]
    delivery = policy.version(offer.version).delivery
    chosen = days or (delivery.notice_days if delivery else None)
    if chosen is None:
        raise PolicyError(f"{policy.name}（{policy.id}）没有写明公示几个工作日，请填写天数。")
    with transaction.atomic():
        until = offers.give_notice(offer, days=chosen, on=on, by=by)
        known = known_account(offer.subject) if policy.mode == "免申即享" else None
        if known is not None and not standing_of(offer).has(Step.ACCEPTED):
            reason = f"免申即享：沿用 {known.offer.policy}（{known.offer.period}）确认过的账户"
            add_step(offer, Step.ACCEPTED, SYSTEM, account=known.account, reason=reason)
    return until


def known_account(subject: str) -> OfferStep | None:
    """The newest acceptance of the subject whose account the treasury has not sent money back from."""
    steps = OfferStep.objects.filter(offer__subject=subject, step=Step.ACCEPTED).select_related("offer")
    sent_back = PaymentStep.objects.filter(state__in=CAME_BACK, payment__subject=subject)
    return steps.exclude(account__in=sent_back.values("payment__account")).order_by("-pk").first()


def order_all_due(pack: Pack, policy: Policy, period: str, *, on: date, by: Actor) -> Ordered:
    """Order what is due of every version of the policy in the period; its budget is the declared one where none was set."""
    found = Ordered()
    versions = Offer.objects.filter(policy=policy.id, period=period).order_by("version").values_list("version", flat=True)
    for version in versions.distinct():
        _give_budget(policy, policy.version(version), period, by)
        made = offers.order_due(policy.id, version, period, on=on, by=by)
        found.payments += made.payments
        found.kept_out |= made.kept_out
    return found


def _give_budget(policy: Policy, version: PolicyVersion, period: str, by: Actor) -> None:
    declared = version.delivery
    if declared and declared.budget is not None and not Budget.objects.filter(policy=policy.id, period=period).exists():
        set_budget(policy.id, period, declared.budget, declared.places, by=by)
