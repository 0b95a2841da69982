"""What the subject of an offer or a payment is told of it (主动告知), in both languages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from chengban.ledger import Actor
from chengban.packs import Pack
from chengban.policies import catalogue
from chengban.policies.models import Offer, OfferStep, Payment, PaymentStep
from chengban.reach.domain import Telling, tell_all
from chengban.reach.models import Kind


@dataclass(frozen=True, slots=True)
class _Words:
    """A letter's words; `{policy}`, `{amount}` and `{reason}` are filled in."""

    kind: Kind
    title: str
    body: str
    title_en: str
    body_en: str


_OFFER: Mapping[str, _Words] = {
    OfferStep.Step.CONFIRMED: _Words(
        Kind.OFFER_WAITS,
        "您有一笔{policy}待确认",
        "主管部门已核实，您可以享受{policy}，金额 {amount} 元。不用提交申请：请登录核对，并确认收款账户；"
        "不要的可以放弃，数据不对的可以提出。",
        "{policy}: yours to confirm",
        "The department has confirmed that you qualify for {policy}: ¥{amount}. You need not apply. Sign in, check it and confirm"
        " the account to be paid; you may also decline it, or say that a datum is wrong.",
    ),
    OfferStep.Step.OBJECTED: _Words(
        Kind.OFFER_OBJECTED,
        "{policy}公示期间有异议，正在核实",
        "公示期间，有人对您享受{policy}（{amount} 元）提出异议。主管部门正在核实，核实以前暂不拨付。结果会在这里告诉您。",
        "{policy}: an objection is being examined",
        "During the public notice somebody objected to your {policy} (¥{amount}). The department is examining it, and nothing is"
        " paid before that. You will be told the result here.",
    ),
    OfferStep.Step.DISMISSED: _Words(
        Kind.OFFER_GOES_ON,
        "{policy}的异议不成立，继续办理",
        "对您享受{policy}（{amount} 元）的异议已核实，不成立：{reason}。继续办理，您不用做什么。",
        "{policy}: the objection was dismissed",
        "The objection to your {policy} (¥{amount}) was examined and dismissed. It goes on; you need do nothing.",
    ),
    OfferStep.Step.MENDED: _Words(
        Kind.OFFER_GOES_ON,
        "{policy}的数据已核实，继续办理",
        "您提出的数据问题已核实：{reason}。{policy}（{amount} 元）继续办理。",
        "{policy}: the disputed datum was checked",
        "The datum that you disputed was checked. Your {policy} (¥{amount}) goes on.",
    ),
    OfferStep.Step.REJECTED: _Words(
        Kind.OFFER_STOPPED,
        "{policy}未予确认",
        "主管部门没有确认您享受{policy}（{amount} 元）。原因：{reason}。对结果有疑问，请向主管部门提出。",
        "{policy}: not confirmed",
        "The department did not confirm your {policy} (¥{amount}). If you doubt the result, ask the department.",
    ),
    OfferStep.Step.UPHELD: _Words(
        Kind.OFFER_STOPPED,
        "{policy}因异议成立终止",
        "公示期间的异议经核实成立，{policy}（{amount} 元）不再兑现。原因：{reason}。对结果有疑问，请向主管部门提出。",
        "{policy}: stopped, the objection was upheld",
        "The objection made during the public notice was upheld; {policy} (¥{amount}) will not be paid. If you doubt the result,"
        " ask the department.",
    ),
    OfferStep.Step.EXCLUDED: _Words(
        Kind.OFFER_STOPPED,
        "{policy}不能同时享受",
        "您符合{policy}（{amount} 元）的条件，但它不能与您本期的另一项政策同时享受，这次不兑现。{reason}。",
        "{policy}: cannot be had together with another",
        "You qualify for {policy} (¥{amount}), but it cannot be had together with another policy of yours in this period.",
    ),
}  # fmt: skip
"""Steps that the subject hears of. Of those that it takes itself, and of those that change nothing for it, it need not."""

_CAME_BACK = _Words(
    Kind.PAYMENT_STUCK,
    "{policy}没有到账，请核对账户",
    "{policy}的 {amount} 元被退回。原因：{reason}。钱仍为您留着：请联系主管部门更正账户，更正后再次拨付。",
    "{policy}: the payment came back",
    "¥{amount} for {policy} came back. The money is kept for you: have the department correct the account, and it is paid again.",
)

_PAYMENT: Mapping[str, _Words] = {
    PaymentStep.State.PAID: _Words(
        Kind.OFFER_PAID,
        "{policy}已到账",
        "{policy}的 {amount} 元已由国库拨付到您确认的账户。请核对。",
        "{policy}: paid",
        "The treasury has paid ¥{amount} for {policy} to the account that you confirmed. Please check.",
    ),
    PaymentStep.State.REFUSED: _CAME_BACK,
    PaymentStep.State.RETURNED: _CAME_BACK,
}  # fmt: skip
"""States of a payment that the subject hears of. That a message waits, or is sent again, is the city's own business."""


def told_offer(offer: Offer, step: OfferStep, *, by: Actor) -> None:
    """Tell the subject of an offer's new step, where it concerns the subject."""
    words = _OFFER.get(step.step)
    if words is not None:
        tell_all([_telling(catalogue.current(), words, offer, f"offer:{offer.pk}/{step.pk}", step.reason)], by=by)


def told_payments(steps: Sequence[PaymentStep], *, by: Actor) -> None:
    """Tell the subjects of payments that arrived or came back, hundreds in a few queries."""
    told = [step for step in steps if step.state in _PAYMENT]
    if not told:
        return
    pack, payments = catalogue.current(), Payment.objects.in_bulk([step.payment_id for step in told])
    tell_all(
        [
            _telling(pack, _PAYMENT[step.state], payments[step.payment_id], f"payment:{step.payment_id}", step.reason)
            for step in told
        ],
        by=by,
    )


def _telling(pack: Pack, words: _Words, matter: Offer | Payment, about: str, reason: str) -> Telling:
    policy = pack.policies.get(matter.policy)
    amount, reason = _yuan(matter.amount), reason.rstrip("。") or "见详情"
    filled = {"policy": policy.name if policy else matter.policy, "amount": amount, "reason": reason}
    english = {**filled, "policy": policy.name_en if policy else matter.policy}
    link = "/me/offers" if policy and policy.subject == "person" else f"/enterprises/{matter.subject}/offers"
    return Telling(
        matter.subject, words.kind, about, words.title.format(**filled)[:120], words.body.format(**filled), link,
        words.title_en.format(**english)[:200], words.body_en.format(**english),
    )  # fmt: skip


def _yuan(amount: Decimal) -> str:
    return f"{amount:,.2f}".removesuffix(".00")
