"""`match local` and `match spark`: files in, a folder of bitmaps out, and no database."""

import json
import os
import re
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chengban.rules.parts import open_results
from tests.cli.conftest import Said, Shell

DOCS = Path(__file__).resolve().parents[2] / "docs" / "commands.md"
FEEL = {"small": "staff <= 20", "honest": "not(dishonest = true)"}
EXPECTED = {"small": {"eligible": 2, "unknown": 1}, "honest": {"eligible": 2, "unknown": 1}}


@pytest.fixture
def firms(tmp_path: Path) -> Path:
    path = tmp_path / "firms.parquet"
    rows = {"staff": [5, 20, 21, None], "dishonest": [True, False, None, False]}
    pq.write_table(pa.table(rows), path, row_group_size=3)
    return path


def policies(folder: Path, given: Any) -> Path:
    path = folder / "policies.json"
    path.write_text(given if isinstance(given, str) else json.dumps(given, ensure_ascii=False), encoding="utf-8")
    return path


def promised(command: str) -> Any:
    """The example of a command's JSON in docs/commands.md."""
    section = re.search(rf"^## {command}\n(.*?)(?=^## |\Z)", DOCS.read_text(encoding="utf-8"), re.S | re.M)
    assert section is not None
    example = re.search(r"^```json\n(.*?)^```", section[1], re.S | re.M)
    assert example is not None
    return json.loads(example[1])


def refused(said: Said, *words: str, code: int) -> None:
    assert (said.code, said.out) == (code, ""), said
    assert "Traceback" not in said.err and all(word in said.err for word in words), said.err


def test_match_local(shell: Shell, firms: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = shell("match", "local", policies(tmp_path, FEEL), firms, "--out", out, "--on", "2025-12-01", "--json").json
    assert list(said) == list(promised("match local"))
    assert (said["rows"], said["parts"], said["policies"], said["on"]) == (4, 2, EXPECTED, "2025-12-01")
    assert open_results(out).eligible("small").tolist() == [True, True, False, False]
    told = shell("match", "local", policies(tmp_path, FEEL), firms, "--out", tmp_path / "again")
    assert told.code == 0 and "small\t符合 2\t还不知道 1" in told.out and "4 行 × 2 条政策，2 份" in told.out


def test_policies_as_trees_have_numbers_for_names(shell: Shell, firms: Path, tmp_path: Path) -> None:
    trees = [["and", ["le", "staff", 20]], ["not", ["is", "dishonest", True]]]
    said = shell("match", "local", policies(tmp_path, trees), firms, "--out", tmp_path / "out", "--json").json
    assert said["policies"] == {"0": EXPECTED["small"], "1": EXPECTED["honest"]}


@pytest.mark.parametrize(
    ("given", "words", "code"),
    [
        ("{", ("policies.json 不是 JSON",), 2),
        ('{"a": "1 = 1", "a": "1 = 2"}', ("a is there twice",), 2),
        ({}, ("{政策: FEEL}",), 2),
        ({"a": 7}, ("{政策: FEEL}",), 2),
        ([["ge", "staff"]], ("not a policy tree",), 1),
        ({"good": "1 = 1", "bad": "staff >=\n  )"}, ("policy bad: line 2, column 3",), 1),
    ],
)
def test_policies_that_are_none_are_refused(
    shell: Shell, firms: Path, tmp_path: Path, given: Any, words: tuple[str, ...], code: int
) -> None:
    refused(shell("match", "local", policies(tmp_path, given), firms, "--out", tmp_path / "out"), *words, code=code)


def test_files_and_folders_that_do_not_serve_are_refused(shell: Shell, firms: Path, tmp_path: Path) -> None:
    asked, out = policies(tmp_path, FEEL), tmp_path / "out"
    refused(shell("match", "local", tmp_path / "none.json", firms, "--out", out), "none.json", code=2)
    refused(shell("match", "local", asked, tmp_path / "none.parquet", "--out", out), "none.parquet is not there", code=2)
    refused(shell("match", "local", asked, asked, "--out", out), "policies.json cannot be read as Parquet", code=1)
    refused(shell("match", "local", asked, firms, "--out", asked / "out"), "cannot be written", code=1)
    assert shell("match", "local", asked, firms, "--out", out).code == 0
    refused(shell("match", "local", asked, firms, "--out", out), "holds a finished match already", code=1)
    refused(shell("match", "spark", asked, firms, "--out", out, "--conf", "spark.ui.enabled"), "KEY=VALUE", code=2)


def test_match_spark_without_java_is_refused(shell: Shell, firms: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    said = shell("match", "spark", policies(tmp_path, FEEL), firms, "--out", tmp_path / "out")
    refused(said, "no Java" if find_spec("pyspark") else "pyspark is not installed", code=1)


@pytest.mark.slow
def test_match_spark_leaves_what_match_local_leaves(shell: Shell, firms: Path, tmp_path: Path) -> None:
    if find_spec("pyspark") is None or not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        missing = "no pyspark, or no Java on this machine: the command of Spark did not run"
        pytest.fail(missing) if os.environ.get("CHENGBAN_REQUIRE_SPARK") == "1" else pytest.skip(missing)
    asked = policies(tmp_path, FEEL)
    words = (asked, firms, "--on", "2025-12-01", "--json")
    there = shell(
        "match", "spark", *words, "--out", tmp_path / "spark", "--master", "local[2]", "--conf", "spark.task.maxFailures=2"
    ).json
    here = shell("match", "local", *words, "--out", tmp_path / "local").json
    assert list(there) == list(here) and there["policies"] == here["policies"] == EXPECTED
    for path in (tmp_path / "local").iterdir():
        assert path.read_bytes() == (tmp_path / "spark" / path.name).read_bytes()
