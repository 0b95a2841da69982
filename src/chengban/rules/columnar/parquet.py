"""A Parquet file as columns that are read when somebody asks for them, strings as dictionaries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq


class Columns(Protocol):
    """What the engine asks of a table; pyarrow.Table is one."""

    @property
    def schema(self) -> pa.Schema:
        """Names and types."""

    @property
    def num_rows(self) -> int:
        """How many rows."""

    def column(self, name: str) -> pa.ChunkedArray:
        """One column."""


class ParquetColumns:
    """A file, or some of its row groups (`groups`, by number). It is opened when first needed, and no column is kept.

    Raises OSError where the file is not there and pyarrow.ArrowInvalid where it is no Parquet.
    """

    def __init__(self, path: Path, groups: Sequence[int] | None = None) -> None:
        self.path = path
        self._chosen = groups
        self._opened: tuple[pq.FileMetaData, pa.Schema] | None = None

    @property
    def schema(self) -> pa.Schema:
        """Names and types as the file has them."""
        return self._open()[1]

    @property
    def num_rows(self) -> int:
        """Rows of the chosen row groups."""
        metadata = self._open()[0]
        return sum(metadata.row_group(group).num_rows for group in self._groups)

    def column(self, name: str) -> pa.ChunkedArray:
        """One column; of strings each value once, and numbers that point at it."""
        metadata, schema = self._open()
        texts = [name] if pa.types.is_string(schema.field(name).type) else []
        with pq.ParquetFile(self.path, metadata=metadata, read_dictionary=texts) as file:
            column = file.read_row_groups(list(self._groups), columns=[name], use_threads=False).column(0)
        return column.unify_dictionaries() if texts else column

    def pieces(self) -> list[ParquetColumns]:
        """Each row group by itself."""
        return [ParquetColumns(self.path, [group]) for group in self._groups]

    def _open(self) -> tuple[pq.FileMetaData, pa.Schema]:
        if self._opened is None:
            with pq.ParquetFile(self.path) as file:
                self._opened = file.metadata, file.schema_arrow
        return self._opened

    @property
    def _groups(self) -> Sequence[int]:
        return range(self._open()[0].num_row_groups) if self._chosen is None else self._chosen
