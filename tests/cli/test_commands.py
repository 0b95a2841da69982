"""Every command: the JSON that docs/commands.md promises, and a sentence for everything that can be wrong."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from chengban import packs
from chengban.accounts.models import Account
from chengban.ledger.models import Entry
from tests import town
from tests.cli.conftest import Said, Shell
from tests.facts.conftest import ON
from tests.packs.small import FILES
from tests.packs.small import write as write_pack

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::chengban.rules.columnar.rows.RowByRowWarning")]
DOCS = Path(__file__).resolve().parents[2] / "docs" / "commands.md"
DAY = ("--on", ON.isoformat())


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own, so that no demo's date is taken up."""
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("CHENGBAN_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CHENGBAN_TODAY", raising=False)
    return tmp_path / "home"


@pytest.fixture
def city(db: None, tmp_path: Path) -> None:
    with transaction.atomic():
        town.build(tmp_path, packs.current())


@pytest.fixture
def tables(db: None) -> None:
    from chengban.facts import store

    store.make_tables(packs.current().registers.values())


def promised(command: str) -> Any:
    """The example of a command's JSON in docs/commands.md."""
    section = re.search(rf"^## {command}\n(.*?)(?=^## |\Z)", DOCS.read_text(encoding="utf-8"), re.S | re.M)
    assert section is not None, f"docs/commands.md has no heading {command}"
    example = re.search(r"^```json\n(.*?)^```", section[1], re.S | re.M)
    assert example is not None, f"docs/commands.md shows no JSON for {command}"
    return json.loads(example[1])


def first(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value


def same_keys(command: str, found: Any) -> None:
    assert list(first(found)) == list(first(promised(command))), command


def facts(folder: Path, given: Any) -> Path:
    path = folder / "facts.json"
    path.write_text(given if isinstance(given, str) else json.dumps(given, ensure_ascii=False), encoding="utf-8")
    return path


def refused(said: Said, *words: str, code: int = 2) -> None:
    """One sentence on standard error, the code, nothing on standard output, and no trace."""
    assert (said.code, said.out) == (code, ""), said
    assert "Traceback" not in said.err and all(word in said.err for word in words), said.err


def test_policy_list(shell: Shell) -> None:
    listed = shell("policy", "list", "--json", *DAY).json
    same_keys("policy list", listed)
    assert len(listed) == len(packs.current().policies) and listed[0]["version"] is not None
    early = shell("policy", "list", "--json", "--on", "1990-01-01").json
    assert {row["version"] for row in early} == {None}
    assert "P01" in shell("policy", "list").out


def test_policy_explain_for_a_yes_a_no_and_an_unknown(shell: Shell, tmp_path: Path) -> None:
    pack = packs.current()
    for example in (one for one in pack.examples["P01"] if pack.policies["P01"].in_force(one.on)):
        given = {name: float(value) if hasattr(value, "normalize") else value for name, value in example.facts.items()}
        answer = shell("policy", "explain", "P01", "--facts", facts(tmp_path, given), "--on", example.on, "--json")
        assert answer.code == 0, answer
        said = answer.json
        same_keys("policy explain", said)
        assert (said["policy"], said["verdict"]) == ("P01", example.expect), example.name
        assert [list(clause) for clause in said["clauses"]] == [["text", "reference", "verdict", "facts", "gap"]] * len(
            said["clauses"]
        )
        assert bool(said["missing"]) == (example.expect == "unknown")


def test_a_gap_says_how_far_there_is_to_go(shell: Shell, tmp_path: Path) -> None:
    said = shell("policy", "explain", "P01", "--facts", facts(tmp_path, {"研发人员占比": 0.08}), *DAY, "--json").json
    (clause,) = [clause for clause in said["clauses"] if clause["verdict"] == "ineligible"]
    example = next(clause for clause in promised("policy explain")["clauses"])
    assert list(clause["gap"]) == list(example["gap"]) and clause["gap"]["needed"] == 0.02
    english = shell("policy", "explain", "P01", "--facts", facts(tmp_path, {"研发人员占比": 0.08}), *DAY, "--language", "en").out
    assert "✗" in english and "percentage points" in english


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("{not json", ["不是 JSON"]),
        ("[1, 2]", ["应是一个对象"]),
        ('{"employes": 5}', ["没有叫 employes 的指标", "employees"]),
        ('{"职工总数": "五十"}', ["职工总数", "number"]),
        ('{"职工总数": true}', ["职工总数", "number"]),
        ('{"职工总数": [1]}', ["职工总数", "number"]),
        ('{"职工总数": NaN}', ["职工总数"]),
        ('{"职工总数": Infinity}', ["职工总数"]),
        ('{"成立日期": "2025-02-30"}', ["成立日期", "YYYY-MM-DD"]),
        ('{"成立日期": 20250101}', ["成立日期"]),
        ("\x00", ["不是 JSON"]),
    ],
)
def test_facts_that_cannot_be_used_are_refused(shell: Shell, tmp_path: Path, given: str, words: list[str]) -> None:
    refused(shell("policy", "explain", "P01", "--facts", facts(tmp_path, given), *DAY), *words)


