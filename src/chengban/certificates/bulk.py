"""Many rows of a model at once, by COPY: what `bulk_create` does in a third of the time."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models
from psycopg import sql

from chengban.facts import store


def copy_in(rows: Sequence[models.Model]) -> None:
    """Number the rows and write them, inside the caller's transaction. All are of one model and new."""
    if not rows:
        return
    model = type(rows[0])
    fields = model._meta.concrete_fields
    for row, number in zip(rows, _numbers(model, len(rows)), strict=True):
        row.pk = number
    columns = [str(field.column) for field in fields]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(model._meta.db_table), store.names(columns))
    with store.raw().cursor().copy(statement) as copy:
        for row in rows:
            copy.write_row([_held(field, row) for field in fields])
    for row in rows:
        row._state.adding = False


def _held(field: Any, row: models.Model) -> Any:
    return field.get_db_prep_save(getattr(row, field.attname), connection)


def _numbers(model: type[models.Model], count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [model._meta.db_table, count]
        )
        return [number for (number,) in cursor.fetchall()]
