"""The scene that docs/pack.md writes: it is right, and its plan is the one that stands there."""

import re
from pathlib import Path

import pytest

from chengban import packs
from chengban.cases.scenes.checking import check_scenes
from chengban.packs.check import check
from tests.cli.conftest import Shell, shell

__all__ = ["shell"]
DOCS = (Path(__file__).resolve().parents[3] / "docs" / "pack.md").read_text(encoding="utf-8")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Every file that the page writes, in one folder."""
    for name, body in re.findall(r"^```\w*\n# (\S+)\n(.*?)^```", DOCS, re.S | re.M):
        (tmp_path / "pack" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "pack" / name).write_text(body, encoding="utf-8")
    return tmp_path / "pack"


def test_the_pack_of_the_page_is_right(pack: Path) -> None:
    assert [str(one) for one in check(pack)] == []
    assert [str(one) for one in check_scenes(packs.load(pack))] == []


def test_the_plan_of_the_page_is_what_the_command_says(
    pack: Path, tmp_path: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = re.search(r"^echo '(\{.*\})' > answers.json\n.*scene plan S01", DOCS, re.M)
    shown = re.search(r"scene plan S01 --answers answers.json --on 2025-12-01\n```\n```\n(.*?)^```", DOCS, re.S | re.M)
    assert answers is not None and shown is not None
    (tmp_path / "answers.json").write_text(answers[1], encoding="utf-8")
    monkeypatch.setenv("CHENGBAN_PACK", str(pack))
    assert shell("scene", "plan", "S01", "--answers", tmp_path / "answers.json", "--on", "2025-12-01").out == shown[1]
