"""Files that people bring: what is good is held, what is bad is kept out with its reason, what is broken changes nothing."""

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import connection

from chengban.facts import store
from chengban.facts.errors import FactsError, NotWhole, UnreadableFile, WrongColumns
from chengban.facts.ingest import Outcome, load_file, reader
from chengban.facts.models import Batch, QuarantinedRow
from chengban.facts.quality import quarantine_rows
from chengban.ledger.models import Entry
from chengban.packs import Pack
from tests.facts.conftest import FIRMS, ON, STEWARD

pytestmark = pytest.mark.django_db

GOOD = "91110000600037341L"
OTHER = "91371502000000000P"
HEADER = "统一社会信用代码,名称,人数,参保人数,销售额,成立日期,县区,出口\n"
ROW = f"{GOOD},临湖电子,52,50,1234567.89,2015-03-06,371502,是\n"


def load(pack: Pack, path: Path, **options: Any) -> Outcome:
    return load_file(pack, FIRMS, path, by=STEWARD, on=ON, **options)


def write(folder: Path, text: str | bytes, name: str = "firms.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def held() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT uscc, name, staff, sales::text, founded::text, county, exporter FROM register_firms WHERE ended IS NULL"
        )
        return cursor.fetchall()


HELD = (GOOD, "临湖电子", 52, "1234567.89", "2015-03-06", "371502", True)


