"""What waits for whoever opens the home page (等您办的): answers, letters, drafts, lists, dead letters; never a nought."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Subquery
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chengban.accounts.models import MandateKind
from chengban.accounts.permissions import Verb, may, may_decide
from chengban.exchange.domain import DEAD
from chengban.exchange.models import Message
from chengban.facts.search import names_of
from chengban.packs import Pack
from chengban.policies.models import Edition, EditionStep, Offer, OfferStep
from chengban.policies.standing import Stage, Step, staged
from chengban.portal import payment_pages
from chengban.reach.domain import unread_count

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from chengban.accounts.models import Account


@dataclass(frozen=True, slots=True)
class Reminder:
    """So many of something wait, and where they are dealt with. `of`: whose they are, where an account acts for several."""

    icon: str
    count: int
    what: "str | Promise"
    address: str
    of: str = ""


def reminders(pack: Pack, account: "Account | AnonymousUser") -> list[Reminder] | None:
    """What waits for the account, as many queries however much it is; none where nothing ever would."""
    if not account.is_authenticated:
        return None
    asked = [look for verb, look in _LOOKS.items() if may(account, verb)]
    return [one for look in asked for one in look(pack, account) if one.count] if asked else None


def _answers(pack: Pack, account: "Account") -> Iterator[Reminder]:
    """Offers that wait for the click of whoever acts for their subject, by subject."""
    kinds = dict(account.mandates.holding().values_list("subject", "kind"))
    said = Exists(OfferStep.objects.filter(offer=OuterRef("pk"), step=Step.ACCEPTED))
    waiting = staged(Offer.objects.filter(subject__in=kinds)).filter(~said, stage__in=(Stage.CONFIRMED, Stage.NOTICED))
    counts = dict(waiting.order_by("subject").values_list("subject").annotate(count=Count("pk")))
    firms = [subject for subject, kind in kinds.items() if kind == MandateKind.ENTERPRISE]
    names = names_of(pack, "enterprise", firms, by=account.actor, page="home") if counts else {}
    for subject, count in counts.items():
        address = reverse("enterprise-offers", args=[subject]) if subject in firms else reverse("my-offers")
        yield Reminder("seal", count, _("笔兑现等您确认"), address, names.get(subject, ""))


def _letters(_pack: Pack, account: "Account") -> Iterator[Reminder]:
    yield Reminder("mail", unread_count(account), _("封来信没有读"), reverse("letters"))


def _drafts(_pack: Pack, account: "Account") -> Iterator[Reminder]:
    """Submitted drafts that somebody else wrote."""
    steps = EditionStep.objects.filter(edition=OuterRef("pk"))
    own = Exists(steps.filter(by=str(account.actor), step__in=(EditionStep.Step.WRITTEN, EditionStep.Step.SUBMITTED)))
    newest = Subquery(steps.order_by("-pk").values("step")[:1])
    found = Edition.objects.annotate(step=newest).filter(~own, step=EditionStep.Step.SUBMITTED)
    yield Reminder("book", found.count(), _("份政策稿等您审核"), reverse("drafts"))


def _lists(pack: Pack, account: "Account") -> Iterator[Reminder]:
    """What the account's department decides: offers to confirm, and money that came back."""
    mine = [policy.id for policy in pack.policies.values() if may_decide(account, policy.departments)]
    proposed = staged(Offer.objects.filter(policy__in=mine, payment=None)).filter(stage=Stage.PROPOSED)
    yield Reminder("near", proposed.count(), _("笔拟享等您确认"), reverse("delivery"))
    returned = payment_pages.undecided().filter(policy__in=mine)
    yield Reminder("warn", returned.count(), _("笔拨付被退回，等您决定"), reverse("delivery") + "#returned")


def _dead(_pack: Pack, _account: "Account") -> Iterator[Reminder]:
    count = Message.objects.filter(outcome__in=DEAD).count()
    yield Reminder("warn", count, _("条消息没有送达，等您处理"), reverse("exchange") + "#messages")


_LOOKS: Mapping[Verb, "Callable[[Pack, Account], Iterator[Reminder]]"] = {
    Verb.ANSWER_OFFERS: _answers, Verb.READ_LETTERS: _letters, Verb.APPROVE_DRAFTS: _drafts, Verb.DECIDE_OFFERS: _lists,
    Verb.ACT_ON_EXCHANGE: _dead,
}  # fmt: skip
"""Who is told of what: those who may act on it."""
