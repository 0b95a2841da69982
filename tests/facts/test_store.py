"""Registers at rest: tables from declarations, made again without harm, widened when a declaration gains a field."""

from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from django.db import connection, transaction

from chengban.facts import store
from chengban.facts.columns import COLUMNS, arrow_schema
from chengban.packs import Pack
from chengban.packs.model import Register
from tests.facts.conftest import FIRMS

pytestmark = pytest.mark.django_db
HELD: dict[str, Any] = {
    "uscc": "91110000600037341L", "name": '引号", 逗号,\n换行', "staff": 52, "insured": None, "sales": Decimal("1234567.89"),
    "founded": date(2015, 3, 6), "county": "", "exporter": True,
}  # fmt: skip


def insert(row: dict[str, Any], batch: int = 1) -> None:
    table = arrow_schema(FIRMS).empty_table().from_pylist([row], schema=arrow_schema(FIRMS))
    with store.copying(store.table(FIRMS), [*table.column_names, "batch"]) as copy:
        store.write(copy, table.append_column("batch", pa.array([batch])))


def widened(**field: Any) -> Register:
    given = FIRMS.model_dump(by_alias=True)
    return Register.model_validate({**given, "fields": [*given["fields"], field]})


def columns() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'register_firms'")
        return dict(cursor.fetchall())


def test_what_is_written_is_read_back_as_it_was(pack: Pack) -> None:
    insert(HELD)
    names = [field.id for field in FIRMS.fields]
    assert store.read(FIRMS, names).to_pylist() == [HELD]
    assert store.rows_of(FIRMS, HELD["uscc"]) == [{**HELD, "batch": 1, "learned": None}]


def test_nothing_and_an_empty_text_are_two_things(pack: Pack) -> None:
    insert({**HELD, "name": "", "county": None})
    assert store.read(FIRMS, ["name", "county"]).to_pylist() == [{"name": "", "county": None}]


def test_an_empty_register_is_read_with_its_types(pack: Pack) -> None:
    table = store.read(FIRMS, ["uscc", "sales", "founded"])
    assert (table.num_rows, table.schema.types) == (0, [COLUMNS[kind].arrow for kind in ("uscc", "money", "date")])
    assert store.is_empty(FIRMS) and store.count(FIRMS) == 0


def test_making_the_tables_again_changes_nothing(pack: Pack) -> None:
    insert(HELD)
    before = columns()
    store.make_tables([FIRMS])
    assert columns() == before and store.count(FIRMS) == 1


def test_a_field_that_a_newer_declaration_adds_becomes_an_empty_column(pack: Pack) -> None:
    insert(HELD)
    wider = widened(id="visited_on", name="走访日期", name_en="Visited", type="date")
    store.make_tables([wider])
    assert columns()["visited_on"] == "date"
    assert store.read(wider, ["uscc", "visited_on"]).to_pylist() == [{"uscc": HELD["uscc"], "visited_on": None}]


def test_a_field_that_a_newer_declaration_leaves_out_is_kept(pack: Pack) -> None:
    insert(HELD)
    given = FIRMS.model_dump(by_alias=True)
    narrower = Register.model_validate({**given, "fields": given["fields"][:4], "rules": []})
    store.make_tables([narrower])
    assert "sales" in columns()
    assert store.read(FIRMS, ["sales"]).to_pylist() == [{"sales": HELD["sales"]}]


def test_every_type_of_field_can_be_held(pack: Pack) -> None:
    fields = [{"id": f"a_{kind}", "name": kind, "name_en": kind, "type": kind, "codes": "region" if kind == "code" else None}
              for kind in COLUMNS]  # fmt: skip
    every = Register.model_validate(
        {**FIRMS.model_dump(by_alias=True), "id": "every", "fields": fields, "rules": [], "subject": "a_uscc", "key": ["a_uscc"]}
    )
    store.make_tables([every])
    assert store.read(every, [field["id"] for field in fields]).schema == arrow_schema(every)


def test_the_database_refuses_two_current_rows_of_one_key(pack: Pack) -> None:
    insert(HELD)
    with pytest.raises(psycopg.errors.UniqueViolation), transaction.atomic():
        insert({**HELD, "name": "另一家"}, batch=2)
    store.raw().execute("UPDATE register_firms SET ended = 2")
    insert({**HELD, "name": "另一家"}, batch=2)
    assert store.count(FIRMS) == 1


@pytest.mark.parametrize(("known_by", "names"), [(0, []), (1, ["甲"]), (2, ["乙"]), (3, []), (None, [])])
def test_the_register_as_it_was_known_after_each_batch(pack: Pack, known_by: int | None, names: list[str]) -> None:
    insert({**HELD, "name": "甲"}, batch=1)
    store.raw().execute("UPDATE register_firms SET ended = 2")
    insert({**HELD, "name": "乙"}, batch=2)
    store.raw().execute("UPDATE register_firms SET ended = 3 WHERE batch = 2")
    assert store.read(FIRMS, ["name"], known_by).column("name").to_pylist() == names
    assert [row["name"] for row in store.rows_of(FIRMS, HELD["uscc"], known_by)] == names
