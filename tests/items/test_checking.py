"""Faults in a pack's items are found where they stand."""

import re
from pathlib import Path

import pytest

from chengban import packs
from chengban.items.checking import check_items
from chengban.items.coded import coded_fields, codes_in
from chengban.packs import loader
from chengban.packs.items import Implementation, Material
from tests.packs.small import write

SCENE = """\
id: S01
name: 某事
lead: 某局
subject: 法人
confidence: K
questions:
  - { id: hires, name: 招用员工, text: 招人吗？ }
items:
  - id: S01.a
    name: 某事项
    department: 某局
    scene: S01
    materials:
      - { name: 申请书, instead: [{ form: true }] }
  - id: S01.b
    name: 又一项
    department: 某局
    scene: S01
    after: [S01.a]
    when: 招用员工
    materials:
      - { name: 证明, instead: [{ register: firms, fields: [staff] }, { result_of: S01.a }, { department: labour }] }
"""


def found(folder: Path, old: str = "", new: str = "") -> list[str]:
    write(folder, {"scenes/S01.yaml": SCENE.replace(old, new, 1)})
    return [str(finding) for finding in check_items(packs.load(folder))]


def test_the_small_scene_is_right(tmp_path: Path) -> None:
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("when: 招用员工", "when: 招用员", "20:11: 招用员 is not known; did you mean 招用员工?"),
        ("after: [S01.a]", "after: [S01.c]", "there is no item S01.c"),
        ("register: firms", "register: firm", "there is no register firm; did you mean firms?"),
        ("fields: [staff]", "fields: [stuff]", "there is no field in firms stuff; did you mean staff?"),
        ("form: true", "certificate: licenc", "there is no certificate licenc"),
        ("department: labour", "department: labor", "there is no department labor; did you mean labour?"),
        ("result_of: S01.a", "result_of: S01.x", "there is no item S01.x"),
        ("    when: 招用员工\n", "", "the question 招用员工 decides nothing"),
        ("scene: S01", "scene: S02", "item S01.a stands in scene S01, not in S02"),
        ("name: 申请书,", 'name: 申请书, need: "1",', "there is no code set material_need"),
        (
            "    scene: S01\n",
            "    scene: S01\n    charged: true\n",
            "S01.a 收费列明项目：写明收费，却没有收费项目。（行政许可法第五十九条）",
        ),
    ],
)
def test_what_is_wrong_is_found(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert any(told in one for one in found(tmp_path, old, new))


@pytest.mark.parametrize(
    "spoilt",
    [
        ("{ form: true }", "{ form: true, commitment: true }"),
        ("{ form: true }", "{ confidence: K }"),
        ("{ result_of: S01.a }", "{ result_of: S01.a, fields: [staff] }"),
        ("name: 证明,", "name: 证明, copies: -1,"),
    ],
)
def test_a_form_that_does_not_fit_is_refused(tmp_path: Path, spoilt: tuple[str, str]) -> None:
    with pytest.raises(packs.PackMistake):
        found(tmp_path, *spoilt)


def test_the_citys_items_are_right_and_all_there() -> None:
    pack = packs.current()
    assert check_items(pack) == []
    assert (len(pack.scenes), len(pack.items)) == (28, 164)
    assert sum(len(item.materials) for item in pack.items.values()) > 250


def test_codes_are_found_at_any_depth() -> None:
    assert coded_fields(Material) == {
        "kind": "material_type", "format": "material_format", "need": "material_need", "source": "material_source"
    }  # fmt: skip
    item = Implementation.model_validate(
        {
            "name": "某",
            "department": "某",
            "served": ["1", "2"],
            "promised": {"number": 1, "unit": "9"},
            "materials": [{"name": "某", "need": "3"}],
        }
    )
    assert list(codes_in(item)) == [
        (("served", 0), "server_type", "1"),
        (("served", 1), "server_type", "2"),
        (("promised", "unit"), "limit_unit", "9"),
        (("materials", 0, "need"), "material_need", "3"),
    ]


def test_the_pack_that_the_documentation_writes_is_right(tmp_path: Path) -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "pack.md").read_text(encoding="utf-8")
    for name, body in re.findall(r"^```\w*\n# (\S+)\n(.*?)^```", text, re.S | re.M):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(body, encoding="utf-8")
    pack, findings = loader.read(tmp_path)
    assert pack is not None and [one for one in findings if one.place.file.startswith(("scenes", "synonyms"))] == []
    assert pack.scenes["S01"].questions and pack.synonyms and check_items(pack) == []
