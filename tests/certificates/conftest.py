"""The town's certificates, and a home of the test's own for the city's keys."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection, transaction

from chengban import packs
from chengban.lib import clock
from chengban.packs import Pack
from tests import town


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keys are made anew for each test, and the clock's day is the town's."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("CHENGBAN_HOME", str(folder))
    monkeypatch.setenv("CHENGBAN_TODAY", town.ON.isoformat())
    monkeypatch.delenv("CHENGBAN_PORTAL_URL", raising=False)
    return folder


@pytest.fixture
def pack(db: None, tmp_path: Path) -> Pack:
    with transaction.atomic():
        return town.build(tmp_path, packs.current())


NOON = datetime(2025, 12, 1, 12, tzinfo=clock.CHINA)


@pytest.fixture
def town_of_record(committed: None, tmp_path: Path) -> Iterator[Pack]:
    """The town with real commits, and nothing of it afterwards."""
    pack = packs.current()
    with transaction.atomic():
        town.build(tmp_path, pack)
    yield pack
    with connection.cursor() as cursor:
        tables = [
            "certificates_inquiry",
            "certificates_userequest",
            "certificates_statusslot",
            "facts_batch",
            *(f"register_{name}" for name in pack.registers),
        ]
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
