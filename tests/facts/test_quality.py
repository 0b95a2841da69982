"""Quality: what is measured, and tickets that open, follow and close by themselves."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chengban.facts import store
from chengban.facts.ingest import load_file
from chengban.facts.models import Batch, Measure, QuarantinedRow, Ticket
from chengban.facts.quality import SAMPLE, Inspection, board, inspect_all
from chengban.ledger.models import Entry
from chengban.packs import Pack
from chengban.packs.model import ConsistencyRule, FactFile, Register
from tests.facts.conftest import FIRMS, ON, STEWARD
from tests.facts.test_ingest import GOOD, HEADER, OTHER, ROW, write

pytestmark = pytest.mark.django_db


def load(pack: Pack, folder: Path, text: str, on: date = ON) -> None:
    name = f"file_{len(list(folder.iterdir()))}.csv"
    load_file(pack, FIRMS, write(folder, HEADER + text, name), by=STEWARD, on=on)


def inspect(pack: Pack, on: date = ON) -> Inspection:
    return next(found for found in inspect_all(pack, by=STEWARD, on=on) if found.register.id == "firms")


def tickets() -> dict[str, Ticket]:
    return {ticket.rule: ticket for ticket in Ticket.objects.filter(closed_at=None)}


def test_an_empty_register_has_nothing_to_measure(pack: Pack) -> None:
    found = inspect(pack)
    assert (found.rows, found.completeness, found.validity, found.consistency, found.loaded_on, found.fresh) == (0, *[None] * 5)
    assert found.faults == [] and tickets() == {}


def test_completeness_is_the_share_of_cells_that_are_filled(pack: Pack, tmp_path: Path) -> None:
    load(pack, tmp_path, ROW + f"{OTHER},古柳机械,,,,,,\n")
    assert inspect(pack).completeness == Decimal("0.625")


def test_validity_counts_rows_kept_out_and_rows_that_break_a_rule(pack: Pack, tmp_path: Path) -> None:
    load(pack, tmp_path, ROW + ROW.replace(GOOD, OTHER).replace("1234567.89", "0") + ROW.replace("341L", "341M") + "x,,,\n")
    found = inspect(pack)
    assert (found.rows, found.validity) == (2, Decimal("0.25"))
    assert {fault.rule: (fault.rows, fault.sample) for fault in found.faults} == {
        "has_sales": (1, [OTHER]),
        "quarantine": (2, found.faults[1].sample),
    }
    assert [sample[:5] for sample in found.faults[1].sample] == ["第 4 行", "第 5 行"]


@pytest.mark.parametrize(("days", "fresh"), [(0, True), (30, True), (31, False)])
def test_freshness_holds_until_the_last_day_of_the_promise(pack: Pack, tmp_path: Path, days: int, fresh: bool) -> None:
    load(pack, tmp_path, ROW)
    found = inspect(pack, ON + timedelta(days=days))
    assert (found.loaded_on, found.fresh) == (ON, fresh)
    assert ("stale" in tickets()) is not fresh


def test_a_ticket_opens_follows_its_fault_and_closes_when_it_is_mended(pack: Pack, tmp_path: Path) -> None:
    broken, mended = ROW.replace("1234567.89", "0"), ROW
    load(pack, tmp_path, broken + broken.replace(GOOD, OTHER))
    inspect(pack)
    opened = tickets()["has_sales"]
    assert (opened.rows, opened.department, opened.message) == (2, "market_regulation", "没有销售额")
    assert (opened.opened_on, sorted(opened.sample)) == (ON, sorted([GOOD, OTHER]))
    load(pack, tmp_path, mended + broken.replace(GOOD, OTHER))
    inspect(pack, ON + timedelta(days=1))
    followed = tickets()["has_sales"]
    assert (followed.pk, followed.rows, followed.sample, followed.opened_on) == (opened.pk, 1, [OTHER], ON)
    load(pack, tmp_path, mended.replace(GOOD, OTHER))
    inspect(pack, ON + timedelta(days=2))
    closed = Ticket.objects.get(rule="has_sales")
    assert tickets() == {} and (closed.pk, closed.closed_on) == (opened.pk, ON + timedelta(days=2))
    load(pack, tmp_path, broken)
    inspect(pack, ON + timedelta(days=3))
    assert tickets()["has_sales"].pk != opened.pk and Ticket.objects.filter(rule="has_sales").count() == 2


def test_the_quarantine_s_ticket_closes_when_the_rows_come_back_mended(pack: Pack, tmp_path: Path) -> None:
    load(pack, tmp_path, ROW + ROW.replace(GOOD, "bad"))
    inspect(pack)
    number = QuarantinedRow.objects.get().pk
    assert tickets()["quarantine"].rows == 1
    text = HEADER.replace("\n", ",_隔离编号\n") + ROW.replace(GOOD, OTHER).replace("\n", f",{number}\n")
    load_file(pack, FIRMS, write(tmp_path, text, "mended.csv"), by=STEWARD, on=ON)
    assert inspect(pack).validity == 1
    assert tickets() == {}


def test_inspecting_twice_a_day_keeps_one_measure_and_one_ticket(pack: Pack, tmp_path: Path) -> None:
    load(pack, tmp_path, ROW.replace("1234567.89", "0"))
    inspect(pack)
    inspect(pack)
    assert (Measure.objects.count(), Ticket.objects.count()) == (1, 1)
    inspect(pack, ON + timedelta(days=1))
    assert (Measure.objects.count(), Ticket.objects.count()) == (2, 1)
    assert Entry.objects.filter(act="facts.inspect", actor=str(STEWARD)).count() == 3


def test_a_ticket_shows_no_more_than_a_sample(pack: Pack) -> None:
    store.raw().execute(
        "INSERT INTO register_firms (uscc, name, sales, batch) SELECT 'U' || n, 'x', 0, 1 FROM generate_series(1, 50) n"
    )
    inspect(pack)
    assert (tickets()["has_sales"].rows, len(tickets()["has_sales"].sample)) == (50, SAMPLE)


INSURANCE = Register.model_validate(
    {
        **FIRMS.model_dump(by_alias=True), "id": "insurance", "name": "参保", "department": "human_resources", "rules": [],
        "fields": [field for field in FIRMS.model_dump(by_alias=True)["fields"] if field["id"] in ("uscc", "insured")],
    }
)  # fmt: skip


@pytest.fixture
def two_registers(pack: Pack) -> Pack:
    """Headcounts in one register, the insured in another, and a rule that the second's department answers for."""
    store.make_tables([INSURANCE])
    words = FactFile.model_validate(
        {
            "topic": "参保", "topic_en": "Insurance",
            "facts": [{"id": "insured", "name": "参保数", "name_en": "Insured", "type": "number",
                       "enterprise": {"register": "insurance", "field": "insured"}}],
        }
    )  # fmt: skip
    rule = ConsistencyRule(
        id="insured_within_staff", name="参保与人数", about="enterprise", rule="参保数 <= 职工总数", message="参保多于人数",
        department="human_resources",
    )  # fmt: skip
    city = pack.city.model_copy(update={"consistency": (rule,)})
    facts = {**pack.facts, "insured": words.facts[0]}
    return replace(pack, city=city, registers={**pack.registers, "insurance": INSURANCE}, facts=facts, vocabulary=None)


