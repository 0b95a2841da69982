"""Every register of the pack: filled, and as declared."""

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from chengban.demo.city import CityError, make_city
from chengban.demo.city.registers import FILLERS
from chengban.facts.columns import arrow_schema
from chengban.facts.ingest.rowrules import RowRules
from chengban.facts.ingest.validate import Checker
from chengban.packs import Pack
from tests.demo.city.conftest import ON, Made

REGISTERS = sorted(FILLERS)
TO_COME = ("until", "ends_on", "due_on", "mend_by")
"""Dates that may lie ahead of the business date, by their field's id."""


def test_every_register_of_the_pack_is_filled_and_no_other(liaocheng: Pack, city: Made) -> None:
    assert set(FILLERS) == set(liaocheng.registers)
    assert {path.stem for path in city.folder.glob("*.parquet")} == set(liaocheng.registers)
    assert city.summary.rows == {name: len(city[name]) for name in liaocheng.registers}


@pytest.mark.parametrize("name", REGISTERS)
def test_a_register_has_rows_of_the_declared_types(liaocheng: Pack, city: Made, name: str) -> None:
    assert city[name].schema.equals(arrow_schema(liaocheng.registers[name]))
    assert len(city[name]) > 0


@pytest.mark.parametrize("name", REGISTERS)
def test_the_loader_would_take_every_row(liaocheng: Pack, city: Made, name: str) -> None:
    register = liaocheng.registers[name]
    checked = Checker(register, liaocheng.codes).check(city[name])
    assert checked.faults == []
    assert RowRules(register).reject(checked.rows, checked.good) == []


@pytest.mark.parametrize("name", REGISTERS)
def test_no_row_breaks_a_rule_of_its_register(liaocheng: Pack, city: Made, name: str) -> None:
    broken = {rule.id: int(mask.sum()) for rule, mask in RowRules(liaocheng.registers[name]).flagged(city[name])}
    assert not any(broken.values()), broken


@pytest.mark.parametrize("name", REGISTERS)
def test_nothing_has_happened_that_is_still_to_come(liaocheng: Pack, city: Made, name: str) -> None:
    for field in liaocheng.registers[name].fields:
        if field.type == "date" and not field.id.endswith(TO_COME):
            latest = pc.max(city[name][field.id]).as_py()
            assert latest is None or latest <= ON, f"{field.id} is on {latest}"


def test_the_same_seed_and_size_make_the_same_bytes(liaocheng: Pack, tmp_path: Path) -> None:
    first, second, other = tmp_path / "1", tmp_path / "2", tmp_path / "3"
    for folder, seed in ((first, 8), (second, 8), (other, 9)):
        make_city(folder, enterprises=300, seed=seed, pack=liaocheng, on=ON)
    files = sorted(path.name for path in first.iterdir())
    assert [(first / name).read_bytes() for name in files] == [(second / name).read_bytes() for name in files]
    assert (first / "population.parquet").read_bytes() != (other / "population.parquet").read_bytes()


def test_a_city_too_small_for_its_cast_is_refused(liaocheng: Pack, tmp_path: Path) -> None:
    with pytest.raises(CityError, match="at least 300"):
        make_city(tmp_path, enterprises=299, seed=1, pack=liaocheng, on=ON)


@pytest.mark.parametrize("day", [date(2025, 11, 30), date(2025, 12, 12)])
def test_a_day_that_its_books_are_not_laid_out_for_is_refused(liaocheng: Pack, tmp_path: Path, day: date) -> None:
    with pytest.raises(CityError, match="laid out for 2025-12-01 to 2025-12-11"):
        make_city(tmp_path, enterprises=300, seed=1, pack=liaocheng, on=day)


def test_faults_are_as_many_as_recorded_and_the_loader_or_the_rules_see_them(liaocheng: Pack, tmp_path: Path) -> None:
    whole, spoilt = (
        Made(tmp_path / str(share), make_city(tmp_path / str(share), enterprises=600, seed=4, pack=liaocheng, on=ON, defects=share))
        for share in (0, 0.01)
    )
    assert len(spoilt.summary.defects) >= 6
    assert whole.summary.defects == {}
    for name, register in liaocheng.registers.items():
        changed = differing(whole[name], spoilt[name])
        assert changed.sum() == sum(spoilt.summary.defects.get(name, {}).values()), name
        if name not in SEEN_BESIDE_OTHERS:
            bad = ~Checker(register, liaocheng.codes).check(spoilt[name]).good
            for _rule, mask in RowRules(register).flagged(spoilt[name]):
                bad |= mask
            assert bad.tolist() == changed.tolist(), name


SEEN_BESIDE_OTHERS = ("annual_reports", "social_insurance_employer")
"""Headcounts that are wrong only beside another register's."""


def differing(whole: pa.Table, spoilt: pa.Table) -> np.ndarray:
    """Which rows are not the same in both."""
    return np.array([mine != other for mine, other in zip(whole.to_pylist(), spoilt.to_pylist(), strict=True)])


def test_late_registers_are_told(city: Made) -> None:
    late = {name for name, day in city.summary.as_of.items() if day < ON}
    assert late == {"food_permits", "housing_fund", "geography"}


def test_progress_is_told_from_first_to_last(liaocheng: Pack, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    make_city(tmp_path, enterprises=300, seed=1, pack=liaocheng, on=ON, progress=lambda *step: told.append(step))
    assert [done for _step, done, _steps in told] == [*range(len(liaocheng.registers) + 1), len(liaocheng.registers) + 1]
    assert {steps for _step, _done, steps in told} == {len(liaocheng.registers) + 1}
