"""Backup and restore, with the programs and a database of their own: what was there is there again, and nothing else."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests import town

pytestmark = pytest.mark.slow


def address(name: str) -> str:
    parts = conninfo_to_dict(os.environ["DATABASE_URL"])
    return make_conninfo(**{**parts, "dbname": name})


def url(name: str) -> str:
    parts = conninfo_to_dict(os.environ["DATABASE_URL"])
    return f"postgresql://{parts['user']}:{parts.get('password', '')}@{parts['host']}:{parts['port']}/{name}"


@pytest.fixture
def scratch() -> Iterator[str]:
    """The name of an empty database, dropped at the end."""
    name = f"scratch_{os.getpid()}"
    with psycopg.connect(address("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
        yield name
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def run(scratch: str, tmp_path: Path) -> "Runner":
    return Runner({**os.environ, "DATABASE_URL": url(scratch), "CHENGBAN_HOME": str(tmp_path / "home")})


class Runner:
    """`chengban …` as an operator starts it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment

    def __call__(self, *words: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "chengban.cli", *map(str, words)]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=120)

    def well(self, *words: object) -> str:
        done = self(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout


def held(name: str) -> dict[str, list[tuple[object, ...]]]:
    questions = {
        "firms": "SELECT uscc, name, batch FROM register_legal_persons ORDER BY uscc",
        "batches": "SELECT id, digest, rows_new FROM facts_batch ORDER BY id",
        "ledger": "SELECT id, actor, act, subject, payload::text FROM ledger_entry ORDER BY id",
        "kept out": "SELECT row, faults::text FROM facts_quarantinedrow ORDER BY id",
        "tables": "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
        "triggers": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
    }
    with psycopg.connect(address(name), autocommit=True) as connection:
        return {what: connection.execute(question).fetchall() for what, question in questions.items()}


def test_what_was_backed_up_is_restored_and_nothing_else_stays(run: Runner, scratch: str, tmp_path: Path) -> None:
    rows = town.ROWS["legal_persons"]
    run.well("migrate")
    run.well("ingest", "legal_persons", town._file(tmp_path / "firms.csv", rows), "--on", "2025-12-01")
    before, file = held(scratch), tmp_path / "city.backup"
    assert len(before["firms"]) == 3 and len(before["kept out"]) == 1
    run.well("backup", file)
    assert not file.with_name("city.backup.part").exists()

    run.well("ingest", "legal_persons", town._file(tmp_path / "more.csv", [{**rows[0], "name": "改名了"}]), "--on", "2025-12-02")
    with psycopg.connect(address(scratch), autocommit=True) as connection:
        connection.execute("CREATE TABLE register_made_since (entry bigint REFERENCES ledger_entry)")
    assert held(scratch) != before
    run.well("restore", "--yes", file)
    assert held(scratch) == before

    with psycopg.connect(address(scratch), autocommit=True) as connection, pytest.raises(psycopg.Error, match="append-only"):
        connection.execute("DELETE FROM ledger_entry")
    said = json.loads(run.well("ingest", "legal_persons", tmp_path / "firms.csv", "--on", "2025-12-03", "--json"))
    assert said["already_loaded"] is True, "and the work goes on from there"

    run.well("backup", tmp_path / "again.backup")
    before = held(scratch)
    run.well("restore", "--yes", tmp_path / "again.backup")
    assert held(scratch) == before, "what was restored can be backed up and restored"

    broken = tmp_path / "broken.backup"
    broken.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    refused = run("restore", "--yes", broken)
    assert refused.returncode == 1 and "pg_restore" in refused.stderr and "Traceback" not in refused.stderr
    assert held(scratch) == before, "a broken backup changes nothing"


@pytest.mark.parametrize("what", ["a text", "no folder"])
def test_what_cannot_be_done_is_said_without_the_password(run: Runner, tmp_path: Path, what: str) -> None:
    (tmp_path / "text").write_text("not a backup")
    command = ("restore", "--yes", tmp_path / "text") if what == "a text" else ("backup", tmp_path / "none" / "file")
    done = run(*command)
    assert done.returncode != 0 and "没有完成" in done.stderr and "Traceback" not in done.stderr
    password = str(conninfo_to_dict(os.environ["DATABASE_URL"]).get("password", "no password"))
    assert password not in done.stderr + done.stdout
    assert not (tmp_path / "none").exists()
