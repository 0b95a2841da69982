"""The frame of the whole city and the file of one subject: two ways from a register's rows to a value, one answer."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengban import rules
from chengban.facts import frame, store
from chengban.facts.conditions import condition_of
from chengban.facts.frame import Need
from chengban.facts.ingest import load_file
from chengban.facts.profile import open_file
from chengban.facts.takes import NOT_KNOWN, Rows, take_column, take_one
from chengban.packs import Pack
from chengban.packs.model import FactDeclaration, Register, Source
from chengban.packs.units import convert, convert_column, convertible
from tests.facts.conftest import FIRMS, ON, STEWARD
from tests.facts.test_ingest import GOOD, HEADER, OTHER, ROW, write
from tests.town import UPKEEP

VISITS = Register.model_validate(
    {
        "id": "visits", "name": "走访", "name_en": "Visits", "kind": "theme", "chosen": "ours", "department": "science",
        "about": "enterprise", "subject": "uscc", "key": ["uscc", "number"], "complete": True, "refresh_days": 30,
        "sharing": {"type": "unconditional"}, "confidence": "K",
        "fields": [
            {"id": "uscc", "name": "统一社会信用代码", "name_en": "USCC", "type": "text", "required": True},
            {"id": "number", "name": "序号", "name_en": "Number", "type": "integer", "required": True},
            {"id": "staff", "name": "人数", "name_en": "Staff", "type": "integer", "unit": "人"},
            {"id": "paid", "name": "金额", "name_en": "Paid", "type": "money", "unit": "元"},
            {"id": "share", "name": "占比", "name_en": "Share", "type": "decimal", "unit": "%"},
            {"id": "on_day", "name": "日期", "name_en": "Day", "type": "date"},
            {"id": "kind", "name": "类别", "name_en": "Kind", "type": "text"},
            {"id": "open", "name": "是否有效", "name_en": "Open", "type": "boolean"},
        ],
    }
)  # fmt: skip
SUBJECTS = ["A", "B", "C", "D"]
ABSENT: dict[str, list[Any]] = {
    "staff": [0, 7], "paid": [0, Decimal("1.5")], "share": [0], "on_day": [], "kind": ["无", ""], "open": [False, True],
}  # fmt: skip
UNITS = {"staff": "人", "paid": "万元", "share": "比例"}
CONDITIONS = [
    None,
    "是否有效 = true",
    "人数 > 1",
    '类别 in ("甲", "乙") and 日期 <= 业务日期',
    '日期 > 业务日期 - duration("P1Y") or 是否有效',
    "not(人数 = 2)",
]


@st.composite
def sources(draw: st.DrawFn) -> Source:
    """Every way of taking, from every type of field that it can be taken from."""
    take = draw(st.sampled_from(["only", "latest", "count", "sum", "max", "min", "exists"]))
    given_: dict[str, Any] = {"register": "visits", "take": take, "where": draw(st.sampled_from(CONDITIONS))}
    absent: list[Any] = [0]
    if take not in ("count", "exists"):
        addable, fields = ["staff", "paid", "share"], ["staff", "paid", "share", "on_day", "kind", "open"]
        comparable = [*addable, "on_day"]
        given_["field"] = draw(st.sampled_from({"sum": addable, "max": comparable, "min": comparable}.get(take, fields)))
        absent = ABSENT[given_["field"]]
    if take == "latest":
        given_["order"] = draw(st.sampled_from(["on_day", "number", "staff", "kind", "paid"]))
    given_["absent"] = draw(st.sampled_from([None, *absent]))
    return Source.model_validate(given_)


def rows(most: int = 12) -> st.SearchStrategy[list[dict[str, Any]]]:
    def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.none() | values | values | values

    cents = st.decimals(-(10**9), 10**9, places=2)
    row = st.fixed_dictionaries(
        {
            "uscc": st.sampled_from([*SUBJECTS, "elsewhere"]),
            "staff": maybe(st.integers(0, 4) | st.integers(-(10**12), 10**12)),
            "paid": maybe(cents),
            "share": maybe(st.decimals(-1000, 1000, places=6)),
            "on_day": maybe(st.sampled_from([date(2025, 12, 1), date(2025, 12, 2), date(2024, 12, 1), date(1999, 1, 1)])),
            "kind": maybe(st.sampled_from(["甲", "乙", "丙", ""])),
            "open": maybe(st.booleans()),
        }
    )
    return st.lists(row, max_size=most).map(lambda made: [{**one, "number": at} for at, one in enumerate(made)])


def need_of(source: Source) -> Need:
    types = {"staff": "number", "paid": "number", "share": "number", "on_day": "date", "kind": "string", "open": "boolean"}
    counted = "boolean" if source.take == "exists" else "number"
    declared = {"id": "fact", "name": "指标", "name_en": "Fact", "type": types.get(source.field or "", counted)}
    return Need(FactDeclaration.model_validate({**declared, "unit": UNITS.get(source.field or "")}), source)


def columnar(need: Need, held: list[dict[str, Any]]) -> list[Any]:
    schema = store.arrow_schema(VISITS)
    table = pa.table({name: pa.array([row[name] for row in held], schema.field(name).type) for name in schema.names})
    owner = np.array([SUBJECTS.index(row["uscc"]) if row["uscc"] in SUBJECTS else -1 for row in held], dtype=np.int64)
    holds, unsure = frame._holds(VISITS, need.source.where, table, ON)
    return frame._column(VISITS, need, table, Rows(owner, holds, unsure, len(SUBJECTS))).to_pylist()


def one_by_one(need: Need, held: list[dict[str, Any]]) -> list[Any]:
    from chengban.facts.profile import values_of

    made = [values_of(VISITS, [need], [row for row in held if row["uscc"] == subject], ON)["fact"] for subject in SUBJECTS]
    return [None if value is NOT_KNOWN else value for value in made]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sources(), rows())
def test_the_frame_and_the_file_give_the_same_value(source: Source, held: list[dict[str, Any]]) -> None:
    need = need_of(source)
    assert columnar(need, held) == one_by_one(need, held)


UNSURE = st.sampled_from([True, False, None])


@settings(max_examples=300, deadline=None)
@given(sources(), st.lists(st.tuples(st.sampled_from([-1, 0, 1]), st.none() | st.integers(0, 5), UNSURE), max_size=10))
def test_a_row_whose_condition_is_unknown_counts_alike_in_both(
    source: Source, held: list[tuple[int, int | None, bool | None]]
) -> None:
    source = source.model_copy(update={"absent": source.absent if type(source.absent) is int else None})
    owner = np.array([row[0] for row in held], dtype=np.int64)
    holds = np.array([row[2] is True for row in held], dtype=bool)
    unsure = np.array([row[2] is None for row in held], dtype=bool)
    values = pa.array([row[1] for row in held], pa.int64())
    found = take_column(source, Rows(owner, holds, unsure, 3), None if source.field is None else values, values)
    for subject in range(3):
        mine = [row for row in held if row[0] == subject]
        as_rows = [{source.field or "": row[1], source.order or "": row[1]} for row in mine]
        one = take_one(source, as_rows, [row[2] for row in mine])
        assert found[subject].as_py() == (None if one is NOT_KNOWN else one)


def test_an_unknown_condition_makes_the_value_unknown_unless_it_is_the_same_either_way() -> None:
    exists = Source.model_validate({"register": "visits", "take": "exists", "absent": False})
    assert take_one(exists, [{}, {}], [True, None]) is True
    assert take_one(exists, [{}], [None]) is NOT_KNOWN
    assert take_one(exists, [{}], [False]) is False
    assert take_one(exists.model_copy(update={"absent": None}), [{}], [False]) is NOT_KNOWN


@given(st.decimals(-(10**19), 10**19, places=2), st.sampled_from([("元", "万元"), ("万元", "元"), ("亿元", "万元"), ("%", "比例")]))
def test_units_convert_exactly_in_a_column_and_one_at_a_time(value: Decimal, units: tuple[str, str]) -> None:
    column = convert_column(pa.array([value, None], pa.decimal128(22, 2)), *units)
    assert column.to_pylist() == [convert(value, *units), None]
    held, spoken = units
    assert convertible(held, spoken) and not convertible(spoken, "人")


@given(st.integers(-(2**62), 2**62))
def test_the_same_unit_is_left_as_it_is(value: int) -> None:
    assert convert(value, "人", "人") == value and convert(value, None, "人") == value
    assert convert_column(pa.array([value]), "人", "人").to_pylist() == [value]


@pytest.mark.django_db
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(made=st.lists(sources(), min_size=3, max_size=3), held=rows(8))
def test_through_the_database_too(pack: Pack, made: list[Source], held: list[dict[str, Any]]) -> None:
    """The whole way: rows at rest, read back as columns and as dictionaries."""
    store.make_tables([VISITS])
    firms = Register.model_validate({**FIRMS.model_dump(by_alias=True), "id": "somewhere", "key": ["name"]})
    store.make_tables([firms])
    _empty_and_fill(firms, held)
    facts = {f"fact_{at}": need_of(source).fact.model_copy(update={"id": f"fact_{at}", "name": f"指标{at}", "enterprise": source})
             for at, source in enumerate(made)}  # fmt: skip
    city = pack.city.model_copy(update={"enterprises": pack.city.enterprises.model_copy(update={"register_": "somewhere"})})
    pack = Pack(pack.folder, city, registers={"visits": VISITS, "somewhere": firms}, facts=facts, purposes=pack.purposes)
    table = frame.build(pack, "enterprise", on=ON)
    assert table.column(frame.SUBJECT).to_pylist() == SUBJECTS
    for at, subject in enumerate(SUBJECTS):
        profile = open_file(pack, "enterprise", subject, under=UPKEEP, by=STEWARD, on=ON)
        wide = {name: table.column(name)[at].as_py() for name in facts}
        assert wide == {name: profile.known.get(name) for name in facts}


def _empty_and_fill(firms: Register, held: list[dict[str, Any]]) -> None:
    raw = store.raw()
    raw.execute("DELETE FROM register_visits")
    raw.execute("DELETE FROM register_somewhere")
    for subject in SUBJECTS:
        raw.execute("INSERT INTO register_somewhere (uscc, name, batch) VALUES (%s, %s, 1)", [subject, subject])
    names = [field.id for field in VISITS.fields]
    for row in held:
        marks = ", ".join(["%s"] * (len(names) + 1))
        raw.execute(f"INSERT INTO register_visits ({', '.join(names)}, batch) VALUES ({marks})", [*(row[n] for n in names), 1])


@pytest.mark.django_db
def test_the_frame_as_it_was_known_after_a_batch(pack: Pack, tmp_path: Any) -> None:
    first = load_file(pack, FIRMS, write(tmp_path, HEADER + ROW), by=STEWARD, on=ON)
    more = HEADER + ROW.replace(",52,", ",60,") + ROW.replace(GOOD, OTHER)
    load_file(pack, FIRMS, write(tmp_path, more, "second.csv"), by=STEWARD, on=ON)
    then = frame.build(pack, "enterprise", on=ON, known_by=first.batch)
    now = frame.build(pack, "enterprise", on=ON)
    assert (then.column(frame.SUBJECT).to_pylist(), then.column("employees").to_pylist()) == ([GOOD], [52])
    assert dict(zip(now.column(frame.SUBJECT).to_pylist(), now.column("employees").to_pylist(), strict=True)) == {
        GOOD: 60,
        OTHER: 52,
    }
    assert frame.build(pack, "enterprise", on=ON, subjects=[OTHER, "nobody"]).to_pylist() == [
        row for row in now.to_pylist() if row[frame.SUBJECT] == OTHER
    ]
    past = open_file(pack, "enterprise", GOOD, by=STEWARD, on=ON, under=UPKEEP, known_by=first.batch)
    assert past.known["employees"] == 52
    assert frame.build(pack, "enterprise", on=ON, known_by=first.batch - 1).num_rows == 0


@pytest.mark.django_db
def test_the_frame_holds_base_facts_only_in_their_units(pack: Pack, tmp_path: Any) -> None:
    load_file(pack, FIRMS, write(tmp_path, HEADER + ROW), by=STEWARD, on=ON)
    table = frame.build(pack, "enterprise", on=ON)
    assert set(table.column_names) == {frame.SUBJECT, "employees", "sales_wan", "county"}
    assert table.column("sales_wan").to_pylist() == [Decimal("123.456789")]
    assert frame.build(pack, "enterprise", on=ON, wanted=["county"]).column_names == [frame.SUBJECT, "county"]


@pytest.mark.django_db
def test_a_city_without_rows_has_a_frame_without_rows(pack: Pack) -> None:
    table = frame.build(pack, "enterprise", on=ON)
    assert table.num_rows == 0 and table.column("employees").type == pa.int64()


def test_the_business_date_is_in_a_condition_and_not_the_clock() -> None:
    row = {"on_day": date(2025, 12, 1)}
    at = [
        rules.evaluate_known(condition_of(VISITS, "日期 >= 业务日期 and 日期.year = 业务年度", day), row)
        for day in (ON, date(2025, 12, 2))
    ]
    assert at == [True, False]


@pytest.mark.django_db
def test_rows_of_the_same_order_are_settled_alike_for_the_city_and_for_one(pack: Pack) -> None:
    """Two rows of one day: the one whose key is greater is the later, wherever the rows lie in the table."""
    with transaction.atomic():
        store.make_tables([VISITS])
        for number in (3, 1, 2):
            store.raw().execute(
                "INSERT INTO register_visits (uscc, number, staff, on_day, batch) VALUES ('A', %s, %s, '2025-11-01', 1)",
                [number, number * 10],
            )
    source = Source.model_validate({"register": "visits", "field": "staff", "take": "latest", "order": "on_day"})
    need = need_of(source)
    column = frame._columns(VISITS, [need], pa.array(["A"]), ON, None, None)["fact"]
    assert column.to_pylist() == [30]
    assert take_one(source, store.rows_of(VISITS, "A"), [True] * 3) == 30
