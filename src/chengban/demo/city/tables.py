"""A register's rows as one table, held against the register's declaration."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from chengban.demo.city import cast
from chengban.demo.city.cast_rows import CAST_ROWS
from chengban.demo.city.model import LEAST_ENTERPRISES, City, CityError, Rows, plan_city
from chengban.demo.city.registers import FILLERS
from chengban.facts.columns import arrow_schema
from chengban.packs import Pack
from chengban.packs.model import Register

_REFERENCE_SEED = 371500
_NAMED = pa.array([firm.uscc for firm in cast.FIRMS] + [person.citizen_id for person in cast.PEOPLE])


def parts_of(city: City, register: Register) -> Iterator[pa.Table]:
    """The register's rows but the cast's, part by part. Raises `CityError` when they do not fit its declaration."""
    for part in _parts(city, register):
        yield part if register.subject is None else part.filter(pc.invert(_is_named(register, part)))


def named_rows(pack: Pack, on: date) -> dict[str, pa.Table]:
    """The cast's rows of every register about a subject, the same for every city of this pack and day.

    They are taken from one small reference city, with what `cast_rows` tells beside them.
    """
    city = plan_city(pack, enterprises=LEAST_ENTERPRISES, seed=_REFERENCE_SEED, on=on)
    return {register.id: _named_of(city, register) for register in pack.registers.values() if register.subject is not None}


def _named_of(city: City, register: Register) -> pa.Table:
    schema = arrow_schema(register)
    told = pa.Table.from_pylist([_exact(register, schema, row) for row in CAST_ROWS.get(register.id, [])], schema)
    return pa.concat_tables([*(part.filter(_is_named(register, part)) for part in _parts(city, register)), told])


def _is_named(register: Register, table: pa.Table) -> pa.Array:
    return pc.is_in(table[register.subject].combine_chunks(), value_set=_NAMED)


def _parts(city: City, register: Register) -> Iterator[pa.Table]:
    if register.id not in FILLERS:
        raise CityError(f"nothing here knows how to fill the register {register.id}")
    schema = arrow_schema(register)
    for rows in FILLERS[register.id](city):
        yield _table(register, schema, rows)


def _table(register: Register, schema: pa.Schema, part: Rows) -> pa.Table:
    strange = set(part) - set(schema.names)
    missing = [field.id for field in register.fields if field.required and field.id not in part]
    if strange or missing:
        raise CityError(f"register {register.id}: it declares no {sorted(strange)}, and its required {missing} are not filled")
    count = len(next(iter(part.values())))
    columns = [_column(part.get(field.name), field, count) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def _column(column: Any, field: pa.Field, count: int) -> Any:
    if column is None:
        return pa.nulls(count, field.type)
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return whole if whole.type == field.type else whole.cast(field.type)


def _exact(register: Register, schema: pa.Schema, row: dict[str, Any]) -> dict[str, Any]:
    """A row of the cast with its exact numbers, which stand there as int or text, as decimals."""
    strange = set(row) - set(schema.names)
    if strange:
        raise CityError(f"register {register.id}: the cast has {sorted(strange)}, which it does not declare")
    return {name: Decimal(value) if pa.types.is_decimal(schema.field(name).type) else value for name, value in row.items()}
