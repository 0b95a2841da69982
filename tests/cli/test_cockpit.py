"""`chengban cockpit` and `chengban cockpit seed`."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import transaction

from chengban import packs
from tests import town
from tests.cli.conftest import Shell
from tests.cli.test_commands import DAY, promised, refused, same_keys
from tests.policies.paying import Story, tell

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::chengban.rules.columnar.rows.RowByRowWarning")]


@pytest.fixture(autouse=True)
def city(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_HOME", str(tmp_path))
    monkeypatch.setenv("CHENGBAN_TODAY", town.ON.isoformat())
    with transaction.atomic():
        town.build(tmp_path, packs.current())


def test_the_figures_of_a_year(shell: Shell) -> None:
    pace = (1, 1, 1, 1)
    tell([Story("P09", 0, Decimal("36000.50"), date(2025, 3, 3), pace, "paid", town.LOTUS)])
    tell([Story("P09", 0, Decimal("18000"), date(2025, 3, 3), pace, "proposed", town.WILLOW)])
    found = shell("cockpit", "--json").json
    same_keys("cockpit", found)
    example = promised("cockpit")
    for name in ("policies", "counties", "months", "industries", "stuck"):
        assert list(found[name][0]) == list(example[name][0]), name
    assert found["paid"] == {"count": 1, "subjects": 1, "amount": 36000.5} and found["days"]["median"] == 33
    assert found["counties"][0]["paid"]["count"] == 1
    assert [(one["who"], one["stage"]) for one in found["stuck"]] == [("human_resources", "confirm")]
    assert shell("cockpit", "--year", "2024", "--json").json["paid"]["count"] == 0
    assert "36,000.50 元" in shell("cockpit", "--policy", "P09").out
    refused(shell("cockpit", "--policy", "P99"), "P99")


def test_the_published_figures(shell: Shell) -> None:
    found = shell("cockpit", "seed", *DAY, "--json").json
    same_keys("cockpit seed", found)
    assert list(found[0]["parts"][0]) == list(promised("cockpit seed")[0]["parts"][0])
    assert [one["figure"] for one in found] == list(packs.current().figures)
    assert "42 亿元" in shell("cockpit", "seed", *DAY).out
