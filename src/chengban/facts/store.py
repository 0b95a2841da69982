"""Registers at rest: one PostgreSQL table a register, made from its declaration.

A row is never overwritten. `batch` says in which loading we learned it, `ended` in which loading we learned that it holds no
more; so the register as it was known after any batch can be read again.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.csv as pacsv
from django.db import connection
from psycopg import sql

from chengban.facts.columns import COLUMNS, arrow_schema
from chengban.facts.reading.errors import NotGrounded
from chengban.facts.reading.guarding import WEB_ROLE, guards
from chengban.packs.model import Register

_BOOKKEEPING = (("batch", "bigint NOT NULL"), ("ended", "bigint"))


def table_name(register: Register) -> str:
    return f"register_{register.id}"


def table(register: Register) -> sql.Identifier:
    return sql.Identifier(table_name(register))


def names(fields: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, fields))


def raw() -> psycopg.Connection[Any]:
    """The psycopg connection under Django's, inside the same transaction."""
    connection.ensure_connection()
    return connection.connection


def make_tables(registers: Iterable[Register]) -> None:
    """Create the tables that are missing, and add the columns that a newer declaration added. Nothing is dropped."""
    held = _held_columns()
    for register in registers:
        _make_table(register, held.get(table_name(register), set()))


def _held_columns() -> dict[str, set[str]]:
    """The columns that registers' tables have now."""
    found: dict[str, set[str]] = {}
    query = (
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND table_name LIKE 'register\\_%'"
    )
    for name, column in raw().execute(query).fetchall():
        found.setdefault(name, set()).add(column)
    return found


def _make_table(register: Register, held: set[str]) -> None:
    columns = [(field.id, COLUMNS[field.type].sql) for field in register.fields] + list(_BOOKKEEPING)
    missing = [(name, kind) for name, kind in columns if name not in held]
    if not held:
        raw().execute(sql.SQL("CREATE TABLE {} ()").format(table(register)))
    for name, kind in missing:
        raw().execute(sql.SQL("ALTER TABLE {} ADD COLUMN {} {}").format(table(register), sql.Identifier(name), sql.SQL(kind)))
    make_indexes(register)
    for statement in guards(register, table(register)):
        raw().execute(statement)


def make_indexes(register: Register) -> None:
    """One current row a key; rows found by their subject, by the batch that brought them and by the one that ended them."""
    for name, definition in _indexes(register):
        raw().execute(sql.SQL("CREATE {} ").format(definition.format(sql.Identifier(name), table(register))))


def drop_indexes(register: Register) -> None:
    for name, _ in _indexes(register):
        raw().execute(sql.SQL("DROP INDEX IF EXISTS {}").format(sql.Identifier(name)))


def _indexes(register: Register) -> list[tuple[str, sql.SQL]]:
    stem = table_name(register)[:50]
    key = ", ".join(f'"{name}"' for name in register.key)
    made = [(f"{stem}_key", sql.SQL(f"UNIQUE INDEX IF NOT EXISTS {{}} ON {{}} ({key}) WHERE ended IS NULL"))]
    made.append((f"{stem}_in", sql.SQL("INDEX IF NOT EXISTS {} ON {} (batch)")))
    made.append((f"{stem}_end", sql.SQL("INDEX IF NOT EXISTS {} ON {} (ended) WHERE ended IS NOT NULL")))
    if register.subject and register.subject == register.key[0]:
        made.append((f"{stem}_was", sql.SQL(f'INDEX IF NOT EXISTS {{}} ON {{}} ("{register.subject}") WHERE ended IS NOT NULL')))
    elif register.subject:
        made.append((f"{stem}_of", sql.SQL(f'INDEX IF NOT EXISTS {{}} ON {{}} ("{register.subject}")')))
    return made


def is_empty(register: Register) -> bool:
    found = raw().execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(table(register))).fetchone()
    return found is None


def count(register: Register) -> int:
    """How many rows hold now."""
    row = raw().execute(sql.SQL("SELECT count(*) FROM {} WHERE ended IS NULL").format(table(register))).fetchone()
    return int(row[0]) if row else 0


@contextmanager
def copying(target: sql.Composable, columns: Sequence[str]) -> Iterator[Any]:
    """A COPY into `target`; write Arrow tables to it with `write`."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(target, names(columns))
    with raw().cursor().copy(statement) as copy:
        yield copy


def write(copy: Any, rows: pa.Table) -> None:
    """Send the rows of an Arrow table to a COPY, in its columns' order."""
    buffer = pa.BufferOutputStream()
    pacsv.write_csv(rows, buffer, pacsv.WriteOptions(include_header=False, quoting_style="needed"))
    copy.write(memoryview(buffer.getvalue()))


