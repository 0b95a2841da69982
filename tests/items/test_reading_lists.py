"""Reading a city's own list: headings, cells, rows, three kinds of files, and whatever else somebody may bring."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengban import packs
from chengban.facts.errors import FactsError
from chengban.items import cells
from chengban.items.cells import Illegible
from chengban.items.errors import ItemsError, UnreadableList
from chengban.items.headings import ITEM, MATERIAL, NESTED, index, plain
from chengban.items.importing import ListReading, read_list
from chengban.packs.items import Implementation, Material
from tests.items.test_codes import BODY, TASK

PACK = packs.current()
NAMES = PACK.code_names
REAL = Path(__file__).parents[3] / "shared" / "domain" / "items_guangan_sichuan_real.csv"
HEADER = ["事项名称", "实施主体", "事项编码"]
ROW = ["食品经营许可", "行政审批局", TASK]


def as_csv(folder: Path, *rows: list[str]) -> Path:
    path, text = folder / "清单.csv", io.StringIO()
    csv.writer(text).writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8-sig", newline="")
    return path


def as_xlsx(folder: Path, *rows: list[Any]) -> Path:
    path, book = folder / "清单.xlsx", openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)
    return path


def as_json(folder: Path, given_: Any) -> Path:
    path = folder / "清单.json"
    path.write_text(json.dumps(given_, ensure_ascii=False), encoding="utf-8")
    return path


def one_row(folder: Path, **more: str) -> ListReading:
    return read_list(PACK, as_csv(folder, [*HEADER, *more], [*ROW, *more.values()]))


def only(reading: ListReading) -> Implementation:
    (item,) = reading.items.values()
    return item


def reasons(reading: ListReading) -> list[tuple[int, str, str]]:
    return [(one.row, one.field, one.reason) for one in reading.kept_out]


def test_a_heading_means_one_field_and_every_field_is_one_of_the_list() -> None:
    for headings, model in ((ITEM, Implementation), (MATERIAL, Material)):
        said = [plain(name) for one in headings for name in {one.field, *one.names}]
        assert sorted(set(said)) == sorted(said)
        paired = {"code", "statutory_unit", "promised_unit"}
        assert {one.field for one in headings} - paired <= set(model.model_fields)
    assert {one.field for one in ITEM} >= set(NESTED)


def test_every_field_of_the_standard_has_a_heading() -> None:
    assert set(Implementation.model_fields) - {one.field for one in ITEM} == set()


@pytest.mark.parametrize("written", ["事项名称", " 事项 名称 ", "事项名称（必填）", "task_name", "TASK_NAME", "业务办理项名称"])
def test_headings_are_known_however_they_are_written(written: str) -> None:
    assert index(ITEM)[plain(written)].field == "name"


@pytest.mark.parametrize(
    ("read", "given_", "expected"),
    [
        (cells.limit, "20个工作日", {"number": 20, "unit": "1"}),
        (cells.limit, "自受理之日起10个工作日内", {"number": 10, "unit": "1"}),
        (cells.limit, "２小时", {"number": 2, "unit": "3"}),
        (cells.limit, "3个月", {"number": 3, "unit": "4"}),
        (cells.limit, "即办", {"number": 0, "unit": "1"}),
        (cells.limit, "5日", {"number": 5, "unit": ""}),
        (cells.code("task_type"), "1", "01"),
        (cells.code("task_type"), "行政许可", "01"),
        (cells.codes("server_type"), "自然人、企业法人", ["1", "2"]),
        (cells.yes_or_no, "是", True),
        (cells.yes_or_no, "0", False),
        (cells.depth, "四级", 4),
        (cells.depth, "Ⅲ级", 3),
        (cells.whole, "1次", 1),
        (cells.texts, "一、甲；\n二、乙", ["一、甲", "二、乙"]),
        (cells.citations, "《食品安全法》第三十五条；《行政许可法》（2019修正）第十二条第三项，略",
         [{"title": "食品安全法", "article": "第三十五条"}, {"title": "行政许可法", "article": "第十二条第三项"}]),
        (cells.citation, "《消防法》", {"title": "消防法"}),
    ],
)  # fmt: skip
def test_cells_are_read_as_people_write_them(read: cells.Read, given_: str, expected: Any) -> None:
    assert read(given_, NAMES) == expected


@pytest.mark.parametrize(
    ("read", "given_"),
    [(cells.limit, "尽快"), (cells.limit, "-3日"), (cells.code("task_type"), "12"), (cells.yes_or_no, "也许"),
     (cells.depth, "五级"), (cells.whole, "两次"), (cells.citations, "按规定"), (cells.codes("server_type"), "自然人、猫")],
)  # fmt: skip
def test_what_cannot_be_read_says_why(read: cells.Read, given_: str) -> None:
    with pytest.raises(Illegible) as illegible:
        read(given_, NAMES)
    assert str(illegible.value)


every = st.text(max_size=30)


@settings(deadline=None)
@given(st.sampled_from([*ITEM, *MATERIAL]), every)
def test_any_text_in_a_cell_is_read_or_illegible(one: Any, given_: str) -> None:
    try:
        one.read(given_, NAMES)
    except Illegible as illegible:
        assert str(illegible)


def test_a_row_with_many_fields(tmp_path: Path) -> None:
    item = only(
        one_row(
            tmp_path, 法定时限="20", 法定时限单位="工作日", 承诺时限="5个工作日", 事项类型="公共服务", 行使层级="市级",
            是否收费="否", 服务对象="自然人;企业法人", 申请材料="申请书\n身份证",
            网办深度="四级", 到办事现场次数="0", 设定依据="《某法》第三条",
            统一社会信用代码=BODY, 受理条件="年满十八周岁；\n有住所",
        )
    )  # fmt: skip
    assert (item.task_code, item.task_type, item.level, item.charged, item.body_code) == (TASK, "20", "3", False, BODY)
    assert item.statutory and item.promised and (item.statutory.number, item.promised.number, item.promised.unit) == (20, 5, "1")
    assert [one.name for one in item.materials] == ["申请书", "身份证"] and item.conditions == ("年满十八周岁", "有住所")
    assert (item.served, item.online_depth, item.visits, item.bases[0].article) == (("1", "2"), 4, 0, "第三条")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"法定时限": "20", "承诺时限": "30个工作日", "法定时限单位": "1"}, ("承诺办结时限", "承诺办结时限比法定办结时限还长。")),
        ({"事项类型": "99"}, ("事项类型", "不在代码集里")),
        ({"事项类型": "行政许可"}, ("事项类型", "事项类型不是基本编码的第 3、4 位。")),
        ({"承诺时限": "5"}, ("承诺办结时限", "时限没有单位")),
        ({"行使层级": "4"}, ("行使层级", "行使层级不是实施编码的第 19 位。")),
        ({"到现场次数": "12"}, ("到办事现场次数", "太大")),
        ({"咨询电话": "1" * 2001}, ("咨询方式", "太长，最多 2000 个字")),
    ],
)
def test_a_bad_row_is_kept_out_with_its_number_and_reason(tmp_path: Path, more: dict[str, str], expected: tuple[str, str]) -> None:
    reading = one_row(tmp_path, **more)
    ((row, name, reason),) = reasons(reading)
    assert (row, name) == (2, expected[0]) and reason.startswith(expected[1])
    assert reading.items == {} and reading.rows_kept_out == 1


@pytest.mark.parametrize("spoilt", ["某路\x00号", "某路\ud800号", ["某路", "\x00"]])
def test_what_the_database_cannot_hold_is_kept_out(tmp_path: Path, spoilt: Any) -> None:
    path = tmp_path / "清单.json"
    path.write_text(json.dumps([{**dict(zip(HEADER, ROW, strict=True)), "办理地点": spoilt}]), encoding="utf-8")
    assert reasons(read_list(PACK, path)) == [(1, "办理地点", "含有不能保存的字符")]


def test_a_flag_lets_the_row_in_and_is_noted(tmp_path: Path) -> None:
    reading = one_row(tmp_path, 是否收费="是", 部门编码="083372204")
    assert len(reading.items) == 1 and set(reading.noted) == {
        ("收费项目", "写明收费，却没有收费项目。"),
        ("实施主体编码", "不是统一社会信用代码，没有采用"),
    }


def test_rows_without_a_name_a_department_a_code_or_with_a_code_twice(tmp_path: Path) -> None:
    bad = [["", "某局", "A-1"], ["某事", "", "A-2"], ["某事", "某局", ""], ["某事", "某局", "A-3"], ["又一件", "某局", "A-3"]]
    reading = read_list(PACK, as_csv(tmp_path, HEADER, *bad))
    assert reasons(reading) == [
        (2, "事项名称", "没有填写"),
        (3, "实施主体", "没有填写"),
        (4, "事项编码", "没有填写"),
        (6, "事项编码", "与第 5 行的编码相同"),
    ]
    assert list(reading.items) == ["A-3"] and reading.nameless == 1


def test_a_workbook_with_a_title_above_its_header(tmp_path: Path) -> None:
    path = as_xlsx(
        tmp_path, ["某市政务服务事项清单", None, None, None], [*HEADER, "到现场次数"], [*ROW, 1], ["又一项", "某局", "L-1", "一次"]
    )
    reading = read_list(PACK, path)
    assert only(reading).visits == 1
    assert reasons(reading) == [(4, "到办事现场次数", "应是整数")]


def test_the_three_kinds_of_files_say_the_same(tmp_path: Path) -> None:
    header, row = [*HEADER, "法定时限"], [*ROW, "20个工作日"]
    found = [
        read_list(PACK, as_csv(tmp_path, header, row)).items,
        read_list(PACK, as_xlsx(tmp_path, header, row)).items,
        read_list(PACK, as_json(tmp_path, [dict(zip(header, row, strict=True))])).items,
        read_list(PACK, as_json(tmp_path, {"items": [dict(zip(header, row, strict=True))]})).items,
    ]
    assert all(one == found[0] for one in found) and len(found[0]) == 1


def test_json_holds_lists_of_materials_and_fees(tmp_path: Path) -> None:
    given_ = {
        "事项名称": "某许可", "实施主体": "某局", "事项编码": "L-9", "是否收费": True,
        "申请材料": [{"材料名称": "申请书", "必要性": "必要", "依据": "《某法》第五条", "份数": 2},
                     {"材料名称": "照片", "is_need": "2"}],
        "收费项目": [{"名称": "工本费", "收费标准": "10 元", "收费依据": "《某法》第六条"}],
        "受理条件": ["甲", "乙"],
    }  # fmt: skip
    reading = read_list(
        PACK, as_json(tmp_path, [given_, "不是对象", {**given_, "事项编码": "L-10", "申请材料": [{"必要性": "或许"}]}])
    )
    item = only(reading)
    assert [(one.name, one.need, one.copies) for one in item.materials] == [("申请书", "1", 2), ("照片", "2", None)]
    assert item.fees[0].standard == "10 元" and item.conditions == ("甲", "乙") and not reading.noted
    assert [(one.row, one.reason[:6]) for one in reading.kept_out] == [(2, "不是一个对象"), (3, "不在代码集里")]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([["名称", "说明"], ["某", "某"]], "找不到表头"),
        ([[*HEADER, "名称"], [*ROW, "又名"]], "“事项名称”和“名称”两列是同一个要素"),
    ],
)
def test_a_table_that_is_no_list_is_refused(tmp_path: Path, rows: list[list[str]], told: str) -> None:
    with pytest.raises(UnreadableList, match=told):
        read_list(PACK, as_csv(tmp_path, *rows))


@pytest.mark.parametrize(
    "text", ["[", "{}", '{"items": 3}', "[1, 2]" * 2, "[" * 100_000, '[{"事项名称": "某"}]', "[{}]", '{"a": NaN}']
)
def test_json_that_is_no_list_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "清单.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableList):
        read_list(PACK, path)


headings = st.sampled_from([name for one in ITEM for name in one.names[:2]]) | every
tables = st.lists(headings, min_size=1, max_size=6).flatmap(
    lambda header: st.lists(st.lists(every, min_size=len(header), max_size=len(header)), max_size=5).map(
        lambda rows: [header, *rows]
    )
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | every,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(headings, inner, max_size=4),
    max_leaves=12,
)
base = {"事项名称": "某", "实施主体": "某局", "事项编码": "L-1"}


def is_answered(path: Path) -> None:
    """Every row is read or kept out with a reason; or the whole file is refused with a sentence."""
    try:
        reading = read_list(PACK, path)
    except (ItemsError, FactsError) as mistake:
        assert str(mistake).endswith("。")
        return
    assert len(reading.items) + reading.rows_kept_out == reading.rows
    assert all(one.reason for one in reading.kept_out)
    for item in reading.items.values():
        assert Implementation.model_validate(item.model_dump(by_alias=True)) == item


fuzz = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@fuzz
@given(tables)
def test_any_table_is_answered(tmp_path: Path, rows: list[list[str]]) -> None:
    path = tmp_path / "清单.csv"
    text = io.StringIO()
    csv.writer(text).writerows([[*HEADER, *rows[0]], *([*ROW[:2], f"L-{n}", *row] for n, row in enumerate(rows[1:]))])
    path.write_bytes(text.getvalue().encode("utf-8", "surrogatepass"))
    is_answered(path)


@fuzz
@given(st.lists(st.dictionaries(headings, values, max_size=5).map(lambda more: {**base, **more}) | values, max_size=4) | values)
def test_any_json_is_answered(tmp_path: Path, given_: Any) -> None:
    path = tmp_path / "清单.json"
    path.write_text(json.dumps(given_), encoding="utf-8")
    is_answered(path)


@fuzz
@given(st.binary(max_size=400) | st.binary(max_size=200).map(lambda data: b"PK\x03\x04" + data))
def test_any_bytes_are_answered(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "清单"
    path.write_bytes(data)
    is_answered(path)


@pytest.mark.skipif(not REAL.is_file(), reason="../shared/domain/items_guangan_sichuan_real.csv is absent")
def test_a_real_countys_1135_items(tmp_path: Path) -> None:
    """All are read; the file tells five of the standard's fields, and 486 bodies by a number that is no social credit code."""
    reading = read_list(PACK, REAL)
    assert (reading.rows, len(reading.items), reading.kept_out, reading.sheet.ignored) == (1135, 1135, [], ["main_item"])
    told = {name: count for name, count in reading.filled.items() if count}
    assert told == {"事项名称": 1135, "地方编码": 1135, "事项类型": 1135, "实施主体": 1135, "实施主体编码": 649}
    assert sorted(reading.noted.values()) == [385, 486]
    with REAL.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.reader(lines))
    assert read_list(PACK, as_xlsx(tmp_path, ["某区事项"], *rows)).items == reading.items
    assert read_list(PACK, as_json(tmp_path, [dict(zip(rows[0], row, strict=True)) for row in rows[1:]])).items == reading.items
