"""The census counts by sets what verdicts say one by one; what it promises of a thing to mend comes true when it is mended."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from chengban.certificates.domain import suspend
from chengban.facts.ingest.load import load_file
from chengban.items import held as holding
from chengban.items.bits import Universe, count
from chengban.items.case import applicant_of, case_of
from chengban.items.census import count_all, latest, take_census
from chengban.items.checks import tell_check
from chengban.items.disputes import open_dispute
from chengban.items.guiding import Outcome
from chengban.items.verdicts import judge, verdict_of
from chengban.ledger import Actor
from chengban.ledger.models import Entry
from chengban.packs import Pack
from tests import town
from tests.certificates import issued
from tests.items.test_importing import row, take

pytestmark = pytest.mark.django_db
BY = Actor.system("tests")
FIRMS = (town.LOTUS, town.WILLOW, town.EASTGATE)


@given(st.sets(st.integers(0, 40)), st.sets(st.integers(0, 40)), st.integers(0, 41))
@settings(deadline=None)
def test_packed_bits_are_sets(one: set[int], other: set[int], size: int) -> None:
    everybody = [f"{number:03}" for number in range(size)]
    universe = Universe(pa.array(everybody, pa.string()))
    first, second = ({f"{number:03}" for number in some} for some in (one, other))
    a, b = universe.of(first), universe.of(second)
    inside = set(everybody)
    assert count(a) == len(first & inside) and count(universe.everybody()) == size and count(universe.nobody()) == 0
    assert count(a & ~b) == len((first - second) & inside) and count(np.bitwise_or(a, b)) == len((first | second) & inside)


@pytest.fixture
def lively(pack: Pack) -> Pack:
    """Certificates that hold and one that does not, an open dispute and a check that failed."""
    issued.licence(pack)
    suspend(issued.licence(pack, town.WILLOW), by=BY, on=town.ON, reason="核查")
    issued.card(pack)
    verdict = verdict_of(pack, "S24.a", town.LOTUS, {}, on=town.ON, by=BY, under=town.UPKEEP)
    open_dispute(pack, verdict, "register:tax_registration", on=town.ON, by=BY, reason="不对")
    tell_check(
        pack, "S03.b", "营业执照正副本", town.LOTUS, "administrative_approval", found=False, on=town.ON, by=BY, reason="不通。"
    )  # fmt: skip
    return pack


def shares(pack: Pack, on: date) -> Iterator[tuple[str, str, float]]:
    """Of each material of the pack, the share of applicants who need not bring it, verdict by verdict."""
    result, _sizes = count_all(pack, on)
    for one in result["items"]:
        subjects = FIRMS if one["kind"] == "enterprise" else (town.CITIZEN,)
        verdicts = [by_row(pack, one["code"], subject, on) for subject in subjects]
        for place, material in enumerate(one["materials"]):
            free = sum(verdict.materials[place].free for verdict in verdicts)
            yield f"{one['code']} {material['name']}", f"{material['rate']:.6f}", round(free / len(subjects), 6)


def by_row(pack: Pack, code: str, subject: str, on: date) -> Any:
    """A verdict in which every earlier item is done, as the census has it."""
    case = case_of(pack, code, pack.items[code], applicant_of(subject), {}, on=on)
    case = replace(case, earlier={name: Outcome(True) for name in case.earlier})
    return judge(pack, case, holding.read(pack, case, by=BY, under=town.UPKEEP))


@pytest.mark.parametrize("days", [0, 2, 400])
def test_the_census_says_what_verdicts_say(lively: Pack, days: int) -> None:
    compared = list(shares(lively, town.ON + timedelta(days=days)))
    assert len(compared) > 200
    assert [name for name, by_column, one_by_one in compared if float(by_column) != one_by_one] == []


def item(result: dict[str, Any], code: str) -> dict[str, Any]:
    return next(one for one in result["items"] if one["code"] == code)


def fix(result: dict[str, Any], thing: str) -> dict[str, Any]:
    return next(one for one in result["fixes"] if one["thing"] == thing)


def test_what_mending_promises_comes_true(pack: Pack, tmp_path: Path) -> None:
    for subject in (town.LOTUS, town.WILLOW):
        issued.licence(pack, subject)
    late = town.ON + timedelta(days=2)
    before, _ = count_all(pack, late)
    promised = fix(before, "register:tax_registration")
    assert (promised["cause"], promised["department"]) == ("stale", "国家税务总局聊城市税务局")
    assert (promised["frees"], promised["gained"]) == (1, round(2 / 3, 4)) and item(before, "S24.a")["free"] == 0
    load_file(pack, pack.registers["tax_registration"], tmp_path / "tax_registration.csv", by=BY, on=late)
    after, _ = count_all(pack, late)
    assert item(after, "S24.a")["free"] == pytest.approx(2 / 3, abs=1e-6)


def test_what_frees_most_comes_first_and_every_sentence_names_its_department(lively: Pack) -> None:
    result, sizes = count_all(lively, town.ON)
    gains = [one["gained"] for one in result["fixes"]]
    assert gains == sorted(gains, reverse=True) and gains[0] > 0
    assert all(one["department"] in one["sentence"] and one["sentence"].endswith("。") for one in result["fixes"])
    assert sizes == {"enterprise": 3, "person": 1}
    assert all(0 <= one["free"] <= one["rate"] <= 1 for one in result["items"])


def test_a_field_that_is_not_known_is_told_by_its_name(pack: Pack) -> None:
    result, _ = count_all(pack, town.ON)
    told = fix(result, "register:population.marital_status")
    assert told["cause"] == "incomplete" and told["sentence"] == "聊城市公安局的《人口库》里还不知道婚姻状况的有 1 人。"


def test_what_nobody_lacks_is_nothing_to_mend(pack: Pack) -> None:
    for subject in FIRMS:
        issued.licence(pack, subject)
    things = [one["thing"] for one in count_all(pack, town.ON)[0]["fixes"]]
    assert "certificate:business_licence" not in things and "certificate:identity_card" in things


def test_a_register_that_is_away_is_told_and_the_census_goes_on(pack: Pack) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE register_tax_registration RENAME TO away")
    result, _ = count_all(pack, town.ON)
    assert fix(result, "register:tax_registration")["cause"] == "down" and len(result["items"]) > 100


def test_imported_items_are_counted_beside_the_packs(pack: Pack, tmp_path: Path) -> None:
    take(tmp_path, [row("YL-7", 申请材料=[{"材料名称": "移植方案"}]), row("YL-8")], list_name="county")
    result, _ = count_all(pack, town.ON)
    brought = item(result, "YL-7")
    assert (brought["heading"], brought["rate"], brought["free"]) == ("county", 0, 0)
    assert fix(result, "item:YL-7:移植方案")["frees"] == 1 and "county" in [one["name"] for one in result["headings"]]
    assert not any(one["code"] == "YL-8" for one in result["items"])


def test_a_census_is_kept_with_its_entry_and_asks_no_more_often_for_more_people(pack: Pack, tmp_path: Path) -> None:
    assert latest() is None
    with CaptureQueriesContext(connection) as first:
        made = take_census(pack, by=BY, on=town.ON)
    assert latest() == made and (made.enterprises, made.people) == (3, 1)
    assert Entry.objects.get(act="items.take_census").payload["rate"] == str(made.result["rate"])
    issued.card(pack)
    issued.licence(pack)
    for _ in range(2):
        issued.permit(pack)
    with CaptureQueriesContext(connection) as second:
        take_census(pack, by=BY, on=town.ON)
    assert len(first) == len(second)