def as_xlsx(folder: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in csv.reader(io.StringIO(HEADER + ROW)):
        sheet.append(line)
    book.save(folder / "firms.xlsx")
    return folder / "firms.xlsx"


def as_parquet(folder: Path) -> Path:
    names, cells = list(csv.reader(io.StringIO(HEADER + ROW)))
    pq.write_table(pa.table({name: [cell] for name, cell in zip(names, cells, strict=True)}), folder / "firms.parquet")
    return folder / "firms.parquet"


FORMS: dict[str, Callable[[Path], Path]] = {
    "utf-8": lambda folder: write(folder, HEADER + ROW),
    "utf-8 with a BOM": lambda folder: write(folder, (HEADER + ROW).encode("utf-8-sig")),
    "gb18030": lambda folder: write(folder, (HEADER + ROW).encode("gb18030")),
    "no line end at the end": lambda folder: write(folder, (HEADER + ROW).rstrip("\n")),
    "windows line ends": lambda folder: write(folder, (HEADER + ROW).replace("\n", "\r\n")),
    "xlsx": as_xlsx,
    "parquet": as_parquet,
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_file_gives_the_same_row(pack: Pack, tmp_path: Path, form: str) -> None:
    outcome = load(pack, FORMS[form](tmp_path))
    assert (outcome.read, outcome.new, outcome.bad) == (1, 1, 0)
    assert held() == [HELD]


BAD_CELLS = {
    "invalid USCC": (ROW.replace("341L", "341M"), "uscc", "统一社会信用代码"),
    "a day that does not exist": (ROW.replace("2015-03-06", "2015-02-30"), "founded", "日历上没有这一天"),
    "unknown code": (ROW.replace("371502", "999999"), "county", "没有这个代码"),
    "not a number": (ROW.replace("52", "五十二"), "staff", "不是整数"),
    "below the minimum": (ROW.replace(",52,50,", ",-1,-2,"), "staff", "小于最小值"),
    "too many decimals": (ROW.replace("67.89", "67.891"), "sales", "小数超过 2 位"),
    "required and empty": (ROW.replace("临湖电子", ""), "name", "必填"),
    "too long": (ROW.replace("临湖电子", "临" * 21), "name", "超过 20 个字"),
    "neither yes nor no": (ROW.replace("是", "也许"), "exporter", "是 或 否"),
    "row rule": (ROW.replace(",50,", ",53,"), "staff", "参保人数多于人数"),
    "a cell too few": (ROW.replace(",是", ""), "", "应有 8 列，实有 7 列"),
    "a cell too many": (ROW.replace(",是", ",是,再"), "", "应有 8 列，实有 9 列"),
}


@pytest.mark.parametrize("name", BAD_CELLS)
def test_a_bad_row_is_kept_out_with_its_reason(pack: Pack, tmp_path: Path, name: str) -> None:
    row, field, reason = BAD_CELLS[name]
    good = ROW.replace(GOOD, OTHER)
    outcome = load(pack, write(tmp_path, HEADER + good + row))
    assert (outcome.read, outcome.new, outcome.bad) == (2, 1, 1)
    kept = QuarantinedRow.objects.get()
    assert kept.row == 3
    assert [found[0] for found in kept.faults] == [field] and reason in kept.faults[0][2]


def test_a_repeated_key_is_kept_out(pack: Pack, tmp_path: Path) -> None:
    outcome = load(pack, write(tmp_path, HEADER + ROW + ROW))
    assert (outcome.new, outcome.bad) == (1, 1)
    assert "重复" in QuarantinedRow.objects.get().faults[0][2]


def test_numbers_and_dates_as_people_type_them(pack: Pack, tmp_path: Path) -> None:
    row = f'{GOOD.lower()},临湖电子,"1,052",50,"¥1,234,567.89",2015年3月6日,东昌府区,1\n'
    load(pack, write(tmp_path, HEADER + row))
    assert held() == [(GOOD, "临湖电子", 1052, "1234567.89", "2015-03-06", "371502", True)]


def test_the_same_file_twice_is_loaded_once(pack: Pack, tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + ROW)
    first, second = load(pack, path), load(pack, path)
    assert second.again and second.batch == first.batch
    assert Batch.objects.count() == 1 and Entry.objects.filter(act="facts.load").count() == 1


def test_a_changed_row_ends_the_old_one_and_the_past_can_be_read(pack: Pack, tmp_path: Path) -> None:
    first = load(pack, write(tmp_path, HEADER + ROW + ROW.replace(GOOD, OTHER)))
    second = load(pack, write(tmp_path, HEADER + ROW.replace(",52,", ",60,") + ROW.replace(GOOD, OTHER)))
    assert (second.new, second.changed, second.same) == (0, 1, 1)
    now = {row["uscc"]: row["staff"] for row in store.read(FIRMS, ["uscc", "staff"]).to_pylist()}
    then = {row["uscc"]: row["staff"] for row in store.read(FIRMS, ["uscc", "staff"], first.batch).to_pylist()}
    assert (now[GOOD], now[OTHER], then[GOOD]) == (60, 52, 52)


def test_the_first_file_again_after_another_brings_its_values_back(pack: Pack, tmp_path: Path) -> None:
    first = write(tmp_path, HEADER + ROW)
    load(pack, first)
    load(pack, write(tmp_path, HEADER + ROW.replace(",52,", ",60,"), "second.csv"))
    assert load(pack, first).changed == 1
    assert held() == [HELD]


def test_quarantined_rows_come_out_as_a_csv_and_go_back_in_mended(pack: Pack, tmp_path: Path) -> None:
    load(pack, write(tmp_path, HEADER + ROW.replace("2015-03-06", "2015-02-30")))
    taken = list(quarantine_rows(pack, FIRMS))
    assert "日历上没有这一天" in taken[1][-1]
    mended = io.StringIO()
    csv.writer(mended).writerows([[cell.replace("2015-02-30", "2015-03-06") for cell in line] for line in taken])
    outcome = load(pack, write(tmp_path, mended.getvalue(), "mended.csv"))
    assert (outcome.new, outcome.bad) == (1, 0)
    assert held() == [HELD]
    assert list(quarantine_rows(pack, FIRMS))[1:] == []


def test_columns_are_found_by_id_by_name_and_by_mapping(pack: Pack, tmp_path: Path) -> None:
    text = HEADER.replace("统一社会信用代码", "uscc").replace("名称", "公司") + ROW
    outcome = load(pack, write(tmp_path, text), mapping={"公司": "name"})
    assert outcome.new == 1
    with pytest.raises(WrongColumns, match="公司"):
        load(pack, write(tmp_path, text, "again.csv"))


def bomb(folder: Path) -> Path:
    path = folder / "bomb.xlsx"
    archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
    with archive, archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
        for _ in range(reader.LARGEST_SHEET_BYTES // (1 << 20) + 1):
            sheet.write(b" " * (1 << 20))
    return path


def cut(path: Path, share: float = 0.6) -> Path:
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    return path


BROKEN: dict[str, Callable[[Path], Path]] = {
    "empty": lambda folder: write(folder, ""),
    "missing": lambda folder: folder / "nothing.csv",
    "a picture": lambda folder: write(folder, b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
    "old excel": lambda folder: write(folder, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
    "an open quotation mark": lambda folder: write(folder, HEADER + ROW + f'{OTHER},"临湖'),
    "cut within a character": lambda folder: write(folder, (HEADER + ROW).encode() + "临".encode()[:2]),
    "xlsx cut short": lambda folder: cut(as_xlsx(folder)),
    "parquet cut short": lambda folder: cut(as_parquet(folder)),
    "zip bomb": bomb,
    "a zip that is no workbook": lambda folder: _zip(folder),
}


def _zip(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "other.xlsx", "w") as archive:
        archive.writestr("readme.txt", "hello")
    return folder / "other.xlsx"


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_read_changes_nothing(pack: Pack, tmp_path: Path, name: str) -> None:
    load(pack, write(tmp_path, HEADER + ROW, "before.csv"))
    entries = Entry.objects.count()
    with pytest.raises(UnreadableFile) as refused:
        load(pack, BROKEN[name](tmp_path))
    assert str(refused.value).endswith(("。", ")"))
    assert held() == [HELD] and Batch.objects.count() == 1 and Entry.objects.count() == entries


def test_wrong_columns_change_nothing(pack: Pack, tmp_path: Path) -> None:
    for text in ("甲,乙\n1,2\n", HEADER.replace("名称", "统一社会信用代码") + ROW, HEADER):
        try:
            load(pack, write(tmp_path, text))
        except FactsError as refused:
            assert isinstance(refused, WrongColumns)
    assert held() == []


def test_a_column_nobody_knows_is_refused_with_the_nearest_name(pack: Pack, tmp_path: Path) -> None:
    misspelt = write(tmp_path, HEADER.replace("销售额", "销售饿") + ROW)
    with pytest.raises(WrongColumns, match="是不是 销售额"):
        load(pack, misspelt)
    assert load(pack, misspelt, mapping={"销售饿": "_"}).new == 1


def test_fields_the_file_does_not_speak_of_keep_their_values(pack: Pack, tmp_path: Path) -> None:
    load(pack, write(tmp_path, HEADER + ROW))
    some = write(tmp_path, f"统一社会信用代码,名称,人数\n{GOOD},临湖电子,60\n", "some.csv")
    assert load(pack, some).changed == 1
    assert held() == [(GOOD, "临湖电子", 60, *HELD[3:])]


def test_a_whole_file_ends_what_it_lacks_unless_it_has_faults(pack: Pack, tmp_path: Path) -> None:
    load(pack, write(tmp_path, HEADER + ROW + ROW.replace(GOOD, OTHER)))
    faulty = write(tmp_path, HEADER + ROW + ROW.replace(GOOD, OTHER).replace("2015-03-06", "2015-02-30"), "faulty.csv")
    with pytest.raises(NotWhole):
        load(pack, faulty, whole=True)
    assert len(held()) == 2
    outcome = load(pack, write(tmp_path, HEADER + ROW, "whole.csv"), whole=True)
    assert (outcome.ended, outcome.same) == (1, 1)
    assert held() == [HELD]
