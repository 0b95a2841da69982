"""Opening what someone brings: CSV (UTF-8, GB18030, with or without a BOM), XLSX and Parquet, in pieces that fit in memory.

A file that cannot be read as a whole raises `UnreadableFile` before anything is loaded.
"""

import codecs
import hashlib
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from chengban.facts.errors import UnreadableFile

PIECE_BYTES = 8 << 20
PIECE_ROWS = 65_536
LARGEST_SHEET_BYTES = 400 << 20
"""How large an XLSX may unpack: a million rows of thirty columns; what is larger comes as CSV or Parquet."""
_STEP = 1 << 20


@dataclass(frozen=True, slots=True)
class Broken:
    """A line whose cells do not fit the header."""

    row: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows: a column a header name, the number each has in the file (the header is row 1), and the lines that broke."""

    rows: pa.Table
    numbers: npt.NDArray[np.int64]
    broken: list[Broken]
    done: int
    """Bytes (rows, for Parquet and XLSX) read so far, for the progress bar."""


@dataclass
class Opened:
    """An opened file: its header, its pieces, and the total that `Piece.done` counts up to."""

    columns: list[str]
    total: int
    pieces: Callable[[], Iterator[Piece]] = field(repr=False)


def digest(path: Path) -> str:
    """SHA-256 of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_file(path: Path) -> Opened:
    """Open `path` by what it is, not by what it is called. Raises `UnreadableFile`."""
    if not path.is_file():
        raise UnreadableFile(f"没有文件 {path.name}。")
    with path.open("rb") as file:
        head = file.read(4)
    if not head:
        raise UnreadableFile(f"{path.name} 是空文件，没有可载入的内容。")
    if head == b"PAR1":
        return _parquet(path)
    if head == b"PK\x03\x04":
        return _workbook(path)
    if head == b"\xd0\xcf\x11\xe0":
        raise UnreadableFile(f"{path.name} 是旧版 Excel(.xls)。请另存为 .xlsx 或 CSV 后再载入。")
    return _csv(path)


def _parquet(path: Path) -> Opened:
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFile(f"{path.name} 不是完整的 Parquet 文件，可能没有传完。什么也没有载入。") from error

    def pieces() -> Iterator[Piece]:
        done = 0
        try:
            for batch in file.iter_batches(PIECE_ROWS):
                numbers = np.arange(done + 2, done + 2 + len(batch), dtype=np.int64)
                done += len(batch)
                yield Piece(pa.Table.from_batches([batch]), numbers, [], done)
        except (pa.ArrowException, OSError) as error:
            raise UnreadableFile(f"{path.name} 在第 {done + 2} 行附近读不下去，文件可能损坏。什么也没有载入。") from error

    return Opened(file.schema_arrow.names, file.metadata.num_rows, pieces)


def _workbook(path: Path) -> Opened:
    _refuse_bomb(path)
    try:
        workbook = CalamineWorkbook.from_path(path)
        rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=True)
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError, IndexError) as error:
        raise UnreadableFile(f"{path.name} 不是完整的 Excel 工作簿，可能没有传完。什么也没有载入。") from error
    if not rows:
        raise UnreadableFile(f"{path.name} 的第一张表是空的。")
    columns = [str(cell).strip() for cell in rows[0]]

    def pieces() -> Iterator[Piece]:
        for start in range(1, len(rows), PIECE_ROWS):
            some = rows[start : start + PIECE_ROWS]
            arrays = [pa.array([_cell(row[i]) for row in some], pa.string()) for i in range(len(columns))]
            numbers = np.arange(start + 1, start + 1 + len(some), dtype=np.int64)
            yield Piece(pa.table(arrays, names=columns), numbers, [], start + len(some))

    return Opened(columns, len(rows), pieces)


