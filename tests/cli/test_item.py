"""`chengban item …`: the JSON that docs/commands.md promises, and sentences for what is wrong."""

from pathlib import Path

import pytest

from chengban.items.models import Census, ItemVersion
from tests import town
from tests.cli.conftest import Shell
from tests.cli.test_commands import DAY, promised, refused, same_keys
from tests.packs.small import write as write_pack

pytestmark = pytest.mark.django_db
SAMPLE = Path(__file__).resolve().parents[1] / "items" / "sample.csv"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_HOME", str(tmp_path))
    monkeypatch.delenv("CHENGBAN_TODAY", raising=False)


def test_item_import(shell: Shell) -> None:
    told = shell("item", "import", SAMPLE, "--json", *DAY).json
    same_keys("item import", told)
    assert (told["rows"], told["read"], told["rows_kept_out"], told["new"]) == (5, 3, 2, 3)
    assert [list(one) for one in told["kept_out"]] == [["row", "field", "value", "reason"]] * 2
    assert told["filled"]["法定办结时限"] == 3 and told["ignored_columns"] == ["备注"]
    assert set(ItemVersion.objects.values_list("code", flat=True)) == {"YL-001", "YL-003", "11320400014110315K3322014325004"}
    assert shell("item", "import", SAMPLE, "--json", *DAY).json["already_taken"] is True


def test_item_import_check_only_keeps_nothing(shell: Shell) -> None:
    told = shell("item", "import", SAMPLE, "--check-only", "--json").json
    same_keys("item import", told)
    assert told["read"] == 3 and told["batch"] is None and not ItemVersion.objects.exists()


def test_item_import_in_words(shell: Shell) -> None:
    said = shell("item", "import", SAMPLE, *DAY).out
    assert "读到 5 行，读成 3 个事项，未读 2 行。" in said and "第 6 行 事项类型 送钱" in said and "没有认出的列：备注" in said
    assert "这份文件就是现行清单" in shell("item", "import", SAMPLE, *DAY).out


def test_item_import_refuses_what_is_no_list(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "别的.csv"
    path.write_text("甲,乙\n1,2\n", encoding="utf-8")
    refused(shell("item", "import", path), "找不到表头", "甲、乙", code=1)
    refused(shell("item", "import", tmp_path / "没有.csv"), "没有.csv")


def test_item_list(shell: Shell) -> None:
    assert "还没有事项" in shell("item", "list").err
    shell("item", "import", SAMPLE, *DAY)
    listed = shell("item", "list", "--json").json
    same_keys("item list", listed)
    assert [one["code"] for one in listed] == ["11320400014110315K3322014325004", "YL-001", "YL-003"]
    assert shell("item", "list", "--json", "--on", "1999-01-01").json == []
    assert "YL-003 v1  样例奖励 · 样例局" in shell("item", "list", *DAY).out


def test_pack_check_checks_the_items_too(shell: Shell, tmp_path: Path) -> None:
    text = "id: S01\nname: 某\nlead: 某\nsubject: 某\nconfidence: K\nitems:\n"
    item = "  - { id: S01.a, name: 某, department: 某, scene: S01, charged: true }\n"
    write_pack(tmp_path / "pack", {"scenes/S01.yaml": text + item})
    said = shell("pack", "check", tmp_path / "pack")
    assert said.code == 1 and "scenes/S01.yaml:7" in said.out and "收费列明项目" in said.out


def test_item_search(shell: Shell) -> None:
    found = shell("item", "search", "开饭店要办什么", "--limit", "3", "--json").json
    same_keys("item search", found)
    assert found[0]["id"] == "S04" and len(found) == 3
    assert shell("item", "search", "刻公章").out.startswith("S01.b")
    nothing = shell("item", "search", "量子纠缠飞船")
    assert (nothing.code, nothing.out) == (0, "") and "换一个说法" in nothing.err


@pytest.fixture
def city(tmp_path: Path) -> None:
    town.build(tmp_path)


def answers(folder: Path, given: str) -> Path:
    path = folder / "answers.json"
    path.write_text(given, encoding="utf-8")
    return path


def test_item_verdict(shell: Shell, city: None) -> None:
    told = shell("item", "verdict", "S24.a", "--subject", town.LOTUS, "--json", *DAY).json
    same_keys("item verdict", told)
    (promise,) = promised("item verdict")["materials"]
    shared = next(one for one in told["materials"] if one["mode"] == "D")
    assert list(shared) == list(promise) and list(shared["evidence"]) == list(promise["evidence"])
    asked = next(one for one in told["materials"] if one["mode"] == "U")
    assert asked["blockers"][0]["cause"] == "missing" and asked["may_be_asked"] is True
    assert (told["free"], told["asked"], told["not_asked"]) == (2, 1, 0)


def test_item_verdict_under_answers(shell: Shell, city: None, tmp_path: Path) -> None:
    file = answers(tmp_path, '{"gathering": false, "commits": null}')
    told = shell("item", "verdict", "S04.d", "--subject", town.LOTUS, "--answers", file, "--json", *DAY).json
    assert {one["needed"] for one in told["materials"]} == {False}
    assert told["materials"][0]["reason"].endswith("否") and told["materials"][0]["mode"] is None


def test_item_verdict_of_an_imported_item_in_words(shell: Shell, city: None) -> None:
    shell("item", "import", SAMPLE, *DAY)
    assert "样例奖励：不用交" in shell("item", "verdict", "YL-003", "--subject", town.LOTUS, *DAY).out
    assert "聊城市税务局" in shell("item", "verdict", "S24.a", "--subject", town.LOTUS, *DAY).out


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("[1]", "应是"),
        ("{", "不是 JSON"),
        ('{"gatherin": true}', "是不是 gathering"),
        ('{"gathering": "大概"}', "可以是 ?、yes、no"),
    ],
)
def test_item_verdict_refuses_answers_that_are_none(shell: Shell, city: None, tmp_path: Path, given: str, said: str) -> None:
    refused(shell("item", "verdict", "S04.d", "--subject", town.LOTUS, "--answers", answers(tmp_path, given)), said)


def test_item_verdict_of_nothing_and_of_nobody(shell: Shell, city: None) -> None:
    refused(shell("item", "verdict", "S99.z", "--subject", town.LOTUS), "没有编号为 S99.z 的事项", code=1)
    refused(shell("item", "verdict", "S24.a", "--subject", "甲"), "请核对", code=1)


def test_item_census(shell: Shell, city: None) -> None:
    told = shell("item", "census", "--json", *DAY).json
    same_keys("item census", told)
    promise = promised("item census")
    for part in ("headings", "fixes", "items"):
        assert list(told[part][0]) == list(promise[part][0]), part
    assert list(told["items"][0]["materials"][0]["ways"][0]) == ["mode", "rate", "fixes"]
    said = shell("item", "census", *DAY).out
    assert "3 户企业、1 人" in said and "个事项  " in said and Census.objects.count() == 2
