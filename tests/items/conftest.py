"""The town with its certificates, and a home of the test's own for the city's keys."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from chengban import packs
from chengban.packs import Pack
from tests import town

if TYPE_CHECKING:
    from pytest_django.plugin import DjangoDbBlocker


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("CHENGBAN_HOME", str(folder))
    monkeypatch.setenv("CHENGBAN_TODAY", town.ON.isoformat())
    return folder


@pytest.fixture
def pack(home: Path, db: None, tmp_path: Path) -> Pack:
    with transaction.atomic():
        return town.build(tmp_path, packs.current())


@pytest.fixture
def committed_town(home: Path, committed: None, django_db_blocker: "DjangoDbBlocker", tmp_path: Path) -> Iterator[Pack]:
    """The town with real commits, so that other connections see it; its tables are gone afterwards."""
    pack = packs.current()
    with django_db_blocker.unblock():
        with transaction.atomic():
            town.build(tmp_path, pack)
        yield pack
        with connection.cursor() as cursor:
            tables = ", ".join(f'"register_{name}"' for name in pack.registers)
            cursor.execute(f"DROP TABLE {tables} CASCADE")
            cursor.execute("TRUNCATE facts_batch, facts_ticket, items_dispute, items_departmentcheck, items_census CASCADE")
