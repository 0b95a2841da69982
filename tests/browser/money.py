"""Money for the browser's town: a payment that is demanded back, one in doubt, one that was refused, and the console's signs."""

from datetime import date, datetime
from decimal import Decimal

from chengban import packs
from chengban.exchange import inbox, reconciling
from chengban.exchange.contract import Answer
from chengban.exchange.domain import lease, settle
from chengban.exchange.errors import Refused, Unavailable
from chengban.exchange.models import Reconciliation
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.policies.checking import spot_check
from chengban.policies.payments import Order, order_payments, set_budget
from chengban.policies.recovery import agree_instalments, demand, receive
from tests import town

PERIOD = "2024"
OFFICER = Actor.account(0)


def make() -> None:
    """Everything at nine in the morning of the town's day."""
    with clock.pinned(datetime(2025, 12, 1, 9, tzinfo=clock.CHINA)):
        for policy in ("P09", "P10"):
            set_budget(policy, PERIOD, Decimal("500000"), by=OFFICER)
        firms = (town.LOTUS, town.WILLOW, town.EASTGATE)
        orders = [Order(firm, Decimal("21600.00"), f"62170000123420{number:02d}") for number, firm in enumerate(firms, 1)]
        version = packs.current().policies["P10"].versions[0].version
        (first,) = order_payments("P10", version, PERIOD, orders[:1], by=OFFICER).payments
        order_payments("P09", "2025", PERIOD, orders[1:], by=OFFICER)
        lotus, willow, eastgate = lease(9)
        settle([(eastgate, Unavailable("国库没有答复：ConnectTimeout"))], by=OFFICER)
        settle([(lotus, Answer("T000000001")), (willow, Answer("T000000002")), (eastgate, Refused("收款账户已销户"))], by=OFFICER)
        for number, key, state in ((1, lotus.key, "paid"), (2, "payment-9999", "returned")):
            inbox.receive("treasury", inbox.Notice(f"C{number}", key, state, 1, f"T00000000{number}", "", b"{}"), by=OFFICER)
        spot_check(packs.current(), "P09", PERIOD, 2, 7, on=town.ON, by=OFFICER)
        why = {"reason": "同一期间已由省级资金补助，重复享受", "citation": "稳岗返还实施办法 第九条"}
        recovery = demand(first, Decimal("9600"), date(2025, 10, 9), date(2025, 10, 31), by=OFFICER, **why)
        agree_instalments(recovery, [(Decimal("3200"), date(2025, month, 28)) for month in (10, 11, 12)], by=OFFICER)
        receive(recovery, Decimal("4000"), date(2025, 10, 20), "B20251020001", by=OFFICER)
        asked = reconciling.ask("treasury", by=OFFICER)
        different = {"only_there": {"count": 1, "keys": ["payment-9999"]}}
        told = {"compared": 4, "agreed": 2, "differences": different, "finished_at": clock.now()}
        Reconciliation.objects.filter(pk=asked.pk).update(**told)
