"""What the subject of an offer or a payment is told of it (主动告知), in both languages."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from chengban.ledger import Actor
from chengban.packs import Pack
from chengban.policies import catalogue
from chengban.policies.models import Offer, OfferStep, Payment, PaymentStep, Recovery
from chengban.reach.domain import Telling, tell_all
from chengban.reach.models import Kind


@dataclass(frozen=True, slots=True)
class Words:
    """A letter's words; `{policy}` and other blanks are filled in."""

    kind: Kind
    title: str
    body: str
    title_en: str
    body_en: str


_OFFER: Mapping[str, Words] = {
    OfferStep.Step.CONFIRMED: Words(
        Kind.OFFER_WAITS,
        "您有一笔{policy}待确认",
        "主管部门已核实，您可以享受{policy}，金额 {amount} 元。不用提交申请：请登录核对，并确认收款账户；"
        "不要的可以放弃，数据不对的可以提出。",
        "{policy}: yours to confirm",
        "The department has confirmed that you qualify for {policy}: ¥{amount}. You need not apply. Sign in, check it and confirm"
        " the account to be paid; you may also decline it, or say that a datum is wrong.",
    ),
    OfferStep.Step.OBJECTED: Words(
        Kind.OFFER_OBJECTED,
        "{policy}公示期间有异议，正在核实",
        "公示期间，有人对您享受{policy}（{amount} 元）提出异议。主管部门正在核实，核实以前暂不拨付。结果会在这里告诉您。",
        "{policy}: an objection is being examined",
        "During the public notice somebody objected to your {policy} (¥{amount}). The department is examining it, and nothing is"
        " paid before that. You will be told the result here.",
    ),
    OfferStep.Step.DISMISSED: Words(
        Kind.OFFER_GOES_ON,
        "{policy}的异议不成立，继续办理",
        "对您享受{policy}（{amount} 元）的异议已核实，不成立：{reason}。继续办理，您不用做什么。",
        "{policy}: the objection was dismissed",
        "The objection to your {policy} (¥{amount}) was examined and dismissed. It goes on; you need do nothing.",
    ),
    OfferStep.Step.MENDED: Words(
        Kind.OFFER_GOES_ON,
        "{policy}的数据已核实，继续办理",
        "您提出的数据问题已核实：{reason}。{policy}（{amount} 元）继续办理。",
        "{policy}: the disputed datum was checked",
        "The datum that you disputed was checked. Your {policy} (¥{amount}) goes on.",
    ),
    OfferStep.Step.REJECTED: Words(
        Kind.OFFER_STOPPED,
        "{policy}未予确认",
        "主管部门没有确认您享受{policy}（{amount} 元）。原因：{reason}。对结果有疑问，请向主管部门提出。",
        "{policy}: not confirmed",
        "The department did not confirm your {policy} (¥{amount}). If you doubt the result, ask the department.",
    ),
    OfferStep.Step.UPHELD: Words(
        Kind.OFFER_STOPPED,
        "{policy}因异议成立终止",
        "公示期间的异议经核实成立，{policy}（{amount} 元）不再兑现。原因：{reason}。对结果有疑问，请向主管部门提出。",
        "{policy}: stopped, the objection was upheld",
        "The objection made during the public notice was upheld; {policy} (¥{amount}) will not be paid. If you doubt the result,"
        " ask the department.",
    ),
    OfferStep.Step.EXCLUDED: Words(
        Kind.OFFER_STOPPED,
        "{policy}不能同时享受",
        "您符合{policy}（{amount} 元）的条件，但它不能与您本期的另一项政策同时享受，这次不兑现。{reason}。",
        "{policy}: cannot be had together with another",
        "You qualify for {policy} (¥{amount}), but it cannot be had together with another policy of yours in this period.",
    ),
}  # fmt: skip
"""Steps that the subject hears of. Of those that it takes itself, and of those that change nothing for it, it need not."""

_CAME_BACK = Words(
    Kind.PAYMENT_STUCK,
    "{policy}没有到账，请核对账户",
    "{policy}的 {amount} 元被退回。原因：{reason}。钱仍为您留着：请联系主管部门更正账户，更正后再次拨付。",
    "{policy}: the payment came back",
    "¥{amount} for {policy} came back. The money is kept for you: have the department correct the account, and it is paid again.",
)

