"""Plans of the city's own scenes, for anybody and for those the city knows."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chengban import packs
from chengban.cases.scenes.choosing import answers_of
from chengban.cases.scenes.data import as_data
from chengban.cases.scenes.domain import plan_for
from chengban.cases.scenes.errors import CircularScene, UnreadableAnswers
from chengban.cases.scenes.ordering import sequence_of
from chengban.cases.scenes.planning import Plan, plan
from chengban.cases.scenes.timing import end_of
from chengban.facts.errors import UnknownSubject
from chengban.items.guiding import Answers
from chengban.ledger.models import Entry
from chengban.packs.items import TimeLimit
from tests import town

PACK = packs.current()


def planned(scene: str, on: date = town.ON, **given: object) -> Plan:
    return plan(PACK.scenes[scene], answers_of(PACK.scenes[scene], given), on=on)


def origins(found: Plan) -> dict[str, str]:
    return {one.field.id: one.origin for one in found.form}


@pytest.mark.parametrize("scene", PACK.scenes)
def test_every_scene_has_a_plan_in_which_nothing_is_dropped_before_anybody_answers(scene: str) -> None:
    found = as_data(planned(scene))
    assert found["batches"] and {item for batch in found["batches"] for item in batch} == {
        item["id"] for item in found["items"] if item["needed"] is not False
    }
    assert all(item["needed"] is not False for item in found["items"])
    assert [one["id"] for one in found["form"]] == [field.id for field in PACK.scenes[scene].fields]


def test_of_three_ways_to_retire_the_one_that_is_chosen_is_waited_for() -> None:
    found = planned("S14", kind="到龄", household=False, deemed=True, fund=False, only_child=False)
    assert found.order.batches == (("S14.a1",), ("S14.c", "S14.d"), ("S14.e",)) and found.settled
    assert origins(found)["retirement_kind"] == "answered" and origins(found)["deemed_years"] == "made"


def test_a_question_that_will_be_asked_is_not_asked_by_the_form_and_one_that_nobody_could_answer_is() -> None:
    assert origins(planned("S14"))["retirement_kind"] == "answered"
    assert origins(planned("S14", kind="?"))["retirement_kind"] == "asked"


def test_a_certificate_of_death_is_taken_over_from_whichever_item_makes_it() -> None:
    for kind, maker in (("正常死亡", "S15.a1"), ("非正常死亡", "S15.a2")):
        found = planned("S15", kind=kind, pension=True)
        paper = next(one for one in found.documents if one.name == "死亡证明")
        assert (paper.origin, paper.makers, origins(found)["death_certificate_no"]) == ("made", (maker,), "made")
    open_still = planned("S15")
    assert next(one for one in open_still.documents if one.name == "死亡证明").origin == "depends"
    assert origins(open_still)["death_certificate_no"] == "depends"


def test_the_promised_date_is_the_longest_chain_in_working_days() -> None:
    found = planned("S03", way="简易注销", customs=True)
    assert found.timetable.path == ("S03.b", "S03.c"), "the public notice takes longer than the tax office"
    assert found.promised == date(2025, 12, 23), "20 days of notice after 2025-12-01, then 1 + 1 working days"
    assert set(found.timetable.unconfirmed) == {item.id for item in PACK.scenes["S03"].items}
    assert [period.name for period in found.timetable.items["S03.b"].periods] == ["简易注销公示"]


def test_what_may_have_to_run_out_counts_until_somebody_answers() -> None:
    found = planned("S03", customs=True)
    assert found.promised == planned("S03", way="普通注销", customs=True).promised == date(2026, 1, 19)
    assert not found.settled and planned("S03", way="普通注销", customs=True).settled


def test_without_a_limit_there_is_no_promised_date_and_the_law_of_joint_handling_is_told() -> None:
    found = planned("S04", signboard=False, gathering=False, tobacco=False)
    assert found.promised is None and found.timetable.without_limit == ("S04.a",)
    assert found.joint_end == date(2026, 2, 3), "45 working days, New Year between"
    assert (
        PACK.scenes["S04"].joint
        and PACK.scenes["S04"].joint.citation
        and PACK.scenes["S04"].joint.citation.article == "第四十二条第二款"
    )


def test_into_a_year_without_arranged_holidays_the_date_is_provisional() -> None:
    assert planned("S03", on=date(2026, 12, 25), way="普通注销").timetable.provisional
    assert not planned("S03", way="普通注销").timetable.provisional


@pytest.mark.parametrize(
    ("unit", "number", "ends"),
    [
        ("1", 0, "2026-01-30"), ("1", 1, "2026-02-02"), ("2", 3, "2026-02-02"), ("3", 24, "2026-01-31"),
        ("3", 25, "2026-02-01"), ("4", 1, "2026-02-28"), ("4", 11, "2026-12-30"), ("5", 2, "2028-01-30"),
    ],
)  # fmt: skip
def test_a_limit_ends_by_its_unit(unit: str, number: int, ends: str) -> None:
    assert end_of(TimeLimit(number=number, unit=unit), date(2026, 1, 30)).isoformat() == ends


def test_a_circle_is_named() -> None:
    with pytest.raises(CircularScene, match="互相等待"):
        sequence_of({"a": ("b",), "b": ("a",)})


@pytest.mark.parametrize("given", [{"strange": True}, {"signboard": "perhaps"}, {"signboard": 1}, {"signboard": []}])
def test_answers_that_are_none_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(UnreadableAnswers):
        answers_of(PACK.scenes["S04"], given)


def test_answers_go_by_id_and_by_name() -> None:
    found = answers_of(PACK.scenes["S04"], {"设置户外招牌": True, "gathering": None, "tobacco": "no"})
    assert found == Answers({"signboard": True, "tobacco": False}, frozenset({"gathering"}))


@pytest.fixture
def city(db: None, tmp_path: Path) -> None:
    town.build(tmp_path)


def for_subject(scene: str, subject: str, **given: object) -> Plan:
    found = PACK.scenes[scene]
    return plan_for(PACK, found, answers_of(found, given), subject, under=town.UPKEEP, by=town.BY, on=town.ON)


def test_what_the_city_holds_of_a_firm_is_not_asked_and_says_where_it_stands(city: None) -> None:
    held = {one.field.id: one.held for one in for_subject("S03", town.LOTUS).fields("held")}
    assert set(held) == {"company_name", "uscc"}
    name = held["company_name"]
    assert name is not None and (name.value, name.register) == ("聊城清荷软件有限公司", "legal_persons")
    assert name.batch > 0 and name.learned_at is not None


def test_a_fact_is_held_where_its_register_holds_it(city: None) -> None:
    found = for_subject("S26", town.LOTUS)
    assert origins(found)["employees_total"] == "held" and origins(found)["ip_list"] == "asked"
    assert origins(for_subject("S26", town.EASTGATE))["employees_total"] == "asked"
    nothing = next(one.held for one in found.form if one.field.id == "rd_expense_total")
    assert nothing is not None and (nothing.value, nothing.batch) == (0, None), "the register is complete and has no row"


def test_what_is_held_of_a_citizen_is_not_asked_of_them_and_what_is_not_is(city: None) -> None:
    found = origins(for_subject("S12", town.CITIZEN))
    assert found["person_name"] == found["person_id"] == "held" and found["person_phone"] == "asked"


def test_the_reading_is_in_the_ledger_with_what_it_was_of(city: None) -> None:
    for_subject("S03", town.LOTUS)
    entry = Entry.objects.get(act="facts.read", subject=f"enterprise:{town.LOTUS}")
    assert entry.payload["about"] == "scene:S03" and entry.payload["fields"] == {"legal_persons": ["name", "uscc"]}


def test_where_nothing_could_be_held_no_field_is_read_but_whether_there_is_such_a_subject(city: None) -> None:
    for_subject("S09", town.LOTUS)
    assert Entry.objects.get(act="facts.read").payload["fields"] == {"legal_persons": []}


def test_somebody_the_city_does_not_know_is_told_so(city: None) -> None:
    with pytest.raises(UnknownSubject):
        for_subject("S03", "91371502MA3C00404X")
