"""The town under law: who may read what of it, and as which role of the database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from chengban.accounts.domain import give_mandate
from chengban.accounts.models import Account, MandateKind
from chengban.accounts.roles import Role
from chengban.facts.reading.guarding import WEB_ROLE
from chengban.packs import Pack
from tests import town
from tests.people import SETUP, person


@pytest.fixture
def city(db: None, tmp_path: Path) -> Pack:
    return town.build(tmp_path)


@pytest.fixture
def agent(db: None) -> Account:
    """Whoever acts for 清荷."""
    account = person(Role.AGENT)
    give_mandate(account, town.LOTUS, kind=MandateKind.ENTERPRISE, by=SETUP)
    return account


@pytest.fixture
def staff(db: None) -> Callable[[Role, str], Account]:
    """`staff(Role.OFFICER, "tax")`: an account of a role in a department."""

    def of(role: Role, department: str) -> Account:
        account = person(role)
        account.department = department
        account.save(update_fields=["department"])
        return account

    return of


@contextmanager
def as_the_web() -> Iterator[None]:
    """Work in the database as the web does."""
    connection.ensure_connection()
    connection.connection.execute(f"SET ROLE {WEB_ROLE}")
    try:
        yield
    finally:
        if not connection.needs_rollback:
            connection.connection.execute("RESET ROLE")
