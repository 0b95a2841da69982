"""The ledger: written in the act's own transaction, and then never changed."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime

import pytest
from django.db import DataError, IntegrityError, InternalError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, DjangoDbBlocker

from chengban import ledger
from chengban.ledger import Actor, direct
from chengban.ledger.domain import OutsideTransaction
from chengban.ledger.models import Entry
from chengban.lib import clock

CLERK = Actor.account(3)


@contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(IntegrityError, match="the ledger is append-only"), transaction.atomic():
        yield


@pytest.fixture
def entry(db: None) -> Entry:
    return Entry.objects.get(pk=ledger.append(CLERK, "facts.load", "register:firms", {"rows": 3, "named": "聊城"}))


def test_an_act_outside_a_transaction_is_refused(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Without the transaction that other tests are wrapped in: the database commits each statement."""
    with django_db_blocker.unblock():
        assert not connection.in_atomic_block
        with pytest.raises(OutsideTransaction, match=r"facts\.load: open a transaction around"):
            ledger.append(CLERK, "facts.load", "register:firms")
        assert not Entry.objects.exists()


def test_an_entry_says_who_did_what_to_whom_and_when(db: None) -> None:
    moment = datetime(2025, 12, 1, 9, 30, tzinfo=clock.CHINA)
    with clock.pinned(moment):
        made = ledger.append(Actor.system("demo"), "policies.match", "match:1", {"on": "2025-12-01"})
    held = Entry.objects.get(pk=made)
    assert (held.at, held.actor, held.act, held.subject) == (moment, "system:demo", "policies.match", "match:1")
    assert held.payload == {"on": "2025-12-01"}


def test_an_entry_without_a_payload_holds_an_empty_one(db: None) -> None:
    assert Entry.objects.get(pk=ledger.append(CLERK, "a.b", "c:1")).payload == {}


def test_an_act_that_fails_takes_its_entry_with_it(db: None) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        ledger.append(CLERK, "facts.load", "register:firms")
        raise ZeroDivisionError
    assert not Entry.objects.exists()


def test_the_database_refuses_to_change_an_entry(entry: Entry) -> None:
    entry.payload = {"rows": 4}
    with refused():
        entry.save()
    with refused():
        Entry.objects.update(actor="account:9")
    assert Entry.objects.get().payload == {"rows": 3, "named": "聊城"} and Entry.objects.get().actor == "account:3"


def test_the_database_refuses_to_delete_an_entry(entry: Entry) -> None:
    with refused():
        entry.delete()
    with refused():
        Entry.objects.all().delete()
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("statement", ["TRUNCATE ledger_entry", "TRUNCATE ledger_entry CASCADE", "DELETE FROM ledger_entry"])
def test_the_database_refuses_plain_sql_too(entry: Entry, statement: str) -> None:
    with refused(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Entry.objects.count() == 1


def test_entries_stand_in_the_order_they_were_written(db: None) -> None:
    made = [ledger.append(CLERK, "a.b", f"c:{number}") for number in range(3)]
    assert made == sorted(made)


def test_an_actor_is_a_kind_and_a_number_never_a_name() -> None:
    assert (str(Actor.account(12)), str(Actor.system("cli"))) == ("account:12", "system:cli")
    with pytest.raises(AttributeError):
        CLERK.id = "4"  # type: ignore[misc]


# An entry goes to the database by one of two ways: past Django's cursor, or, where somebody watches the statements, through it.


@pytest.fixture(params=["past the cursor", "through the cursor"])
def way(request: pytest.FixtureRequest, db: None) -> Iterator[str]:
    with CaptureQueriesContext(connection) if request.param == "through the cursor" else nullcontext():
        connection.cursor().execute("SELECT 1")
        assert direct.is_possible() == (request.param == "past the cursor")
        yield request.param


def test_both_ways_write_the_same(way: str) -> None:
    moment = datetime(2025, 12, 1, 9, 30, tzinfo=clock.CHINA)
    with clock.pinned(moment):
        number = ledger.append(CLERK, "facts.load", "register:企业", {"rows": 3, "named": "聊城 '\\%s"})
    held = Entry.objects.get(pk=number)
    assert (held.at, held.actor, held.act, held.subject) == (moment, "account:3", "facts.load", "register:企业")
    assert held.payload == {"rows": 3, "named": "聊城 '\\%s"} and len(bytes(held.seal)) == 32


def test_both_ways_refuse_the_same(way: str) -> None:
    with pytest.raises(DataError, match="too long"), transaction.atomic():
        ledger.append(CLERK, "a.b", "c" * 161)
    assert not Entry.objects.exists()


def test_both_ways_leave_with_their_savepoint(way: str) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        ledger.append(CLERK, "a.b", "c:1")
        raise ZeroDivisionError
    ledger.append(CLERK, "a.b", "c:2")
    assert list(Entry.objects.values_list("subject", flat=True)) == ["c:2"]


def test_a_broken_transaction_takes_no_entry(way: str) -> None:
    with transaction.atomic():
        with pytest.raises(DataError):
            connection.cursor().execute("SELECT 1 / 0")
        with pytest.raises(InternalError):
            ledger.append(CLERK, "a.b", "c:1")
        transaction.set_rollback(True)
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            ledger.append(CLERK, "a.b", "c:2")


def test_an_entry_that_is_counted_is_one_query(db: None, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        ledger.append(CLERK, "a.b", "c:1")


def test_an_entry_that_begins_its_transaction_is_of_it(committed: None) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        ledger.append(CLERK, "a.b", "c:1")
        ledger.append(CLERK, "a.b", "c:2")
        raise ZeroDivisionError
    assert not Entry.objects.exists()
    with transaction.atomic():
        ledger.append(CLERK, "a.b", "c:3")
    assert list(Entry.objects.values_list("subject", flat=True)) == ["c:3"]
