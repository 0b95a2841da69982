"""Taking in a city's own list (实施清单导入): what can be read becomes versions of items, the rest goes back with its reasons."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from chengban.facts.ingest.reader import digest
from chengban.items.errors import ListOutOfOrder, UnreadableList
from chengban.items.headings import ITEM
from chengban.items.models import ImportedList, ItemVersion
from chengban.items.rows import Fault, Reading, read_rows
from chengban.items.sheets import Sheet, open_list
from chengban.ledger import Actor, append
from chengban.lib import clock
from chengban.packs import Pack
from chengban.packs.items import Implementation

_PAIRED = {"code", "statutory_unit", "promised_unit"}
"""Headings that help to read others and are no field of the list."""
_LATER = "内容变了，版本号却没有上升：已有版本 {}"


@dataclass(frozen=True, slots=True)
class KeptOut:
    """One fault of a row that was kept out."""

    row: int
    field: str
    value: str
    reason: str


@dataclass
class ListReading:
    """What a file says, read and told: the items, the rows kept out, and what the list does not tell."""

    sheet: Sheet
    items: dict[str, Implementation]
    kept_out: list[KeptOut]
    noted: Counter[tuple[str, str]]
    """(field, reason) → how many rows were read although this could not be taken from them."""
    row_of: dict[str, int] = field(repr=False)
    """The row of every code that stands in the file, also of those that were kept out."""
    nameless: int
    """Rows kept out whose code cannot be read."""

    @property
    def rows(self) -> int:
        return len(self.sheet.rows) + len(self.sheet.broken)

    @property
    def rows_kept_out(self) -> int:
        return len({fault.row for fault in self.kept_out})

    @property
    def filled(self) -> dict[str, int]:
        """How many items tell each field of the list, by its Chinese name; fields that none tells are there with 0."""
        told = Counter(name for item in self.items.values() for name in item.model_dump(exclude_defaults=True))
        return {one.names[0]: told[one.field] for one in ITEM if one.field not in _PAIRED}


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import did. `again`: this very file is the newest of its list, and nothing changed."""

    batch: int
    new: int
    changed: int
    same: int
    ended: int
    again: bool = False


def read_list(pack: Pack, path: Path) -> ListReading:
    """Read a file without keeping anything. Raises `UnreadableList`, or `facts.errors.UnreadableFile`."""
    sheet = open_list(path)
    readings = list(read_rows(sheet.rows, pack.code_names))
    items = {one.code: one.item for one in readings if one.item is not None and one.code is not None}
    broken = [KeptOut(row, "整行", text[:100], reason) for row, text, reason in sheet.broken]
    faults = [_kept_out(one, fault) for one in readings for fault in one.faults]
    noted = Counter((note.field, note.reason) for one in readings if one.item is not None for note in one.notes)
    row_of = {one.code: one.number for one in reversed(readings) if one.code is not None}
    nameless = len(sheet.broken) + sum(one.code is None for one in readings)
    return ListReading(sheet, items, sorted([*broken, *faults], key=lambda one: one.row), noted, row_of, nameless)


def _kept_out(reading: Reading, fault: Fault) -> KeptOut:
    return KeptOut(reading.number, fault.field, fault.value, fault.reason)


def take_in_list(pack: Pack, path: Path, *, list_name: str = "city", by: Actor, on: date) -> tuple[ListReading, Taken]:
    """Take the file as the newest state of the list: new items, new versions, and the end of items that are gone.

    An item whose row was kept out stays as it is, and nothing ends while a row's code cannot be read. One transaction, one ledger
    entry. Raises `UnreadableList` where not one row can be read, `ListOutOfOrder` for a day before that of the newest list.
    """
    reading, mark = read_list(pack, path), digest(path)
    if not reading.items:
        raise UnreadableList(f"{path.name} 里没有一行能读成事项，清单没有变。先看 --check-only 的报告，改好再导入。")
    with transaction.atomic():
        _wait_for(list_name)
        newest = ImportedList.objects.filter(list_name=list_name).order_by("-pk").first()
        if newest is not None and newest.digest == mark:
            return reading, Taken(newest.pk, 0, 0, len(reading.items), 0, again=True)
        if newest is not None and newest.business_date > on:
            raise ListOutOfOrder(f"现行清单的业务日期是 {newest.business_date}，不能再导入 {on} 的清单。请用 --on 写明较晚的日期。")
        return _take(reading, path, mark, list_name, by, on)


