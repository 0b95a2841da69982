"""Money that came back (退票): hear of it, pay anew to a corrected account, or give the amount back to the budget."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from chengban import ledger
from chengban.exchange import domain as exchange
from chengban.exchange import inbox
from chengban.exchange.models import Callback, Message
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.policies.errors import PolicyError
from chengban.policies.models import Budget, Payment, PaymentStep
from chengban.policies.payments import ACCOUNT, ACT, SYSTEM, attempt_of, is_account, key_of, wish_of
from chengban.policies.reasons import said
from chengban.policies.telling import told_payments

State = PaymentStep.State
CAME_BACK = (State.RETURNED, State.REFUSED)
"""The money is with the treasury, and what was asked is over."""


class NotReturned(PolicyError):
    """The payment did not come back, so that nothing may take its place."""


def newest_step(payment: Payment) -> PaymentStep:
    """Where the payment stands."""
    return payment.steps.order_by("-pk")[0]


def hear(callback: Callback) -> bool:
    """Add the step that a callback tells of; no, where the payment was sent anew or given up meanwhile."""
    number, attempt = attempt_of(callback.key)
    payment = Payment.objects.select_for_update().get(pk=number)
    newest = newest_step(payment)
    if newest.attempt != attempt or newest.state == State.RELEASED:
        return False
    if callback.state == inbox.RETURNED and newest.state == State.PAID:
        step = _add(payment, State.RETURNED, "exchange", attempt, callback.reference, callback.reason)
        newest.returned_by = step
        newest.save(update_fields=["returned_by"])
        told_payments([step], by=Actor.system("exchange"))
    elif callback.state == inbox.PAID and newest.state == State.RETURNED:
        step = _add(payment, State.PAID, "exchange", attempt, callback.reference)
        told_payments([step], by=Actor.system("exchange"))
    return True


def resend(payment: Payment, account: str, *, by: Actor, reason: str) -> str:
    """Pay anew to a corrected account, under a new key, which is returned. The amount stays committed.

    Raises NotReturned unless the newest word is that the money came back, and PolicyError where the account or the reason is none.
    """
    if not is_account(account.strip()):
        raise PolicyError(f"请写明更正后的收款账户，不超过 {ACCOUNT} 个字符。")
    with _back(payment, by, said(reason)) as newest:
        if hasattr(payment, "recovery"):
            raise PolicyError("这笔钱已经要求退回，不能再重新拨付。")
        attempt = newest.attempt + 1
        _add(payment, State.ORDERED, str(by), attempt, reason=said(reason), account=account.strip())
        wish = exchange.Wish(key_of(payment, attempt), wish_of(payment, account.strip()), f"payment:{payment.pk}")
        exchange.put_all(SYSTEM, ACT, [wish], by=by)
        ledger.append(by, "policies.resend_payment", f"payment:{payment.pk}", {"attempt": attempt, "reason": said(reason)})
    return wish.key


def release(payment: Payment, *, by: Actor, reason: str) -> None:
    """Do not pay after all: the amount and the place go back to the budget. Raises NotReturned."""
    with _back(payment, by, said(reason)) as newest:
        _add(payment, State.RELEASED, str(by), newest.attempt, reason=said(reason))
        budget = Budget.objects.select_for_update().get(policy=payment.policy, period=payment.period)
        budget.committed -= payment.amount
        budget.taken -= 1
        budget.save(update_fields=["committed", "taken"])
        ledger.append(by, "policies.release_payment", f"payment:{payment.pk}", {"reason": said(reason)})


@contextmanager
def _back(payment: Payment, by: Actor, reason: str) -> Iterator[PaymentStep]:
    """A transaction that holds a payment that came back, its newest step; what was refused is withdrawn, not to be sent again."""
    with transaction.atomic():
        messages = exchange.hold(f"payment:{payment.pk}")
        Payment.objects.select_for_update().get(pk=payment.pk)
        newest = newest_step(payment)
        if newest.state not in CAME_BACK:
            raise NotReturned(f"这笔拨付现在是“{newest.get_state_display()}”。只有被退回的，才能重新拨付或收回额度。")
        for message in messages:
            if message.outcome == Message.Outcome.REFUSED:
                exchange.withdraw(message, by=by, reason=reason)
        yield newest


def _add(
    payment: Payment, state: str, by: str, attempt: int, reference: str = "", reason: str = "", account: str = ""
) -> PaymentStep:
    made = {"reference": reference, "reason": reason, "attempt": attempt, "account": account}
    return PaymentStep.objects.create(payment=payment, state=state, at=clock.now(), by=by, **made)
