"""The database's own guard: what the web's role sees of registers with and without a written reading."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from psycopg import sql

from chengban import ledger
from chengban.accounts.models import Account
from chengban.facts import frame, store
from chengban.facts.profile import open_file
from chengban.facts.reading.errors import NotGrounded
from chengban.facts.reading.grounds import OWN, Ground
from chengban.facts.reading.opening import begin_reading, begin_whole
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.packs import Pack
from tests import town
from tests.facts.reading.conftest import as_the_web

FIRMS, PEOPLE = "register_legal_persons", "register_population"
UNDER = Ground("delivery", "policy:P09")
BY = Actor.system("tests")


def seen(query: str, *given: Any) -> list[Any]:
    return store.raw().execute(query.encode(), given or None).fetchall()


def begin(pack: Pack, subject: str = town.LOTUS) -> None:
    begin_reading(pack, "enterprise", [subject], under=UNDER, by=BY, on=town.ON)


ESCAPES = {
    "all rows": f"SELECT * FROM {FIRMS}",
    "people": f"SELECT * FROM {PEOPLE}",
    "a count": f"SELECT uscc FROM {FIRMS} WHERE true",
    "a subquery": f"SELECT * FROM (SELECT * FROM {FIRMS}) AS all_of_them",
    "a join": f"SELECT * FROM {FIRMS} JOIN {FIRMS} AS again USING (uscc)",
    "a common table": f"WITH found AS MATERIALIZED (SELECT * FROM {FIRMS}) SELECT * FROM found",
    "a union": f"SELECT uscc FROM {FIRMS} UNION SELECT citizen_id FROM {PEOPLE}",
    "a lateral": f"SELECT t.* FROM generate_series(1, 3) AS n, LATERAL (SELECT * FROM {FIRMS}) AS t",
    "a function": f"SELECT * FROM query_to_xml('SELECT * FROM {FIRMS}', true, false, '') AS x WHERE x::text LIKE '%9137%'",
    "a made-up setting": f"SELECT * FROM (SELECT set_config('chengban.readings', '1,2,3', true)) AS s, {FIRMS}",
    "a table sample": f"SELECT * FROM {FIRMS} TABLESAMPLE SYSTEM (100)",
}


@pytest.mark.parametrize("query", ESCAPES.values(), ids=ESCAPES)
def test_without_a_reading_no_query_of_the_web_sees_a_row(city: Pack, query: str) -> None:
    with as_the_web(), transaction.atomic():
        assert seen(query) == []


def test_a_view_that_the_web_makes_sees_no_more_than_the_web(city: Pack) -> None:
    with as_the_web(), transaction.atomic():
        seen_through = f"CREATE TEMP VIEW mine AS SELECT * FROM {FIRMS}"
        store.raw().execute(seen_through)
        assert seen("SELECT * FROM mine") == []
        begin(city)
        assert [row[0] for row in seen("SELECT uscc FROM mine")] == [town.LOTUS]
        store.raw().execute("DROP VIEW mine")


def test_inside_a_reading_its_subject_is_seen_and_nobody_else_and_afterwards_nobody(city: Pack) -> None:
    with as_the_web():
        with transaction.atomic():
            begin(city)
            assert seen(f"SELECT DISTINCT uscc FROM {FIRMS}") == [(town.LOTUS,)]
            assert seen(f"SELECT * FROM {PEOPLE}") == []
        # Within a test the outer transaction lives on; the setting is what a commit would take away.
        store.raw().execute("SELECT set_config('chengban.readings', '', true)")
        assert seen(f"SELECT * FROM {FIRMS}") == []


def test_only_the_registers_that_are_named_are_seen(city: Pack) -> None:
    with as_the_web(), transaction.atomic():
        payload = {"registers": ["tax_registration"], "until": (clock.now() + timedelta(minutes=5)).isoformat()}
        ledger.append(BY, "facts.read", f"enterprise:{town.LOTUS}", payload)
        assert seen(f"SELECT * FROM {FIRMS}") == []
        assert len(seen("SELECT * FROM register_tax_registration")) == 1


def test_a_reading_that_has_ended_shows_nothing(city: Pack) -> None:
    with as_the_web(), transaction.atomic():
        payload = {"registers": ["legal_persons"], "until": clock.now().isoformat()}
        ledger.append(BY, "facts.read", f"enterprise:{town.LOTUS}", payload)
        assert seen(f"SELECT * FROM {FIRMS}") == []


def test_a_reading_that_was_undone_shows_nothing(city: Pack) -> None:
    with as_the_web(), transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            begin(city)
            raise ZeroDivisionError
        assert seen(f"SELECT * FROM {FIRMS}") == []


WRITES = {
    "a row added": f"INSERT INTO {FIRMS} (uscc, batch) VALUES ('91371502MA3C00777X', 1)",
    "a row changed": f"UPDATE {FIRMS} SET name = '别的名字'",
    "a row removed": f"DELETE FROM {FIRMS}",
    "an entry changed": "UPDATE ledger_entry SET actor = 'nobody'",
    "an entry removed": "DELETE FROM ledger_entry",
    "the guard taken off": f"ALTER TABLE {FIRMS} DISABLE ROW LEVEL SECURITY",
    "another policy": f"CREATE POLICY mine ON {FIRMS} USING (true)",
    "the note taken off": "ALTER TABLE ledger_entry DISABLE TRIGGER facts_note_reading",
    "a function replaced": "CREATE OR REPLACE FUNCTION facts_readable_whole(text) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
}


@pytest.mark.parametrize("statement", WRITES.values(), ids=WRITES)
def test_the_web_can_neither_change_a_register_nor_take_off_its_guard(city: Pack, statement: str) -> None:
    with as_the_web(), pytest.raises(psycopg.errors.InsufficientPrivilege), transaction.atomic():
        store.raw().execute(statement.encode())


def test_reading_many_without_a_ground_is_refused_and_not_answered_with_nothing(city: Pack) -> None:
    with as_the_web(), transaction.atomic():
        with pytest.raises(NotGrounded):
            frame.build(city, "enterprise", on=town.ON, wanted=["vat_type"])
        with pytest.raises(NotGrounded):
            frame.build(city, "enterprise", on=town.ON, wanted=["vat_type"], subjects=[town.LOTUS, town.WILLOW])
        registers = frame.registers_for(city, "enterprise", ["vat_type"])
        begin_whole(city, registers, under=Ground("simulation", "process:trial"), by=BY, on=town.ON)
        assert len(frame.build(city, "enterprise", on=town.ON, wanted=["vat_type"])) == 3


def test_the_directory_alone_is_open_and_holds_public_fields_alone(city: Pack) -> None:
    with as_the_web(), transaction.atomic():
        cursor = store.raw().execute("SELECT * FROM enterprise_directory")
        shown = {column.name for column in cursor.description or ()}
        assert len(cursor.fetchall()) == 3
    fields = {field.id: field.sensitivity for field in city.registers["legal_persons"].fields}
    assert {fields[name] for name in shown} == {"public"} and "legal_representative_id" not in shown


def test_the_file_is_the_same_to_the_web_as_to_a_process(city: Pack, agent: Account) -> None:
    def file() -> list[tuple[str, Any]]:
        under = Ground(OWN, f"mandate:{agent.pk}")
        found = open_file(city, "enterprise", town.LOTUS, under=under, by=agent.actor, on=town.ON)
        return [(view.fact.id, view.value) for view in found.views]

    with as_the_web():
        ours = file()
    assert ours == file() and any(value is not None for _fact, value in ours)


def test_an_entry_of_an_earlier_transaction_opens_nothing_however_it_is_named(committed: None) -> None:
    """The setting can be written by anybody; the entry that it names must be of this very transaction."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE register_guarded (uscc text, batch bigint)")
        cursor.execute("INSERT INTO register_guarded VALUES ('A', 1)")
        parts = {"table": sql.Identifier("register_guarded"), "role": sql.Identifier("chengban_web")}
        cursor.execute("ALTER TABLE register_guarded ENABLE ROW LEVEL SECURITY")
        grant = sql.SQL(
            "GRANT SELECT ON {table} TO {role};"
            "CREATE POLICY p ON {table} FOR SELECT TO {role} USING (uscc = ANY ((SELECT facts_readable('guarded'))::text[]))"
        )
        cursor.execute(grant.format(**parts).as_string(None))
    try:
        payload = {"registers": ["guarded"], "until": (clock.now() + timedelta(hours=1)).isoformat()}
        with as_the_web():
            with transaction.atomic():
                number = ledger.append(BY, "facts.read", "enterprise:A", payload)
                assert seen("SELECT uscc FROM register_guarded") == [("A",)]
            with transaction.atomic():
                assert seen("SELECT uscc FROM register_guarded") == []
                store.raw().execute("SELECT set_config('chengban.readings', %s, true)", [str(number)])
                assert seen("SELECT uscc FROM register_guarded") == []
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE register_guarded")