def current_items(list_name: str = "city", on: date | None = None) -> QuerySet[ItemVersion]:
    """The versions that stand in a list, by code: now, or on a day."""
    versions = ItemVersion.objects.filter(list_name=list_name).order_by("code")
    if on is None:
        return versions.filter(ended_by=None)
    return versions.filter(Q(until=None) | Q(until__gt=on), since__lte=on)


def _wait_for(list_name: str) -> None:
    """One import of a list at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"items.list:{list_name}"])


def _take(reading: ListReading, path: Path, mark: str, list_name: str, by: Actor, on: date) -> tuple[ListReading, Taken]:
    current = {one.code: one for one in current_items(list_name)}
    last = dict(_last_versions(list_name))
    reading = _without_sunken(reading, current, last)
    changed = {code: item for code, item in reading.items.items() if code in current and _differs(current[code], item)}
    new = {code: item for code, item in reading.items.items() if code not in current}
    gone = [] if reading.nameless else [one.pk for code, one in current.items() if code not in reading.row_of]
    same = len(reading.items) - len(changed) - len(new)
    batch = ImportedList.objects.create(
        list_name=list_name, file_name=path.name[:255], digest=mark, business_date=on, at=clock.now(), by=str(by),
        rows_read=reading.rows, rows_new=len(new), rows_changed=len(changed), rows_same=same, rows_ended=len(gone),
        kept_out=[[one.row, one.field, one.value, one.reason] for one in reading.kept_out],
    )  # fmt: skip
    ended = [*gone, *(current[code].pk for code in changed)]
    ItemVersion.objects.filter(pk__in=ended).update(ended_by=batch, until=on)
    ItemVersion.objects.bulk_create(
        _version(code, item, item.version or last.get(code, 0) + 1, batch, on) for code, item in {**new, **changed}.items()
    )
    taken = Taken(batch.pk, len(new), len(changed), same, len(gone))
    counts = {
        "batch": batch.pk,
        "new": taken.new,
        "changed": taken.changed,
        "ended": taken.ended,
        "kept_out": reading.rows_kept_out,
    }
    append(by, "items.take_in_list", f"items:{list_name}", {"file": path.name[:255], "digest": mark, **counts})
    return reading, taken


def _last_versions(list_name: str) -> Any:
    """Each code's newest version, also of items that ended."""
    return (
        ItemVersion.objects.filter(list_name=list_name).order_by("code", "-version").distinct("code").values_list("code", "version")
    )


def _content(item: Implementation) -> dict[str, Any]:
    """What an item says, as JSON; its version number is kept beside it."""
    return item.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"version"})


def _differs(held: ItemVersion, item: Implementation) -> bool:
    return not _is_same(held, item) or (item.version or 0) > held.version


def _without_sunken(reading: ListReading, current: dict[str, ItemVersion], last: dict[str, int]) -> ListReading:
    """The reading without items that say something new under a version number that did not rise (版本递增)."""
    sunken = {
        code
        for code, item in reading.items.items()
        if item.version is not None and item.version <= last.get(code, 0) and not _is_same(current.get(code), item)
    }
    items = {code: item for code, item in reading.items.items() if code not in sunken}
    faults = [
        KeptOut(reading.row_of[code], "版本号", str(reading.items[code].version), _LATER.format(last[code])) for code in sunken
    ]
    return replace(reading, items=items, kept_out=sorted([*reading.kept_out, *faults], key=lambda one: one.row))


def _is_same(held: ItemVersion | None, item: Implementation) -> bool:
    return held is not None and held.implementation == _content(item)


def _version(code: str, item: Implementation, number: int, batch: ImportedList, on: date) -> ItemVersion:
    return ItemVersion(
        list_name=batch.list_name, code=code, version=number, name=item.name, department=item.department,
        implementation=_content(item), brought_by=batch, since=on,
    )  # fmt: skip
