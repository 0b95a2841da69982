"""The treasury's adapter against a real server with real faults: whatever happens, each payment is made once and known."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from chengban.exchange.backoff import PATIENCE
from chengban.exchange.domain import Wish, put_all
from chengban.exchange.errors import ExchangeError, Refused, Unavailable
from chengban.exchange.models import Failure, Message
from chengban.exchange.reconciling import reconcile
from chengban.exchange.systems.treasury.adapter import Treasury
from chengban.exchange.systems.treasury.fake import FAULTS, Books
from chengban.exchange.worker import Worker
from chengban.ledger import Actor
from chengban.lib import clock
from tests.exchange.treasuries import treasury

BY = Actor.system("tests")
WISH = {"account": "1", "amount": "5.00", "purpose": "P08/2025"}


def test_a_payment_that_is_asked_for_again_is_the_same() -> None:
    books = Books()
    with treasury(books) as adapter:
        assert adapter.send("pay", "k", WISH).reference == adapter.send("pay", "k", WISH).reference
        with pytest.raises(Unavailable, match="409"):
            adapter.send("pay", "k", {**WISH, "amount": "6.00"})
    assert len(books.payments) == 1 and books.asked == 3


def test_a_reason_is_a_refusal_and_silence_is_not() -> None:
    with treasury(Books(closed_accounts=frozenset({"1"}))) as adapter, pytest.raises(Refused, match="已销户"):
        adapter.send("pay", "k", WISH)
    with pytest.raises(Unavailable, match="没有答复"):
        Treasury("http://127.0.0.1:9").send("pay", "k", WISH)


@pytest.mark.parametrize("fault", FAULTS)
def test_after_each_fault_the_same_key_settles_it(fault: str) -> None:
    books = Books({fault: 1.0})
    with treasury(books) as adapter:
        if fault == "slow":
            assert adapter.send("pay", "k", WISH).reference
        else:
            with pytest.raises(Unavailable):
                adapter.send("pay", "k", WISH)
        books.faults = {}
        assert adapter.send("pay", "k", WISH).reference == "T000000001"
    assert len(books.payments) == 1


@given(st.binary(max_size=200) | st.recursive(st.none() | st.booleans() | st.text(), lambda inner: st.lists(inner)).map(
    lambda value: json.dumps(value).encode()
), st.sampled_from([200, 201, 204, 301, 404, 422, 500]))  # fmt: skip
@settings(max_examples=80, deadline=None)
def test_whatever_a_system_says_is_an_answer_or_an_error_of_ours(content: bytes, status: int) -> None:
    class Nonsense(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Nonsense)
    Thread(target=lambda: [server.handle_request() for _ in range(2)], daemon=True).start()
    adapter = Treasury(f"http://127.0.0.1:{server.server_address[1]}")
    try:
        with pytest.raises(ExchangeError):
            adapter.send("pay", "k", WISH)
        with pytest.raises(ExchangeError):
            list(adapter.statement())
    finally:
        server.server_close()


@pytest.fixture
def due(committed: None) -> Callable[[int], None]:
    def make(count: int) -> None:
        with transaction.atomic():
            wishes = [Wish(f"k{number}", {**WISH, "account": str(number)}, f"payment:{number}") for number in range(count)]
            put_all("treasury", "try", wishes, by=BY)

    return make


def test_a_worker_delivers_through_every_fault_and_both_sides_agree(due: Callable[[int], None]) -> None:
    due(120)
    books = Books({"late": 0.1, "lost": 0.1, "down": 0.1, "garbled": 0.1}, closed_accounts=frozenset({"7"}))
    with treasury(books) as adapter:
        worker = Worker({"treasury": adapter})
        while Message.objects.filter(outcome="waiting").exists():
            Message.objects.update(due_at=Message.objects.earliest("at").at)
            with ThreadPoolExecutor(4) as pool:
                worker.work_once(pool)
        books.faults = {}
        found = reconcile("treasury", adapter, by=BY)
    assert found.is_clean and found.agreed == 119
    assert Message.objects.filter(outcome="refused").values_list("key", flat=True).get() == "k7"
    assert books.asked > 120


def test_reconciling_names_each_difference_and_settles_what_the_system_did(due: Callable[[int], None]) -> None:
    due(5)
    books = Books()
    with treasury(books) as adapter:
        adapter.send("pay", "k0", {**WISH, "account": "0"})  # paid, and the answer was lost
        found = reconcile("treasury", adapter, by=BY)
        assert found.is_clean and found.agreed == 1
        assert Message.objects.get(key="k0").outcome == "delivered"
        Worker({"treasury": adapter}).run(until_empty=True)
        del books.payments["k1"]
        books.payments["k2"]["amount"] = "500.00"
        adapter.send("pay", "elsewhere", WISH)
        found = reconcile("treasury", adapter, by=BY)
    named = {kind: difference["keys"] for kind, difference in found.differences.items()}
    assert named == {"only_here": ["k1"], "differing": ["k2"], "only_there": ["elsewhere"]} and found.agreed == 3


def test_a_system_without_an_address_waits_and_holds_up_nobody(due: Callable[[int], None]) -> None:
    due(2)
    due_before = set(Message.objects.values_list("due_at", flat=True))
    assert Worker({}).run(until_empty=True) == 0
    assert set(Message.objects.values_list("outcome", "attempts", "leased_until")) == {("waiting", 0, None)}
    assert set(Message.objects.values_list("due_at", flat=True)) == due_before and not Failure.objects.exists()


def test_no_time_runs_against_what_waited_for_an_address(due: Callable[[int], None]) -> None:
    due(1)
    books = Books({"down": 1.0})
    with treasury(books) as adapter, clock.pinned(clock.now() + PATIENCE * 2):
        Worker({"treasury": adapter}).run(until_empty=True)
        assert Message.objects.get().outcome == "waiting" and Failure.objects.count() == 1
    with treasury(books) as adapter, clock.pinned(clock.now() + PATIENCE * 4):
        Worker({"treasury": adapter}).run(until_empty=True)
        assert Message.objects.get().outcome == "given_up"
