"""The named firms and people: valid, constant, and what demonstrations say of them."""

from pathlib import Path

import pyarrow.compute as pc
import pytest

from chengban.demo.city import make_city
from chengban.demo.city.cast import FIRMS, LOGISTICS, PEOPLE, RESTAURANT, TECHNOLOGY
from chengban.lib.identifiers import is_citizen_id, is_uscc
from chengban.packs import Pack
from tests.demo.city.conftest import ON, Made

SUBJECTS = pc.cast([firm.uscc for firm in FIRMS] + [person.citizen_id for person in PEOPLE], "string")


def test_their_identifiers_are_valid() -> None:
    assert all(is_uscc(firm.uscc) for firm in FIRMS)
    assert all(is_citizen_id(person.citizen_id) for person in PEOPLE)


def test_they_are_the_same_in_every_city(liaocheng: Pack, city: Made, tmp_path: Path) -> None:
    other = Made(tmp_path, make_city(tmp_path, enterprises=400, seed=77, pack=liaocheng, on=ON))
    for register in liaocheng.registers.values():
        if register.subject is not None:
            ours, theirs = (
                made[register.id].filter(pc.is_in(made[register.id][register.subject], value_set=SUBJECTS))
                for made in (city, other)
            )
            assert ours.equals(theirs), register.id


def test_each_is_in_the_base_registers_once(city: Made) -> None:
    for register, field, names in (("legal_persons", "uscc", FIRMS), ("population", "citizen_id", PEOPLE)):
        rows = city[register].filter(pc.is_in(city[register][field], value_set=SUBJECTS))
        assert sorted(rows["name"].to_pylist()) == sorted(named.name for named in names)


def test_they_insure_whom_they_say_they_insure(city: Made) -> None:
    employers = city["social_insurance_person"]["employer"].to_pylist()
    assert [employers.count(firm.uscc) for firm in FIRMS] == [firm.insured[3] for firm in FIRMS]


def test_the_technology_company_lacks_two_researchers(city: Made) -> None:
    firm = FIRMS[TECHNOLOGY]
    staff, researchers = firm.staff[2], firm.rd_staff
    assert researchers < 0.1 * staff <= researchers + 2
    assert researchers + 1 < 0.1 * staff
    rows = city["rd_expenses"].filter(pc.equal(city["rd_expenses"]["uscc"], firm.uscc))
    assert rows.filter(pc.equal(rows["year"], 2024))["rd_staff"].to_pylist() == [researchers]


@pytest.mark.parametrize(
    ("firm", "register"), [(RESTAURANT, "food_permits"), (RESTAURANT, "startups"), (LOGISTICS, "hires"), (TECHNOLOGY, "tech_sme")]
)
def test_they_stand_in_the_registers_that_their_stories_need(city: Made, firm: int, register: str) -> None:
    assert FIRMS[firm].uscc in city[register]["uscc"].to_pylist()
