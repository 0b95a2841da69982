"""A coded table on disk (编码镜像): the codes as they lie in memory, and the books they were made by, in one file.

The file begins with a line that names it, a digest and the length of a JSON head, and the head; then the codes of every
source, each on a 64-byte boundary. It is mapped into memory and not read, so that opening costs nothing and a match reads
what it needs.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import RulesError
from ..format import format_node
from ..parser import parse
from .books import Book, CategoryBook, Cut, OutcomeBook, RankBook
from .codes import Codes
from .encoding import BLOCK, Coding
from .parquet import ParquetColumns
from .sources import Kind, Source

_NAME = b"chengban codes 1\n"
_ALIGN, _DIGEST = 64, 16


class MirrorError(RulesError):
    """A mirror that cannot be used: damaged, of another form, or older than the table it mirrors."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """What a mirror holds: the codings, for `rows` rows of the Parquet file `table` with columns of these `kinds`."""

    table: Path
    rows: int
    kinds: Mapping[str, Kind]
    codings: tuple[Coding, ...]


def save_codes(codes: Codes, path: Path) -> None:
    """Write the codes of a Parquet file as a mirror, whole or not at all.

    Raises MirrorError where the codes are of a table in memory, since nothing could be coded again from that.
    """
    if not isinstance(codes.table, ParquetColumns):
        raise MirrorError("Only the codes of a Parquet file can be kept as a mirror; use encode_file.")
    whole = [codes.encoded.codings[place] for place in codes.places.values()]
    kept = [coding for coding in whole if _is_text(coding.source, codes)]
    head = {
        "table": str(codes.table.path.resolve()),
        "stamp": _stamp(codes.table.path),
        "rows": codes.rows,
        "kinds": dict(codes.plan.kinds),
        "codings": [_describe(coding) for coding in kept],
    }
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            text = json.dumps(head, ensure_ascii=False).encode()
            file.write(_NAME + _digest(text) + len(text).to_bytes(8, "little") + text)
            for coding in kept:
                file.write(bytes(-file.tell() % _ALIGN))
                coding.padded.tofile(file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def read_mirror(path: Path) -> Mirror:
    """Map a mirror into memory; raises MirrorError, and OSError where there is no such file."""
    with path.open("rb") as file:
        head, start = _read_head(file.read(len(_NAME) + _DIGEST + 8), file)
        whole = np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), np.uint8)
    try:
        kinds: dict[str, Kind] = dict(head["kinds"])
        table, rows = Path(head["table"]), int(head["rows"])
        codings = []
        for entry in head["codings"]:
            coding, start = _read_coding(entry, kinds, rows, whole, start)
            codings.append(coding)
        stamp = head["stamp"]
    except (KeyError, TypeError, ValueError, InvalidOperation, RulesError) as error:
        raise MirrorError(f"{path} is damaged: {error!r}. Code the table again.") from error
    if table.exists() and _stamp(table) != stamp:
        raise MirrorError(f"{table} has changed since {path} was made of it. Code the table again.")
    return Mirror(table, rows, kinds, tuple(codings))


def _read_head(begin: bytes, file: Any) -> tuple[dict[str, Any], int]:
    digest, length = begin[len(_NAME) : -8], int.from_bytes(begin[-8:], "little")
    if not begin.startswith(_NAME) or length > os.fstat(file.fileno()).st_size:
        raise MirrorError(f"{file.name} is no mirror of this version. Code the table again.")
    text = file.read(length)
    if _digest(text) != digest:
        raise MirrorError(f"{file.name} is damaged. Code the table again.")
    head: dict[str, Any] = json.loads(text)
    return head, len(begin) + length


def _digest(text: bytes) -> bytes:
    return hashlib.blake2b(text, digest_size=_DIGEST).digest()


def _stamp(table: Path) -> list[int]:
    """Tells one state of a file from another."""
    state = table.stat()
    return [state.st_size, state.st_mtime_ns]


def _is_text(source: Source, codes: Codes) -> bool:
    """Whether the source reads back from its text as it is; what does not is coded again when the mirror is opened."""
    try:
        return parse(format_node(source.node), codes.plan.kinds) == source.node
    except RulesError:
        return False


def _describe(coding: Coding) -> dict[str, Any]:
    source = coding.source
    return {
        "node": format_node(source.node),
        "kind": source.kind,
        "coding": source.coding,
        "bits": coding.width,
        "book": _describe_book(coding.book),
    }


def _describe_book(book: Book) -> dict[str, Any]:
    if isinstance(book, RankBook):
        return {"cuts": [[str(cut.value), cut.above] for cut in book.cuts]}
    if isinstance(book, CategoryBook):
        codes = [[value, code] for value, code in book.codes.items()]
        return {"codes": codes, "others": book.others, "size": book.size, "listed_all": book.listed_all}
    return {}


def _read_coding(entry: dict[str, Any], kinds: Mapping[str, Kind], rows: int, whole: Any, start: int) -> tuple[Coding, int]:
    """A coding, and where the next one may begin."""
    padded = -(-rows // BLOCK) * BLOCK
    start += -start % _ALIGN
    end = start + padded * (2 if entry["bits"] == 16 else 1)
    if end > len(whole):
        raise ValueError("it ends before its codes do")
    codes = whole[start:end].view(np.uint16 if entry["bits"] == 16 else np.uint8)
    source = Source(parse(entry["node"], kinds), entry["kind"], entry["coding"])
    return Coding(source, _read_book(source, entry["book"]), codes), end


def _read_book(source: Source, book: dict[str, Any]) -> Book:
    """A book without tests: their outcomes are worked out by the policies of the day."""
    if source.coding == "rank":
        cuts = tuple(Cut(Decimal(value), bool(above)) for value, above in book["cuts"])
        return RankBook(cuts, np.empty((0, len(cuts) + 3), np.uint8))
    if source.coding == "category":
        outcomes = np.empty((0, int(book["size"])), np.uint8)
        return CategoryBook(dict(book["codes"]), int(book["others"]), outcomes, bool(book["listed_all"]))
    return OutcomeBook(np.empty((0, 4), np.uint8))
