"""What every test may use. DATABASE_URL names the server, else a private one is started; Django makes its test database there."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chengban.lib.postgres import ensure

if TYPE_CHECKING:
    from pytest_django.plugin import DjangoDbBlocker

    from chengban.accounts.models import Account
    from chengban.accounts.roles import Role

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengban.config.settings")
CHECKOUT = Path(__file__).resolve().parents[1]

if not os.environ.get("DATABASE_URL"):
    # Kept here so that the server lives as long as the tests; it stops when nobody holds it.
    SERVER = ensure(CHECKOUT / "var" / "test" / "postgres")
    os.environ["DATABASE_URL"] = SERVER.url()


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    # A password's hash costs 0.3 s on purpose; here nobody attacks it.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MIDDLEWARE.insert(0, "tests.web_role.AsTheWeb")


@pytest.fixture
def account_of(db: None) -> Callable[["Role"], "Account"]:
    """`account_of(Role.CLERK)`: an account that holds one role."""
    from tests.people import person

    return person


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: "DjangoDbBlocker") -> Iterator[None]:
    """The database with real commits, for tests of several workers; what they wrote is cleared away afterwards.

    The ledger refuses to be emptied, so its triggers are passed over, as only a superuser can.
    """
    from django.db import connection

    tables = (
        "exchange_message, exchange_callback, exchange_reconciliation, policies_offer, policies_payment, policies_budget, "
        "ledger_entry, reach_letter"
    )
    with django_db_blocker.unblock():
        yield
        with connection.cursor() as cursor:
            cursor.execute(f"SET session_replication_role = replica; TRUNCATE {tables} CASCADE; RESET session_replication_role")
        connection.close()
