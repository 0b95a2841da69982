"""What an officer does to a list of offers: each act calls its verb, and says what came of it in one sentence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _

from chengban.ledger import Actor
from chengban.packs import Pack
from chengban.packs.model import Policy
from chengban.policies import offering, offers
from chengban.policies.errors import PolicyError
from chengban.policies.models import Offer
from chengban.policies.reasons import said
from chengban.policies.standing import Stage, staged
from chengban.portal import words

ALL = "-all"
"""The end of an act's name that is meant for all at a stage."""
PROPOSED_AT_ONCE = 300
DONE_AT_ONCE = 1000
"""How many one press of a button does at most, so that the page answers; the next press goes on."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A list of offers in front of an officer, and what the form said."""

    pack: Pack
    policy: Policy
    period: str
    by: Actor
    on: date
    form: QueryDict

    def chosen(self, stage: str) -> list[Offer]:
        """The offers whose boxes were ticked, or for an act on all those that stand at the stage."""
        mine = Offer.objects.filter(policy=self.policy.id, period=self.period).order_by("pk")
        if self.form.get("act", "").endswith(ALL):
            return list(staged(mine).filter(stage=stage)[:DONE_AT_ONCE])
        numbers = [int(number) for number in self.form.getlist("offer") if number.isdecimal()]
        if not numbers:
            raise PolicyError(_("还没有选。请先勾选，再按按钮。"))
        return list(mine.filter(pk__in=numbers[:DONE_AT_ONCE]))


def propose(desk: Desk) -> str:
    done = offering.propose_all(desk.pack, desk.policy, desk.period, on=desk.on, by=desk.by, most=PROPOSED_AT_ONCE)
    counts = {name: done.outcomes[name] for name in ("proposed", "excluded", "kept_out", "before", "left")}
    said = _("新列入 %(proposed)s 户，排除 %(excluded)s 户，未列入 %(kept_out)s 户，原已列入 %(before)s 户。") % counts
    more = _("还有 %(left)s 户没有核对，请再按一次。") % counts if counts["left"] else ""
    return said + more + _why(done)


def confirm(desk: Desk) -> str:
    done = offering.each(desk.chosen(Stage.PROPOSED), lambda offer: offers.confirm(offer, by=desk.by), "done", by=desk.by)
    return _("已确认 %(count)s 户。") % {"count": done.outcomes["done"]} + _why(done)


def reject(desk: Desk) -> str:
    reason = said(desk.form.get("reason", ""))
    chosen = desk.chosen(Stage.PROPOSED)
    done = offering.each(chosen, lambda offer: offers.reject(offer, by=desk.by, reason=reason), "done", by=desk.by)
    return _("不予确认 %(count)s 户。") % {"count": done.outcomes["done"]} + _why(done)


def notice(desk: Desk) -> str:
    text = desk.form.get("days", "")
    days = int(text) if text.isdecimal() and 0 < int(text) <= 60 else None

    def begin(offer: Offer) -> None:
        offering.begin_notice(desk.pack, offer, on=desk.on, by=desk.by, days=days)

    done = offering.each(desk.chosen(Stage.CONFIRMED), begin, "done", by=desk.by)
    return _("已开始公示 %(count)s 户。") % {"count": done.outcomes["done"]} + _why(done)


def order(desk: Desk) -> str:
    made = offering.order_all_due(desk.pack, desk.policy, desk.period, on=desk.on, by=desk.by)
    done = offering.Done()
    for reason in made.kept_out.values():
        done.add("kept_out", reason)
    if not made.payments and not made.kept_out:
        return _("现在没有到期可以下达的。")
    amount = words.exact_money(sum(payment.amount for payment in made.payments))
    return _("已下达 %(count)s 笔，%(amount)s。") % {"count": len(made.payments), "amount": amount} + _why(done)


def _why(done: offering.Done) -> str:
    """Each reason with how many it was given to, the most frequent first."""
    ranked = done.reasons.most_common(5)
    told = [_("%(reason)s（%(count)s 户）") % {"reason": reason.rstrip("。"), "count": count} for reason, count in ranked]
    return _("原因：%(reasons)s。") % {"reasons": "；".join(told)} if told else ""


ACTS: Mapping[str, Callable[[Desk], str]] = {
    "propose": propose, "confirm": confirm, "reject": reject, "notice": notice, "order": order,
}  # fmt: skip