_PAYMENT: Mapping[str, Words] = {
    PaymentStep.State.PAID: Words(
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


_DEMANDED = Words(
    Kind.RECOVERY_DUE,
    "请退回{policy}的 {amount} 元",
    "主管部门要求您退回{policy}的 {amount} 元，最迟 {due}。原因：{reason}。依据：{citation}。"
    "要分期退回，或对此有疑问，请联系主管部门。",
    "{policy}: ¥{amount} to be paid back",
    "The department asks you to pay back ¥{amount} of {policy} by {due}. To pay in instalments, or if you doubt it, speak with the"
    " department.",
)


def told_offer(offer: Offer, step: OfferStep, *, by: Actor) -> None:
    """Tell the subject of an offer's new step, where it concerns the subject."""
    words = _OFFER.get(step.step)
    if words is None:
        return
    told = _telling(catalogue.current(), words, offer, f"offer:{offer.pk}/{step.pk}", step.reason)
    kept = _KEPT.get()
    if kept is None:
        tell_all([told], by=by)
    else:
        kept.append(told)


_KEPT: ContextVar[list[Telling] | None] = ContextVar("kept", default=None)


@contextmanager
def told_together(*, by: Actor) -> Iterator[list[Telling]]:
    """Inside the block, letters about offers are kept, and told at its end in a few queries. Open a transaction around it."""
    kept: list[Telling] = []
    token = _KEPT.set(kept)
    try:
        yield kept
    finally:
        _KEPT.reset(token)
    tell_all(kept, by=by)


def told_payments(steps: Sequence[PaymentStep], *, by: Actor) -> None:
    """Tell the subjects of payments that arrived or came back, hundreds in a few queries."""
    told = [step for step in steps if step.state in _PAYMENT]
    if not told:
        return
    pack, payments = catalogue.current(), Payment.objects.in_bulk([step.payment_id for step in told])
    tell_all(
        [_telling(pack, _PAYMENT[step.state], payments[step.payment_id], _matter(step), step.reason) for step in told],
        by=by,
    )


def _matter(step: PaymentStep) -> str:
    """A payment that is made anew is another matter: it may come back, or arrive, once more."""
    return f"payment:{step.payment_id}" + (f"/{step.attempt}" if step.attempt > 1 else "")


def _telling(pack: Pack, words: Words, matter: Offer | Payment, about: str, reason: str) -> Telling:
    policy = pack.policies.get(matter.policy)
    link = "/me/offers" if policy and policy.subject == "person" else f"/enterprises/{matter.subject}/offers"
    blanks = {"amount": sum_of(matter.amount), "reason": reason.rstrip("。") or "见详情"}
    return telling_of(pack, words, matter.policy, matter.subject, about, link, blanks)


def told_demand(recovery: Recovery, due: date, *, by: Actor) -> None:
    """Tell a subject that money is demanded back, by when and why."""
    payment, blanks = recovery.payment, {"amount": sum_of(recovery.amount), "due": due.isoformat()}
    said = {"reason": recovery.reason.rstrip("。"), "citation": recovery.citation.rstrip("。")}
    link = f"/enterprises/{payment.subject}/recoveries"
    about = f"recovery:{recovery.pk}"
    tell_all([telling_of(catalogue.current(), _DEMANDED, payment.policy, payment.subject, about, link, blanks | said)], by=by)


def telling_of(
    pack: Pack, words: Words, policy: str, subject: str, about: str, link: str, blanks: Mapping[str, str],
    english: Mapping[str, str] | None = None,
) -> Telling:  # fmt: skip
    """A letter with its blanks filled in; `english` are those that read otherwise there."""
    found = pack.policies.get(policy)
    chinese = {**blanks, "policy": found.name if found else policy}
    there = {**blanks, **(english or {}), "policy": found.name_en if found else policy}
    return Telling(
        subject, words.kind, about, words.title.format(**chinese)[:120], words.body.format(**chinese), link,
        words.title_en.format(**there)[:200], words.body_en.format(**there),
    )  # fmt: skip


def sum_of(amount: Decimal) -> str:
    """An amount as letters say it, in 元."""
    return f"{amount:,.2f}".removesuffix(".00")