def test_facts_in_another_encoding_are_refused(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "gb.json"
    path.write_bytes('{"职工总数": 5}'.encode("gb18030"))
    refused(shell("policy", "explain", "P01", "--facts", path, *DAY), "不是 JSON")


def test_a_policy_or_a_file_that_is_not_there(shell: Shell, tmp_path: Path) -> None:
    refused(shell("policy", "explain", "P0l", "--facts", facts(tmp_path, {})), "没有编号为 P0l 的政策", "是不是 P")
    refused(shell("policy", "explain", "P01", "--facts", tmp_path / "none.json"), "none.json")
    refused(shell("policy", "explain", "P01", "--facts", facts(tmp_path, {}), "--on", "1990-01-01"), "不在有效期内", code=1)
    refused(shell("policy", "explain", "P01", "--facts", facts(tmp_path, {}), "--on", "yesterday"), "yesterday")
    refused(shell("policy", "explode"), "explode")
    refused(shell("explode"), "explode")


def test_pack_check_ends_with_0_or_1(shell: Shell, tmp_path: Path) -> None:
    assert shell("pack", "check", write_pack(tmp_path / "good")).code == 0
    bad = write_pack(tmp_path / "bad", {"policies/T1.yaml": FILES["policies/T1.yaml"].replace("[labour]", "[labor]")})
    said = shell("pack", "check", bad)
    assert said.code == 1 and "policies/T1.yaml:6:15: there is no department labor; did you mean labour?" in said.out
    found = shell("pack", "check", bad, "--json")
    same_keys("pack check", found.json)
    assert found.code == 1 and len(found.json) == 1
    assert shell("pack", "check", tmp_path / "good", "--json").json == []
    refused(shell("pack", "check", tmp_path / "none"), "none")


def test_pack_schema_writes_one_file_a_kind(shell: Shell, tmp_path: Path) -> None:
    assert shell("pack", "schema", tmp_path / "schemas").code == 0
    written = {path.name.removesuffix(".schema.json") for path in (tmp_path / "schemas").iterdir()}
    assert written >= {"pack", "codes", "registers", "facts", "tables", "policies", "cases-tests", "scenes"}
    assert all(json.loads(path.read_text(encoding="utf-8"))["type"] == "object" for path in (tmp_path / "schemas").iterdir())


def test_register_list(shell: Shell) -> None:
    listed = shell("register", "list", "--json").json
    same_keys("register list", listed[0])
    assert [row["id"] for row in listed] == list(packs.current().registers)
    assert "人口" in shell("register", "list").out


def test_ingest_then_take_out_what_was_kept_out(shell: Shell, tables: None, tmp_path: Path) -> None:
    path = town._file(tmp_path / "firms.csv", town.ROWS["legal_persons"])
    said = shell("ingest", "legal_persons", path, *DAY, "--json").json
    same_keys("ingest", said)
    assert (said["read"], said["new"], said["quarantined"], said["already_loaded"]) == (4, 3, 1, False)
    assert shell("ingest", "legal_persons", path, *DAY, "--json").json["already_loaded"] is True
    taken = shell("register", "quarantine", "legal_persons").out.splitlines()
    assert len(taken) == 2 and "_隔离编号" in taken[0] and "代码写错的公司" in taken[1]
    assert Entry.objects.get(act="facts.load").actor == "system:cli"


def test_ingest_says_what_is_wrong(shell: Shell, tables: None, tmp_path: Path) -> None:
    path = town._file(tmp_path / "firms.csv", town.ROWS["legal_persons"])
    refused(shell("ingest", "legal_person", path), "没有叫 legal_person 的库", "legal_persons")
    refused(shell("ingest", "legal_persons", tmp_path / "none.csv"), "none.csv")
    refused(shell("ingest", "legal_persons", path, "--mapping", facts(tmp_path, "[1]")), "应是一个对象")
    refused(shell("ingest", "legal_persons", path, "--mapping", facts(tmp_path, "{")), "不是 JSON")
    refused(shell("ingest", "legal_persons", path, "--mapping", facts(tmp_path, {"uscc": "nothing"})), "nothing", code=1)
    (tmp_path / "other.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    refused(shell("ingest", "legal_persons", tmp_path / "other.csv"), "没有 甲 这一列", code=1)
    (tmp_path / "empty.csv").touch()
    refused(shell("ingest", "legal_persons", tmp_path / "empty.csv"), "", code=1)
    assert not Entry.objects.filter(act="facts.load").exists()


def test_the_city_s_commands(shell: Shell, city: None) -> None:
    run = shell("match", "run", *DAY, "--json").json
    same_keys("match run", run)
    assert (run["enterprises"], run["people"]) == (3, 1)
    assert list(run["policies"]) == list(packs.current().policies)
    assert {tuple(row) for row in run["policies"].values()} == {tuple(promised("match run")["policies"]["P02"])}
    assert "3 家企业" in shell("match", "run", *DAY).out
    shown = shell("enterprise", "show", town.LOTUS, "--about", "核对演示数据", *DAY, "--json").json
    same_keys("enterprise show", shown)
    assert {tuple(fact) for fact in shown["facts"].values()} == {tuple(promised("enterprise show")["facts"]["entity_type"])}
    same_keys("policy explain", shown["policies"])
    assert shown["policies"][0]["verdict"] == "eligible"
    assert Entry.objects.filter(act="facts.read", subject=f"enterprise:{town.LOTUS}", actor="system:cli").count() == 1
    refused(shell("enterprise", "show", "91371502MA3C00999X", "--about", "核对演示数据", *DAY), "没有登记", code=1)
    inspected = shell("quality", "inspect", *DAY, "--json").json
    same_keys("quality inspect", inspected)
    held = next(row for row in inspected if row["register"] == "legal_persons")
    assert (held["rows"], held["validity"], held["faults"]["quarantine"]) == (3, 0.75, 1)


def test_account_open_grants_its_role_or_opens_nothing(shell: Shell, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_NEW_PASSWORD", "lotus-on-the-lake-31")
    said = shell("account", "open", "root-of-all", "--name", "管理员", "--role", "administrator")
    assert said.code == 0 and Account.objects.filter(login="root-of-all").exists()
    refused(shell("account", "open", "root-of-all", "--name", "又一个", "--role", "administrator"), "root-of-all", code=1)
    refused(shell("account", "open", "nobody", "--name", "无", "--role", "emperor"), "emperor", "administrator")
    monkeypatch.setenv("CHENGBAN_NEW_PASSWORD", "short")
    refused(shell("account", "open", "weak", "--name", "弱", "--role", "clerk"), "", code=1)
    assert not Account.objects.filter(login__in=["nobody", "weak"]).exists()


def test_help_is_quick_to_read_and_names_every_command(shell: Shell) -> None:
    from chengban.cli.main import _COMMANDS

    said = shell("--help").out
    assert all(name in said for name in _COMMANDS)
    assert shell("--version").out.startswith("chengban")


def test_a_setting_that_cannot_be_used_is_a_sentence(shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHENGBAN_TODAY", "tomorrow")
    refused(shell("policy", "list"), "CHENGBAN_TODAY", code=1)
    monkeypatch.setenv("CHENGBAN_TODAY", "2025-12-01")
    monkeypatch.setenv("CHENGBAN_PACK", str(tmp_path))
    refused(shell("policy", "list"), "pack.yaml", code=1)
