"""The matters that this room vouches for when data is read: a policy that is being delivered, a payment that is checked."""

from chengban.facts.reading.errors import NotGrounded
from chengban.facts.reading.grounds import Asked, vouches_for
from chengban.packs import Pack
from chengban.policies.models import Payment


@vouches_for("policy")
def _policy(pack: Pack, asked: Asked) -> None:
    if asked.ground.number not in pack.policies:
        raise NotGrounded("没有这项政策，不能为它查阅。")


@vouches_for("payment")
def _payment(pack: Pack, asked: Asked) -> None:
    number = asked.ground.number
    payments = Payment.objects.filter(pk=int(number) if number.isdecimal() else 0, subject__in=list(asked.subjects))
    if len(asked.subjects) != 1 or not payments.exists():
        raise NotGrounded("没有这笔拨付，或者它不是拨给这个主体的。")
