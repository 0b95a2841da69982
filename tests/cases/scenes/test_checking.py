"""What is wrong with a scene's graph and form is found where it stands."""

from pathlib import Path

import pytest

from chengban import packs
from chengban.cases.scenes.checking import check_scenes
from chengban.items.checking import check_items
from tests.packs.small import write

SCENE = """\
id: S01
name: 某事
lead: 某局
subject: 法人
confidence: K
questions:
  - { id: kind, name: 种类, text: 哪一种？, options: [{ value: 甲 }, { value: 乙 }] }
  - { id: hires, name: 招用员工, text: 招人吗？ }
items:
  - { id: S01.a, name: 一, department: 某局, scene: S01, yields: 执照, trunk: true, when: '种类 = "甲"' }
  - { id: S01.b, name: 二, department: 某局, scene: S01, yields: 备案, when: '种类 = "乙"' }
  - id: S01.c
    name: 三
    department: 某局
    scene: S01
    after_any: [S01.a, S01.b]
    optional: true
    when: 招用员工
    materials:
      - { name: 执照, instead: [{ result_of: S01.a }] }
  - { id: S01.d, name: 四, department: 某局, scene: S01, when: 招用员工 }
branches:
  - { name: 二选一, items: [S01.a, S01.b] }
form:
  - id: firm
    name: 企业
    name_en: Firm
    fields:
      - id: title
        name: 企业名称
        name_en: Title
        type: string
        held: [{ register: firms, field: name }]
        asked_by: [{ items: [S01.a] }]
      - { id: chosen, name: 种类, name_en: Kind, type: code, options: [甲, 乙], question: kind, asked_by: [{ items: [S01.a] }] }
      - id: number
        name: 执照号
        name_en: Number
        type: string
        produced_by: [S01.a]
        asked_by: [{ items: [S01.c], when: 招用员工 }]
      - id: hired
        name: 招用人数
        name_en: Hired
        type: number
        valid: 招用人数 > 0
        message: 至少一人
        asked_by: [{ items: [S01.b] }]
      - id: heads
        name: 职工总数
        name_en: Staff
        type: number
        unit: 人
        fact: employees
        asked_by: [{ items: [S01.c] }]
"""


OTHER = """\
id: S02
name: 另一事
lead: 某局
subject: 法人
confidence: K
items:
  - { id: S02.a, name: 一, department: 某局, scene: S02 }
form:
  - id: firm
    name: 企业
    name_en: Firm
    fields:
      - { id: hired, name: 招用人数, name_en: Hired, type: string, asked_by: [{ items: [S02.a] }] }
"""


UNITS = """\
id: limit_unit
name: 时限单位
name_en: Units
confidence: K
items: [{ code: "1", name: 工作日 }, { code: "2", name: 自然日 }]
"""


def found(folder: Path, old: str = "", new: str = "", **others: str) -> list[str]:
    assert old in SCENE
    scenes = {"S01": SCENE.replace(old, new, 1), **others}
    write(folder, {"codes/limit_unit.yaml": UNITS, **{f"scenes/{name}.yaml": text for name, text in scenes.items()}})
    pack = packs.load(folder)
    return [str(finding) for finding in check_items(pack) or check_scenes(pack)]


def test_the_small_scene_is_right(tmp_path: Path) -> None:
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("after_any: [S01.a, S01.b]", "after_any: [S01.a, S01.x]", "16:24: there is no item S01.x in scene S01"),
        ("branches:", "joint: { number: 3, unit: '9' }\nbranches:", "22:21: 9 is not a code of limit_unit"),
        ("二选一, items: [S01.a, S01.b]", "二选一, items: [S01.a, S01.x]", "23:33: there is no item S01.x in scene S01"),
        ("yields: 备案,", "yields: 备案, after: [S01.c],", "the items S01.c → S01.b → S01.c wait for each other in a circle"),
        ("yields: 执照, ", "", "20:33: S01.c takes over a result of S01.a, which yields none"),
        (
            "    optional: true\n",
            "    not_before: [{ name: 公示, number: 20, when: 招用员, unit: '2' }]\n",
            "17:48: 招用员 is not known; did you mean 招用员工?",
        ),
        ("    after_any: [S01.a, S01.b]\n", "", "S01.c takes over a result of S01.a, which does not come before it"),
        ("    when: 招用员工\n", "", "S01.c is optional, and no question asks whether it is wanted"),
        ("    when: 招用员工\n", "    when: 招用员工 and not(招用员工)\n", "S01.c is never done, whatever is answered"),
        ("when: '种类 = \"乙\"'", "when: 招用员工", "二选一: there are answers with which two of its items are done"),
        ("when: '种类 = \"乙\"'", "when: 招用员工", "二选一: there are answers with which none of its items is done"),
        ("question: kind, ", "", "种类 is asked twice: say question: kind"),
        ("question: kind, ", "question: kinds, ", "there is no question kinds; did you mean kind?"),
        ("[甲, 乙], question", "[甲, 丙], question", "the answers to kind are not the values of 种类"),
        ("register: firms", "register: firm", "there is no register firm; did you mean firms?"),
        ("field: name", "field: names", "there is no field names in firms; did you mean name?"),
        ("field: name", "field: staff", "the field 企业名称 is a string, and firms.staff is a number in 人"),
        ("        unit: 人\n", "", "the field 职工总数 is a number, and the fact 职工总数 is a number in 人"),
        ("fact: employees", "fact: employee", "there is no fact employee; did you mean employees?"),
        (
            "fact: employees",
            "fact: sales_a_head",
            "the fact 人均销售额 is derived, and a form is filled from what a register holds",
        ),
        ("produced_by: [S01.a]", "produced_by: [S01.x]", "there is no item S01.x in scene S01"),
        ("asked_by: [{ items: [S01.b] }]", "asked_by: [{ items: [S01.x] }]", "there is no item S01.x in scene S01"),
        ("valid: 招用人数 > 0", "valid: 招用人 > 0", ":16: 招用人 is not known; did you mean 招用人数?"),
        ("[S01.c], when: 招用员工", "[S01.c], when: 招用员", ":44: 招用员 is not known; did you mean 招用员工?"),
        (
            "type: number\n        unit: 人",
            "type: string\n        unit: 人",
            "is a string here, and in the fact employees it is a number",
        ),
    ],
)
def test_what_is_wrong_is_found(tmp_path: Path, old: str, new: str, told: str) -> None:
    wrong = found(tmp_path, old, new)
    assert any(told in one and one.startswith("scenes/S01.yaml:") for one in wrong), wrong


def test_one_name_of_two_types_in_two_scenes_is_found(tmp_path: Path) -> None:
    told = "hired is a string here, and in scene S01 it is a number"
    assert any(told in one and one.startswith("scenes/S02.yaml:") for one in found(tmp_path, S02=OTHER))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("options: [甲, 乙], question", "question"),
        ("        message: 至少一人\n", ""),
        ("fact: employees", "fact: employees\n        held: [{ register: firms, field: staff }]"),
        ("type: number\n        valid", "type: rows\n        valid"),
        ("id: hired", "id: title"),
        ("items: [S01.b] }", "items: [S01.b, S01.b] }"),
        ("id: S01.d", "id: S01.b"),
    ],
)
def test_a_form_that_does_not_fit_is_refused(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(packs.PackMistake):
        found(tmp_path, old, new)


def test_the_citys_scenes_hang_together_and_each_has_its_form() -> None:
    pack = packs.current()
    assert check_scenes(pack) == []
    assert [scene.id for scene in pack.scenes.values() if not scene.form] == []
    assert sum(len(scene.fields) for scene in pack.scenes.values()) > 230
