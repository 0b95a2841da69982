"""A register's parts into one Parquet file, some of its rows spoilt on purpose."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from chengban.demo.city.defects import spoil
from chengban.demo.city.model import City
from chengban.demo.city.tables import parts_of
from chengban.facts.columns import arrow_schema
from chengban.packs.model import Register

_ROWS_A_GROUP = 250_000


def write_register(
    city: City, register: Register, folder: Path, *, named: pa.Table | None, defects: float
) -> tuple[int, dict[str, int]]:
    """Write `folder`/<register>.parquet whole or not at all; how many rows it has and how many of them are spoilt, by kind.

    `named`: the cast's rows. Raises `CityError` when the register has no filler, or the rows do not fit its declaration.
    """
    path = folder / f"{register.id}.parquet"
    half = path.with_suffix(".part")
    rows, spoilt = 0, dict[str, int]()
    with pq.ParquetWriter(half, arrow_schema(register), compression="zstd", compression_level=1) as writer:
        for number, part in enumerate(parts_of(city, register)):
            table, faults = spoil(city, register.id, part, defects, number)
            spoilt |= {kind: spoilt.get(kind, 0) + count for kind, count in faults.items()}
            rows += _write(writer, table)
        rows += _write(writer, named)
    os.replace(half, path)
    return rows, spoilt


def _write(writer: pq.ParquetWriter, table: pa.Table | None) -> int:
    if table is None or not len(table):
        return 0
    writer.write_table(table, row_group_size=_ROWS_A_GROUP)
    return len(table)
