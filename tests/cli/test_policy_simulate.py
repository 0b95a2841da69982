"""`policy simulate`: its JSON as docs/commands.md promises it, its list, its table, and a sentence for each mistake."""

import csv
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from chengban import packs
from chengban.ledger.models import Entry
from tests import town
from tests.cli.conftest import Shell
from tests.cli.test_commands import promised, refused, same_keys

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::chengban.rules.columnar.rows.RowByRowWarning")]
DAY = ("--on", town.ON.isoformat())


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of the test's own, so that no demo's date is taken up."""
    monkeypatch.setenv("CHENGBAN_HOME", str(tmp_path))
    monkeypatch.delenv("CHENGBAN_TODAY", raising=False)


@pytest.fixture
def city(db: None, tmp_path: Path) -> None:
    with transaction.atomic():
        town.build(tmp_path, packs.current())


def same_shape(told: dict[str, Any]) -> None:
    shape = promised("policy simulate")
    same_keys("policy simulate", told)
    assert list(told["seconds"]) == list(shape["seconds"])
    assert {tuple(one) for one in told["parameters"]} <= {tuple(shape["parameters"][0])}
    for outcome in (told["in_force"], told["simulated"] or told["in_force"]):
        assert list(outcome) == list(shape["in_force"]) and list(outcome["breakdown"]) == list(shape["in_force"]["breakdown"])
        for name in ("near_clauses", "missing"):
            assert {tuple(one) for one in outcome[name]} <= {tuple(shape["in_force"][name][0])}
        groups = [group for some in outcome["breakdown"].values() for group in some]
        assert {tuple(one) for one in groups} <= {tuple(shape["in_force"]["breakdown"]["county"][0])}


def test_the_json_of_a_policy_as_it_is(shell: Shell, city: None) -> None:
    told = shell("policy", "simulate", "P09", "--json", *DAY).json
    same_shape(told)
    assert (told["subjects"], told["simulated"], told["changes"], told["budget"]) == (3, None, None, None)
    assert (told["in_force"]["eligible"], told["in_force"]["near"], told["in_force"]["unknown"]) == (1, 1, 0)
    assert told["in_force"]["near_clauses"][0]["clause"] == "insured"


def test_the_cost_stands_beside_the_budget(shell: Shell, city: None) -> None:
    shell("deliver", "budget", "P09", "--period", "2025", "--total", "100")
    assert shell("policy", "simulate", "P09", *DAY, "--json").json["budget"] == {"period": "2025", "total": 100, "left": 100}
    assert "不够，差" in shell("policy", "simulate", "P09", *DAY).out
    shell("deliver", "budget", "P09", "--period", "2025", "--total", "10000000")
    assert "够用" in shell("policy", "simulate", "P09", *DAY).out


def test_the_json_of_what_is_not_known(shell: Shell, city: None) -> None:
    matched, pack = shell("match", "run", "--json", *DAY).json["policies"], packs.current()
    name = next(name for name, row in matched.items() if row["unknown"] and pack.policies[name].subject == "enterprise")
    told = shell("policy", "simulate", name, "--json", *DAY).json
    same_shape(told)
    assert told["in_force"]["unknown"] == matched[name]["unknown"] and told["in_force"]["missing"]
    lack = told["in_force"]["missing"][0]
    assert f"缺这个指标 {lack['count']}:{lack['name']}({lack['fact']})" in shell("policy", "simulate", name, *DAY).out
    for one in told["in_force"]["missing"]:
        source = pack.facts[one["fact"]].enterprise
        assert source is not None and pack.registers[source.register_].department == one["department"]
        assert pack.departments[one["department"]].name == one["department_name"]


def test_the_json_and_the_list_of_a_change(shell: Shell, city: None, tmp_path: Path) -> None:
    path = tmp_path / "changed.csv"
    words = ("policy", "simulate", "P09", "--set", "中小微企业返还比例=0.5", "--set", "large = 0.1", "--csv", path, "--json", *DAY)
    told = shell(*words).json
    same_shape(told)
    assert list(told["changes"]) == list(promised("policy simulate")["changes"])
    assert told["changes"] == {"gains": 0, "loses": 0, "stays": 1, "becomes_unknown": 0, "amount": -3600}
    assert (told["in_force"]["amount"], told["simulated"]["amount"]) == (21600, 18000)
    assert [(one["in_force"], one["simulated"]) for one in told["parameters"]] == [(0.3, 0.1), (0.6, 0.5)]
    with path.open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert list(row.values()) == [town.LOTUS, "stays", "eligible", "eligible", "21600.00", "18000.00"]
    assert Entry.objects.get(act="policies.simulate").actor == "system:cli"


def test_the_table_for_people(shell: Shell, city: None) -> None:
    told = shell("policy", "simulate", "P09", "--set", "small=0.5", *DAY).out
    words = ["3 个对象", "0.6 → 0.5", "21,600.00", "-3,600.00", "仍符合 1", "只差这一条 1", "东昌府区 1", "预算", "仿真"]
    assert [word for word in words if word not in told] == []
    assert "变化" not in shell("policy", "simulate", "P09", *DAY).out


def test_what_is_written_wrongly_is_a_sentence(shell: Shell, city: None, tmp_path: Path) -> None:
    simulate = ("policy", "simulate", "P09", *DAY)
    refused(shell("policy", "simulate", "P0l", *DAY), "没有编号为 P0l 的政策")
    refused(shell(*simulate, "--set", "smal=1"), "没有叫 smal 的参数", "是不是 small")
    refused(shell(*simulate, "--set", "small=half"), "中小微企业返还比例(small)应是数字", "half")
    refused(shell(*simulate, "--set", "small"), "参数=值")
    refused(shell(*simulate, "--set", "small=1", "--set", "small=2"), "给了两个值")
    refused(shell(*simulate, "--csv", tmp_path / "none" / "list.csv"), "none")
    refused(shell(*simulate, "--csv", tmp_path), str(tmp_path))
    refused(shell("policy", "simulate", "P09", "--on", "1990-01-01"), "不在有效期内", code=1)
    assert not Entry.objects.filter(act="policies.simulate").exists()