def insure(uscc: str, number: int | None) -> None:
    store.raw().execute("INSERT INTO register_insurance (uscc, insured, batch) VALUES (%s, %s, 1)", [uscc, number])


def test_registers_that_disagree_are_told_to_the_department_that_answers(two_registers: Pack, tmp_path: Path) -> None:
    third = "91371502MA3C00003T"
    load(two_registers, tmp_path, ROW + ROW.replace(GOOD, OTHER))
    store.raw().execute("INSERT INTO register_firms (uscc, name, staff, batch) VALUES (%s, '没有参保', 5, 1)", [third])
    insure(GOOD, 53)
    insure(OTHER, 52)
    found = {one.register.id: one for one in inspect_all(two_registers, by=STEWARD, on=ON)}
    assert found["insurance"].consistency == Decimal("0.5")
    assert found["firms"].consistency is None
    ticket = tickets()["insured_within_staff"]
    assert (ticket.register, ticket.department, ticket.rows, ticket.sample) == ("insurance", "human_resources", 1, [GOOD])
    store.raw().execute("UPDATE register_insurance SET insured = 52 WHERE uscc = %s", [GOOD])
    found = {one.register.id: one for one in inspect_all(two_registers, by=STEWARD, on=ON)}
    assert found["insurance"].consistency == 1 and "insured_within_staff" not in tickets()


def test_what_one_register_does_not_know_is_no_disagreement(two_registers: Pack, tmp_path: Path) -> None:
    load(two_registers, tmp_path, ROW)
    insure(GOOD, None)
    found = {one.register.id: one for one in inspect_all(two_registers, by=STEWARD, on=ON)}
    assert found["insurance"].consistency is None and tickets().keys() == set()


def test_an_inspection_that_fails_leaves_nothing_behind(pack: Pack, tmp_path: Path) -> None:
    load(pack, tmp_path, ROW.replace("1234567.89", "0"))
    gone = replace(pack, registers={**pack.registers, "gone": INSURANCE.model_copy(update={"id": "gone"})})
    with pytest.raises(Exception, match="register_gone"):
        inspect_all(gone, by=STEWARD, on=ON)
    assert (Measure.objects.count(), Ticket.objects.count(), Entry.objects.filter(act="facts.inspect").count()) == (0, 0, 0)


def test_the_board_shows_the_latest_measure_and_the_open_tickets_at_a_fixed_number_of_queries(pack: Pack, tmp_path: Path) -> None:
    load(pack, tmp_path, ROW.replace("1234567.89", "0") + "x,,,\n")
    inspect(pack)
    inspect(pack, ON + timedelta(days=40))
    (row,) = board(pack)
    assert row.measure is not None and (row.measure.on, row.measure.fresh) == (ON + timedelta(days=40), False)
    assert {ticket.rule for ticket in row.tickets} == {"has_sales", "quarantine", "stale"}
    assert (row.brought, row.kept_out) == (2, 1)
    registers = {name: FIRMS.model_copy(update={"id": name}) for name in ("firms", "second", "third")}
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert len(board(replace(pack, registers=registers))) == 3
    assert len(asked) == 4


def test_the_same_file_brought_again_keeps_a_register_fresh(pack: Pack, tmp_path: Path) -> None:
    path = tmp_path / "firms.csv"
    path.write_text(HEADER + ROW, encoding="utf-8")
    late = ON + timedelta(days=FIRMS.refresh_days + 5)
    load_file(pack, FIRMS, path, by=STEWARD, on=ON)
    assert load_file(pack, FIRMS, path, by=STEWARD, on=late).again
    assert Batch.objects.count() == 1
    inspect_all(pack, by=STEWARD, on=late)
    assert Measure.objects.get().fresh