def read(
    register: Register,
    fields: Sequence[str],
    known_by: int | None = None,
    *,
    in_order: bool = False,
    subjects: Sequence[str] | None = None,
) -> pa.Table:
    """The current rows' `fields` as Arrow columns of their declared types; `known_by` a batch reads them as known after it.

    `in_order` of the register's key; without it in any order. `subjects`: of these only.
    """
    _need_open(register, subjects)
    statement = sql.SQL("COPY (SELECT {} FROM {} WHERE {}{}) TO STDOUT (FORMAT csv, NULL '\\N')").format(
        names(fields), table(register), _rows(register, known_by, subjects), _by_key(register) if in_order else sql.SQL("")
    )
    buffer = BytesIO()
    with raw().cursor().copy(statement) as copy:
        for chunk in copy:
            buffer.write(chunk)
    schema = arrow_schema(register)
    types = {name: schema.field(name).type for name in fields}
    if buffer.tell() == 0:
        return pa.table({name: pa.array([], kind) for name, kind in types.items()})
    buffer.seek(0)
    return pacsv.read_csv(
        buffer,
        read_options=pacsv.ReadOptions(column_names=list(fields)),
        parse_options=pacsv.ParseOptions(newlines_in_values=True),
        convert_options=pacsv.ConvertOptions(
            column_types=types,
            null_values=["\\N"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )


def _need_open(register: Register, subjects: Sequence[str] | None) -> None:
    """For many subjects an empty answer could pass for the truth: where the database would hide rows, say so instead."""
    if register.subject is None:
        return
    hidden = "current_user = %s AND NOT facts_readable_whole(%s)"
    asked: list[Any] = [WEB_ROLE, register.id]
    if subjects is not None:
        hidden, asked = f"{hidden} AND NOT %s::text[] <@ facts_readable(%s)", [*asked, list(subjects), register.id]
    found = raw().execute(f"SELECT {hidden}".encode(), asked).fetchone()
    if found and found[0]:
        raise NotGrounded(f"没有查阅依据，不能读{register.name}。")


def rows_of(
    register: Register, subject: str, known_by: int | None = None, *, fields: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """One subject's rows as dictionaries, in the order of the register's key. `fields`: only these.

    With each row its `batch`, and `learned`: when that was loaded.
    """
    chosen = [field.id for field in register.fields] if fields is None else fields
    return rows_of_each([(register, chosen)], subject, known_by)[0]


def rows_of_each(
    wanted: Sequence[tuple[Register, Sequence[str]]], subject: str, known_by: int | None = None
) -> list[list[dict[str, Any]]]:
    """One subject's rows in each of several registers, as `rows_of` gives them, in one word with the database."""
    when = [] if known_by is None else [known_by, known_by]
    found = raw().execute(
        b";\n".join(_rows_statement(*_key(*one), known_by is None) for one in wanted), [subject, *when] * len(wanted)
    )
    made = []
    for _register, fields in wanted:
        names_ = (*fields, "batch", "learned")
        made.append([dict(zip(names_, row, strict=True)) for row in found.fetchall()])
        found.nextset()
    return made


def _key(register: Register, fields: Sequence[str]) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    assert register.subject is not None
    return table_name(register), register.subject, register.key, tuple(fields)


@lru_cache(maxsize=4096)
def _rows_statement(table: str, subject: str, key: tuple[str, ...], fields: tuple[str, ...], now: bool) -> bytes:
    """The statement as bytes, which psycopg reads once."""
    known = "ended IS NULL" if now else "batch <= %s AND (ended IS NULL OR ended > %s)"
    learned = "(SELECT at FROM facts_batch WHERE facts_batch.id = batch)"
    statement = sql.SQL(f"SELECT {{}} batch, {learned} FROM {{}} WHERE {{}} = %s AND {known} ORDER BY {{}}").format(
        sql.SQL("").join(sql.SQL("{}, ").format(sql.Identifier(name)) for name in fields),
        sql.Identifier(table), sql.Identifier(subject), names(key),
    )  # fmt: skip
    return statement.as_bytes(None)


def changed_subjects(register: Register, after: int, until: int) -> set[str]:
    """The subjects of whom batches above `after` and up to `until` brought a row or ended one."""
    assert register.subject is not None
    statement = sql.SQL(
        "SELECT {0} FROM {1} WHERE batch > {2} AND batch <= {3} UNION SELECT {0} FROM {1} WHERE ended > {2} AND ended <= {3}"
    ).format(sql.Identifier(register.subject), table(register), sql.Literal(after), sql.Literal(until))
    return {subject for (subject,) in raw().execute(statement).fetchall() if subject is not None}


def _rows(register: Register, known_by: int | None, subjects: Sequence[str] | None) -> sql.Composable:
    """The condition on the rows. With subjects it is written so that the indexes of current and of ended rows both serve."""
    if subjects is None:
        return _as_known(known_by)
    theirs = sql.SQL("{} = ANY({})").format(sql.Identifier(register.subject or ""), sql.Literal(list(subjects)))
    if known_by is None:
        return sql.SQL("ended IS NULL AND {}").format(theirs)
    return sql.SQL("batch <= {0} AND ((ended IS NULL AND {1}) OR (ended > {0} AND {1}))").format(sql.Literal(known_by), theirs)


def _as_known(known_by: int | None) -> sql.Composable:
    if known_by is None:
        return sql.SQL("ended IS NULL")
    return sql.SQL("batch <= {0} AND (ended IS NULL OR ended > {0})").format(sql.Literal(known_by))


def _by_key(register: Register) -> sql.Composable:
    return sql.SQL(" ORDER BY {}").format(names(register.key))
