"""What officers see of a payment that came back (退票): its story, and the account that it may be paid to anew."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chengban.facts.search import names_of
from chengban.ledger import Actor
from chengban.packs import Pack
from chengban.packs.model import Policy
from chengban.policies.models import OfferStep, Payment, PaymentStep
from chengban.policies.offering import known_account
from chengban.policies.payments import NEWEST
from chengban.policies.returning import CAME_BACK
from chengban.portal.exchange_pages import SHOWN

MOST = 50
State = PaymentStep.State
STATES: Mapping[str, "str | Promise"] = {
    State.ORDERED: _("已下达"), State.PAID: _("已到账"), State.REFUSED: _("被国库退回"), State.STUCK: _("没有送达国库"),
    State.RETURNED: _("被银行退回"), State.RELEASED: _("不再拨付"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """A payment with the names of its policy (none: no longer declared) and its subject, and where it stands."""

    payment: Payment
    policy: Policy | None
    name: str
    state: str

    @property
    def state_name(self) -> "str | Promise":
        return STATES[self.state]

    @property
    def departments(self) -> tuple[str, ...]:
        """Those whose officers decide it."""
        return tuple(self.policy.departments) if self.policy else ()


@dataclass(frozen=True)
class PaymentPage:
    """One payment and what happened to it. `confirmed`: what its subject confirmed that no bank sent money back from."""

    line: PaymentLine
    steps: list[PaymentStep]
    confirmed: OfferStep | None

    @property
    def came_back(self) -> bool:
        return self.line.state in CAME_BACK

    @property
    def account_end(self) -> str:
        """The last digits of the account that it was sent to last."""
        return [self.line.payment.account, *(step.account for step in self.steps if step.account)][-1][-SHOWN:]

    @property
    def told(self) -> list[tuple[PaymentStep, "str | Promise"]]:
        return [(step, STATES[step.state]) for step in self.steps]


def came_back(pack: Pack, *, by: Actor) -> list[PaymentLine]:
    """The payments that came back and that nobody has decided on, the oldest first; three queries at most."""
    return _lines(pack, [(payment, payment.state) for payment in undecided()[:MOST]], by)


def undecided() -> QuerySet[Any]:
    """The same as the database finds them, each with its `state`."""
    ever = PaymentStep.objects.filter(state__in=CAME_BACK).values("payment")
    return Payment.objects.filter(pk__in=ever).annotate(state=NEWEST).filter(state__in=CAME_BACK).order_by("pk")


def page(pack: Pack, number: int, *, by: Actor) -> PaymentPage | None:
    """One payment by its number."""
    payment = Payment.objects.select_related("offer", "recovery").filter(pk=number).first()
    if payment is None:
        return None
    steps = list(payment.steps.order_by("pk"))
    (line,) = _lines(pack, [(payment, steps[-1].state)], by)
    return PaymentPage(line, steps, known_account(payment.subject))


def _lines(pack: Pack, some: list[tuple[Payment, str]], by: Actor) -> list[PaymentLine]:
    policies = {payment.pk: pack.policies.get(payment.policy) for payment, _state in some}
    names: dict[str, str] = {}
    for kind in ("enterprise", "person"):
        subjects = [one.subject for one, _state in some if _kind(policies[one.pk]) == kind]
        names |= names_of(pack, kind, subjects, by=by, page="payments")
    return [PaymentLine(one, policies[one.pk], names.get(one.subject, one.subject), state) for one, state in some]


def _kind(policy: Policy | None) -> str:
    return policy.subject if policy else "enterprise"
