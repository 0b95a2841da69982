"""The outbox: nothing leaves without its act, nothing is sent by two at once, nothing is settled twice, nothing is lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from chengban.exchange import domain, settling
from chengban.exchange.backoff import PATIENCE, next_try
from chengban.exchange.contract import Answer
from chengban.exchange.domain import Wish, lease, put_all, replay, settle
from chengban.exchange.errors import KeyTaken, Refused, Unavailable
from chengban.exchange.models import Message
from chengban.ledger import Actor, OutsideTransaction
from chengban.ledger.models import Entry
from chengban.lib import clock

BY = Actor.system("tests")
NOON = datetime(2025, 12, 1, 12, tzinfo=clock.CHINA)


def put(*keys: str, amount: str = "1.00") -> None:
    with transaction.atomic():
        put_all("treasury", "try", [Wish(key, {"amount": amount}, f"payment:{key}") for key in keys], by=BY)


def outcomes() -> dict[str, str]:
    return dict(Message.objects.values_list("key", "outcome"))


@pytest.mark.usefixtures("committed")
def test_a_wish_outside_a_transaction_is_refused() -> None:
    with pytest.raises(OutsideTransaction):
        put_all("treasury", "try", [Wish("a", {}, "payment:a")], by=BY)


@pytest.mark.usefixtures("committed")
def test_a_wish_goes_with_its_act() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        put_all("treasury", "try", [Wish("a", {}, "payment:a")], by=BY)
        raise RuntimeError
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_the_same_wish_again_is_the_first_one_and_another_under_its_key_is_refused() -> None:
    put("a")
    put("a", "b")
    assert sorted(outcomes()) == ["a", "b"]
    with pytest.raises(KeyTaken, match="a"):
        put("a", amount="2.00")
    assert Message.objects.get(key="a").body == {"amount": "1.00"}


@pytest.mark.django_db
def test_a_lease_is_one_workers_until_it_ends() -> None:
    with clock.pinned(NOON):
        put("a", "b", "c")
        assert [message.key for message in lease(2)] == ["a", "b"]
        assert [message.key for message in lease(5)] == ["c"]
        assert lease(5) == []
    with clock.pinned(NOON + domain.LEASE):
        assert [message.key for message in lease(5)] == ["a", "b", "c"]


@pytest.mark.usefixtures("committed")
def test_workers_that_lease_at_once_share_nothing() -> None:
    put(*(f"{number:03d}" for number in range(200)))

    def some(_: int) -> list[str]:
        try:
            return [message.key for _ in range(6) for message in lease(7)]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        leased = [key for keys in pool.map(some, range(8)) for key in keys]
    assert len(leased) == len(set(leased)) == 200


@pytest.mark.django_db
def test_what_was_answered_is_settled_once_and_told_once() -> None:
    heard: list[tuple[str, str]] = []
    settling.listen("treasury", "try", lambda messages: heard.extend((one.key, one.outcome) for one in messages))
    put("a", "b", "c")
    first, second, third = lease(3)
    settle([(first, Answer("T1")), (second, Refused("已销户")), (third, Unavailable("503"))], by=BY)
    settle([(first, Answer("T9")), (second, Answer("T9"))], by=BY)
    assert outcomes() == {"a": "delivered", "b": "refused", "c": "waiting"}
    assert Message.objects.get(key="a").reference == "T1"
    assert heard == [("a", "delivered"), ("b", "refused")]
    assert list(Entry.objects.values_list("act", "subject")) == [
        ("exchange.delivered", "payment:a"),
        ("exchange.refused", "payment:b"),
    ]
    assert [failure.reason for failure in Message.objects.get(key="c").failures.all()] == ["503"]


@pytest.mark.django_db
def test_a_message_is_given_up_after_days_and_can_be_sent_again() -> None:
    with clock.pinned(NOON):
        put("a")
    moment, tries = NOON, 0
    while outcomes()["a"] == "waiting":
        with clock.pinned(moment):
            settle([(message, Unavailable("503")) for message in lease(1)], by=BY)
            tries += 1
            moment = max(Message.objects.get().due_at, moment + timedelta(seconds=1))
    assert outcomes() == {"a": "given_up"} and NOON + PATIENCE < moment < NOON + PATIENCE + timedelta(hours=1)
    assert 350 < tries < 500, "every ten minutes once it has been down for long"
    with clock.pinned(moment):
        assert replay(Message.objects.all(), by=BY) == 1
        assert replay(Message.objects.all(), by=BY) == 0
        settle([(message, Answer("T1")) for message in lease(1)], by=BY)
    assert outcomes() == {"a": "delivered"}


@pytest.mark.parametrize("attempts", [1, 2, 5, 12, 10_000])
def test_waiting_grows_to_ten_minutes_and_is_spread(attempts: int) -> None:
    waits = {(next_try(NOON, attempts, f"payment-{number}") - NOON).total_seconds() for number in range(300)}
    least = min(2.0 ** min(attempts - 1, 20), 600)
    assert least <= min(waits) and max(waits) <= least * 1.25
    assert len(waits) > 100
