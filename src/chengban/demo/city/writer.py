"""A register's parts into one Parquet file, held against the register's declaration."""

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from chengban.demo.city.cast_rows import CAST_ROWS
from chengban.demo.city.defects import spoil
from chengban.demo.city.model import City, CityError, Rows
from chengban.demo.city.registers import FILLERS
from chengban.facts.columns import arrow_schema
from chengban.packs.model import Register

_ROWS_A_GROUP = 250_000


def write_register(city: City, register: Register, folder: Path, defects: float) -> tuple[int, dict[str, int]]:
    """Write `folder`/<register>.parquet whole or not at all; how many rows it has and how many of them are spoilt, by kind.

    Raises `CityError` when the register has no filler, or the rows do not fit its declaration.
    """
    if register.id not in FILLERS:
        raise CityError(f"nothing here knows how to fill the register {register.id}")
    schema, path = arrow_schema(register), folder / f"{register.id}.parquet"
    half = path.with_suffix(".part")
    rows, spoilt = 0, dict[str, int]()
    with pq.ParquetWriter(half, schema, compression="zstd", compression_level=1) as writer:
        for number, part in enumerate(FILLERS[register.id](city)):
            table, faults = spoil(city, register.id, _table(register, schema, part), defects, number)
            spoilt = {kind: spoilt.get(kind, 0) + count for kind, count in faults.items()} or spoilt
            writer.write_table(table, row_group_size=_ROWS_A_GROUP)
            rows += len(table)
        named = pa.Table.from_pylist([_exact(schema, row) for row in CAST_ROWS.get(register.id, [])], schema)
        if len(named):
            writer.write_table(named)
    os.replace(half, path)
    return rows + len(named), spoilt


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


def _exact(schema: pa.Schema, row: dict[str, Any]) -> dict[str, Any]:
    """A row of the cast with its exact numbers, which stand there as int or text, as decimals."""
    strange = set(row) - set(schema.names)
    if strange:
        raise CityError(f"the cast has {sorted(strange)}, which the register does not declare")
    return {
        name: Decimal(value) if pa.types.is_decimal(schema.field(name).type) and value is not None else value
        for name, value in row.items()
    }