def _cell(value: Any) -> str | None:
    """A cell as the text a person sees: whole numbers without a point, dates as YYYY-MM-DD."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if hasattr(value, "isoformat"):
        return str(value.isoformat())[:10]
    return str(value)


def _refuse_bomb(path: Path) -> None:
    """Unpack to nowhere, counting, so that neither the sizes it declares nor those it hides are trusted."""
    try:
        with zipfile.ZipFile(path) as archive:
            left = LARGEST_SHEET_BYTES
            for entry in archive.infolist():
                with archive.open(entry) as stream:
                    while left > 0 and (step := len(stream.read(_STEP))):
                        left -= step
                if left <= 0:
                    raise UnreadableFile(f"{path.name} 解压后超过 {LARGEST_SHEET_BYTES >> 20} MB,已拒绝。请改用 CSV 或 Parquet。")
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise UnreadableFile(f"{path.name} 不是完整的 Excel 工作簿，可能没有传完。什么也没有载入。") from error


def _csv(path: Path) -> Opened:
    encoding = _encoding(path)
    broken: list[Broken] = []

    def keep(row: Any) -> str:
        reason = f"应有 {row.expected_columns} 列，实有 {row.actual_columns} 列"
        broken.append(Broken(row.number, row.text[:2000], reason))
        return "skip"

    columns = _header(path, encoding)
    options: dict[str, Any] = {
        "read_options": pacsv.ReadOptions(use_threads=False, block_size=PIECE_BYTES, encoding=encoding),
        "parse_options": pacsv.ParseOptions(newlines_in_values=True, invalid_row_handler=keep),
        "convert_options": pacsv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=True, null_values=[""]
        ),
    }

    def pieces() -> Iterator[Piece]:
        ordinal, done = 1, 0
        try:
            with path.open("rb") as file, pacsv.open_csv(_after_bom(file), **options) as reader:
                for batch in reader:
                    faults, broken[:] = list(broken), []
                    numbers = _numbers(ordinal, len(batch), faults)
                    ordinal += len(batch) + len(faults)
                    done = min(file.tell(), size)
                    yield Piece(pa.Table.from_batches([batch]), numbers, faults, done)
                if broken:
                    empty = pa.table({name: pa.array([], pa.string()) for name in columns})
                    yield Piece(empty, np.zeros(0, np.int64), list(broken), size)
        except pa.ArrowInvalid as error:
            raise UnreadableFile(f"{path.name} 在第 {ordinal + 1} 行之后读不下去({error})。什么也没有载入。") from error

    size = path.stat().st_size
    return Opened(columns, size, pieces)


def _after_bom(file: Any) -> Any:
    if file.read(3) != codecs.BOM_UTF8:
        file.seek(0)
    return file


def _numbers(ordinal: int, length: int, faults: list[Broken]) -> npt.NDArray[np.int64]:
    """The row numbers of `length` good rows after row `ordinal`, stepping over the broken ones among them."""
    bad = {fault.row for fault in faults}
    numbers = np.arange(ordinal + 1, ordinal + 1 + length + len(bad), dtype=np.int64)
    return numbers[~np.isin(numbers, list(bad))][:length] if bad else numbers


def _header(path: Path, encoding: str) -> list[str]:
    try:
        with path.open("rb") as file:
            reader = pacsv.open_csv(
                _after_bom(file),
                read_options=pacsv.ReadOptions(use_threads=False, block_size=_STEP, encoding=encoding),
                parse_options=pacsv.ParseOptions(newlines_in_values=True, invalid_row_handler=lambda row: "skip"),
            )
            return list(reader.schema.names)
    except (pa.ArrowException, UnicodeError) as error:
        raise UnreadableFile(f"{path.name} 的表头读不出来：这不像一个 CSV 文件。什么也没有载入。") from error


def _encoding(path: Path) -> str:
    """utf-8 or gb18030, whichever the whole file is. A quotation mark left open is found on the way."""
    for name in ("utf-8", "gb18030"):
        if _is_text(path, name):
            return name
    raise UnreadableFile(f"{path.name} 不是 UTF-8 或 GB18030 编码的文本，或者没有传完。什么也没有载入。")


def _is_text(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    quotes = 0
    with path.open("rb") as file:
        while step := file.read(_STEP):
            quotes += step.count(b'"')
            if b"\x00" in step or not _decodes(decoder, step, final=False):
                return False
    if not _decodes(decoder, b"", final=True):
        return False
    if quotes % 2:
        raise UnreadableFile(f"{path.name} 有一个引号没有闭合，文件可能没有传完。什么也没有载入。")
    return True


def _decodes(decoder: codecs.IncrementalDecoder, step: bytes, *, final: bool) -> bool:
    try:
        decoder.decode(step, final)
    except UnicodeDecodeError:
        return False
    return True
