"""The demo's treasury and gateway: real processes beside it, whose book outlives them, and from which nothing is paid twice."""

import os
import re
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import requests

from chengban.cli import demo_systems
from chengban.cli.demo_systems import pretended, treasury_book
from chengban.exchange.adapters import adapter_of, configured
from chengban.exchange.models import Message
from chengban.exchange.reconciling import reconcile
from chengban.exchange.worker import Worker
from chengban.ledger.models import Entry
from chengban.policies.models import Payment
from chengban.policies.payments import Order, order_payments, set_budget
from chengban.policies.returning import NotReturned, newest_step, release, resend
from tests.people import SETUP
from tests.test_house import ROOT, SOURCE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CHENGBAN_HOME", str(tmp_path))
    for system in ("TREASURY", "SMS", "MAIL"):
        monkeypatch.delenv(f"CHENGBAN_{system}_URL", raising=False)
    set_budget("P09", "2025", Decimal("9000000"), by=SETUP)
    return tmp_path


def ordered(*subjects: str) -> list[Payment]:
    return order_payments("P09", "2025", "2025", [Order(one, Decimal("5.00"), "62001") for one in subjects], by=SETUP).payments


def work() -> None:
    """Deliver what waits, as soon as the treasury listens."""
    limit = time.monotonic() + 20
    while Message.objects.filter(outcome="waiting").exists() and time.monotonic() < limit:
        Worker(configured()).run(until_empty=True)
        time.sleep(0.1)


def lines() -> int:
    return len(treasury_book().read_text(encoding="utf-8").splitlines())


def forget_the_answer(payment: Payment) -> None:
    """The city's side of a payment as it was before the treasury's answer came."""
    Message.objects.filter(subject=f"payment:{payment.pk}").update(outcome="waiting", settled_at=None, reference="", answer={})
    payment.steps.filter(state="paid").delete()


def test_inside_the_demo_payments_arrive_and_outside_it_they_wait() -> None:
    (first,) = ordered("S1")
    with pretended():
        assert {"treasury", "sms"} == set(configured())
        work()
        assert newest_step(first).state == "paid" and lines() == 1
    ordered("S2")
    assert configured() == {} and Worker(configured()).run(until_empty=True) == 0


def test_a_restart_pays_nothing_twice() -> None:
    (first,) = ordered("S1")
    with pretended():
        work()
    forget_the_answer(first)
    with pretended():
        work()
        assert reconcile("treasury", adapter_of("treasury"), by=SETUP).is_clean
    assert newest_step(first).state == "paid" and lines() == 1
    assert Message.objects.get().reference == "T000000001"


def test_a_treasury_that_has_forgotten_is_asked_for_nothing_that_it_paid() -> None:
    (first,) = ordered("S1")
    with pretended():
        work()
    treasury_book().unlink()
    ordered("S2")
    with pretended():
        work()
        found = reconcile("treasury", adapter_of("treasury"), by=SETUP)
    assert lines() == 1 and found.differences["only_here"]["keys"] == [f"payment-{first.pk}"]
    for verb in (lambda: resend(first, "62002", by=SETUP, reason="?"), lambda: release(first, by=SETUP, reason="?")):
        with pytest.raises(NotReturned):
            verb()


def test_a_new_database_gets_a_new_book(monkeypatch: pytest.MonkeyPatch) -> None:
    before, begun = treasury_book(), Entry.objects.earliest("pk").at
    monkeypatch.setattr(demo_systems, "_begun", lambda: begun + timedelta(hours=1))
    assert treasury_book() != before and treasury_book().parent == before.parent


def test_both_end_with_the_demo_and_what_was_set_before_is_set_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_TREASURY_URL", "http://127.0.0.1:9")
    with pretended():
        inside = os.environ["CHENGBAN_TREASURY_URL"]
        assert inside != "http://127.0.0.1:9" and until(lambda: requests.get(f"{inside}/payments", timeout=5).ok)
    assert os.environ["CHENGBAN_TREASURY_URL"] == "http://127.0.0.1:9"
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{inside}/payments", timeout=5)


def until(holds: Callable[[], bool]) -> bool:
    limit = time.monotonic() + 20
    while time.monotonic() < limit:
        try:
            return holds()
        except requests.ConnectionError:
            time.sleep(0.1)
    return False


def test_nothing_but_the_demo_and_the_measurements_starts_a_fake() -> None:
    found = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if re.search(r"systems\.(\w+|\{system\})(\.fake| import fake)", path.read_text(encoding="utf-8"))
        and "systems" not in path.parts
    }
    assert found == {"cli/demo_systems.py", "bench/delivery.py"}
    users = {path.name for path in (SOURCE / "cli").glob("*.py") if "pretended" in path.read_text(encoding="utf-8")}
    assert users == {"demo.py", "demo_systems.py"} and (ROOT / "bin").exists()
