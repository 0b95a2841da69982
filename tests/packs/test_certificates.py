"""Types of certificates: what `pack check` finds in them, and the 25 that the city declares."""

# ruff: noqa: E501

from pathlib import Path
from typing import NamedTuple

import pytest

from chengban.lib.identifiers import is_uscc
from chengban.packs import loader
from chengban.packs.certificates import RESERVED
from chengban.packs.check import check
from tests.packs.pack_policies import PACK
from tests.packs.small import write

LICENCE = """\
id: licence
name: 营业执照
name_en: Licence
code: "11100000MB0143028R001"
code_confidence: K
department: market
holder: enterprise
where: 人数 >= 1
number: { register: firms, field: name }
validity: { kind: field, source: { register: firms, field: founded } }
proves: [employees]
fields:
  - { id: staff, name: 人数, name_en: Staff, type: integer, shown: always, source: { register: firms, field: staff } }
  - { id: home, name: 住所, name_en: Home, type: code, codes: region, sensitive: true }
answers:
  - { id: large, name: 十人以上, name_en: Ten or more, when: 人数 >= 10 }
confidence: K
"""
FILE = "certificates/licence.yaml"


class Spoiled(NamedTuple):
    old: str
    new: str
    at: str
    says: str


SPOILED: dict[str, Spoiled] = {
    "an undeclared fact": Spoiled("[employees]", "[employes]", "employes]", "did you mean employees"),
    "an unknown word in its condition": Spoiled("where: 人数", "where: 员数", "员数", "员数"),
    "an unknown department": Spoiled("department: market", "department: markets", "department: markets", "did you mean market"),
    "an unknown code set": Spoiled("codes: region", "codes: regions", "codes: regions", "there is no code set regions"),
    "an unknown register": Spoiled("firms, field: staff", "firm, field: staff", "register: firm,", "did you mean firms"),
    "an unknown field": Spoiled("field: staff }", "field: staffs }", "field: staffs", "has no field staffs"),
    "a field of another type": Spoiled("field: staff }", "field: name }", "field: name } }", "firms.name is a text"),
    "a register about people": Spoiled("firms, field: staff", "citizens, field: name", "register: citizens", "is about person"),
    "a number that is no text": Spoiled("number: { register: firms, field: name", "number: { register: firms, field: staff", "field: staff }\nv", "a text is needed"),
    "an end that is no date": Spoiled("field: founded", "field: staff", "field: staff } }\nproves", "a date is needed"),
    "a code whose check does not fit": Spoiled("MB0143028R001", "MB0143029R001", "id: licence", "its check does not fit"),
    "a code of another shape": Spoiled("MB0143028R001", "MB0143028R01", "code:", "code:"),
    "a field twice": Spoiled("id: home", "id: staff", "id: licence", "a field id is used twice"),
    "a word of every certificate": Spoiled("id: home", "id: issued_on", "id: licence", "issued_on is a word of every certificate"),
    "something sensitive that is always shown": Spoiled("sensitive: true", "sensitive: true, shown: always", "- { id: home", "what is sensitive"),
    "an answer from what is not on the face": Spoiled("when: 人数 >= 10", "when: 员数 >= 10", "员数", "员数"),
    "an answer that is no yes or no": Spoiled("when: 人数 >= 10", "when: 人数 + 10", "人数 + 10", "boolean"),
    "an answer called as a field": Spoiled("id: large", "id: staff", "id: licence", "a field id is used twice"),
    "years beside a day": Spoiled("kind: field", "kind: field, years: 3", "validity:", "years go with kind: period"),
    "a code field without its set": Spoiled(", codes: region", "", "- { id: home", "names its code set"),
}  # fmt: skip


def test_a_right_certificate_has_no_findings(tmp_path: Path) -> None:
    assert check(write(tmp_path, {FILE: LICENCE})) == []


@pytest.mark.parametrize("name", SPOILED)
def test_each_mistake_is_found_where_it_stands(name: str, tmp_path: Path) -> None:
    case = SPOILED[name]
    assert case.old in LICENCE
    text = LICENCE.replace(case.old, case.new, 1)
    (finding,) = check(write(tmp_path, {FILE: text}))
    before = text[: text.index(case.at)]
    assert (finding.place.file, finding.place.line) == (FILE, before.count("\n") + 1), finding
    assert case.says in finding.message


def test_two_types_with_one_code(tmp_path: Path) -> None:
    second = LICENCE.replace("id: licence", "id: second")
    (finding,) = check(write(tmp_path, {FILE: LICENCE, "certificates/second.yaml": second}))
    assert "is that of licence too" in finding.message
    assert (finding.place.file, finding.place.line, finding.place.column) == ("certificates/second.yaml", 4, 1)


def test_the_city_declares_25_types_of_which_each_has_a_face() -> None:
    kinds = loader.load(PACK).certificates
    assert len(kinds) == 25
    assert {kind.holder for kind in kinds.values()} == {"enterprise", "person", "either"}
    assert all(len(kind.fields) >= 4 and any(field.shown == "always" for field in kind.fields) for kind in kinds.values())
    assert all(is_uscc(kind.code[:18]) for kind in kinds.values())


def test_a_code_of_the_citys_own_stem_is_marked_unsure() -> None:
    for kind in loader.load(PACK).certificates.values():
        if kind.code.startswith("113715"):
            assert kind.code_confidence == "?" and "占位" in (kind.note or "")


def test_what_is_sensitive_in_its_register_is_sensitive_on_the_certificate() -> None:
    city = loader.load(PACK)
    for kind in city.certificates.values():
        assert not {field.id for field in kind.fields} & RESERVED
        for field in kind.fields:
            if field.source is not None:
                held = city.registers[field.source.register_].field(field.source.field)
                assert field.sensitive or held.sensitivity != "sensitive", (kind.id, field.id)
                assert field.shown == "chosen" or held.sensitivity != "sensitive", (kind.id, field.id)
