"""A file with a list of items as rows of texts under headings: XLSX, CSV or Parquet with a header, or JSON."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chengban.facts.ingest.reader import open_file
from chengban.items.errors import UnreadableList
from chengban.items.headings import ITEM, Heading, index, plain

Row = dict[str, Any]
"""Field → cell: a text, or within JSON a list of objects."""
NEEDED = {"name": "事项名称", "department": "实施主体"}
CODED = ("code", "handling_code", "task_code", "local_code", "catalogue_code")
_HEADER_WITHIN = 10
"""Rows in which the header is looked for: sheets like to begin with a title."""
_LARGEST_JSON = 64 << 20


@dataclass
class Sheet:
    """What a file holds: which column is which field, which columns are none of ours, and the rows with their numbers."""

    columns: dict[str, str]
    ignored: list[str]
    rows: list[tuple[int, Row]] = field(repr=False)
    broken: list[tuple[int, str, str]] = field(default_factory=list)
    """Row number, text, reason."""


def open_list(path: Path) -> Sheet:
    """Read the file's rows. Raises `UnreadableList`, or `facts.errors.UnreadableFile` for a broken file."""
    return _json(path) if _is_json(path) else _table(path)


def _is_json(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"[", b"{")


def _table(path: Path) -> Sheet:
    opened = open_file(path)
    rows: list[tuple[int, list[str]]] = [(1, [str(column) for column in opened.columns])]
    broken: list[tuple[int, str, str]] = []
    for piece in opened.pieces():
        columns = [piece.rows.column(at).to_pylist() for at in range(piece.rows.num_columns)]
        cells = zip(*columns, strict=True)
        rows += [(int(number), [_text(cell) for cell in row]) for number, row in zip(piece.numbers, cells, strict=True)]
        broken += [(one.row, one.text, one.reason) for one in piece.broken]
    at = _header(path, rows)
    header = rows[at][1]
    columns_of, ignored = _matched(path, header)
    named = {name: header.index(name) for name in columns_of}
    body = [(number, {columns_of[name]: row[place] for name, place in named.items()}) for number, row in rows[at + 1 :] if any(row)]
    return Sheet(columns_of, ignored, body, broken)


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _header(path: Path, rows: list[tuple[int, list[str]]]) -> int:
    """The first row under which names, departments and codes could stand."""
    known = index(ITEM)
    for at, (_, row) in enumerate(rows[:_HEADER_WITHIN]):
        fields = {known[plain(name)].field for name in row if plain(name) in known}
        if fields >= NEEDED.keys() and not fields.isdisjoint(CODED):
            return at
    raise _no_header(path, rows[0][1])


def _no_header(path: Path, seen: list[str]) -> UnreadableList:
    needed = "、".join([*NEEDED.values(), "事项编码（或实施编码、业务办理项编码）"])
    return UnreadableList(
        f"{path.name} 里找不到表头：要有 {needed} 这几列，前 {_HEADER_WITHIN} 行里没有。第一行是：{'、'.join(seen)[:200]}。"
    )


def _matched(path: Path, header: list[str]) -> tuple[dict[str, str], list[str]]:
    """Column → field, and the columns that mean none. Two columns of one field are refused: nobody can say which counts."""
    known = index(ITEM)
    columns: dict[str, str] = {}
    for name in header:
        meant = known.get(plain(name))
        if meant is None:
            continue
        twice = next((other for other, taken in columns.items() if taken == meant.field), None)
        if twice is not None:
            raise UnreadableList(f"{path.name} 的“{twice}”和“{name}”两列是同一个要素。请只留一列再导入。")
        columns[name] = meant.field
    return columns, [name for name in header if name and name not in columns]


def _json(path: Path) -> Sheet:
    objects = _objects(path)
    sheet = Sheet({}, [], [])
    for number, given in enumerate(objects, 1):
        if isinstance(given, dict):
            sheet.rows.append((number, _row(given, index(ITEM), sheet)))
        else:
            sheet.broken.append((number, str(given)[:200], "不是一个对象"))
    fields = set(sheet.columns.values())
    if objects and not (fields >= NEEDED.keys() and not fields.isdisjoint(CODED)):
        raise _no_header(path, sheet.ignored)
    return sheet


def _objects(path: Path) -> list[Any]:
    if path.stat().st_size > _LARGEST_JSON:
        raise UnreadableList(f"{path.name} 超过 {_LARGEST_JSON >> 20} MB。请分成几个文件。")
    try:
        given = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UnreadableList(f"{path.name} 不是完整的 JSON：{str(error)[:100]}。") from error
    found = given.get("items", given.get("事项")) if isinstance(given, dict) else given
    if not isinstance(found, list):
        raise UnreadableList(f"{path.name} 应是一个事项的列表，或是带有 items 列表的对象。")
    return found


def _row(given: dict[str, Any], known: Any, sheet: Sheet) -> Row:
    row: Row = {}
    for name, value in given.items():
        meant: Heading | None = known.get(plain(name))
        if meant is None:
            sheet.ignored += [name] if name not in sheet.ignored else []
        elif meant.field not in row:
            sheet.columns[name] = meant.field
            row[meant.field] = value if isinstance(value, list) else _scalar(value)
    return row


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value).strip()


def scalars(value: Any) -> Iterator[Any]:
    """The elements of a JSON list, each as a text, or as an object for a list within."""
    for one in value:
        yield one if isinstance(one, dict) else _scalar(one)
