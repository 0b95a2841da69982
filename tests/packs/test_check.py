"""`pack check`: one thing spoiled at a time, and each time a finding with its file, line, column and a sentence."""

# ruff: noqa: E501

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengban.lib import env
from chengban.packs import PackMistake, load
from chengban.packs.check import check
from tests.packs.small import FILES, write


class Spoiled(NamedTuple):
    """In `file` the text `old` becomes `new`; the finding stands where `at` does in the spoiled text, and says `says`."""

    file: str
    old: str
    new: str
    at: str
    says: str


STAFF, FIRMS, T1, CASES = "facts/staff.yaml", "registers/firms.yaml", "policies/T1.yaml", "cases-tests/T1.yaml"
SPOILED: dict[str, Spoiled] = {
    "unknown fact in a clause": Spoiled(T1, "when: 职工总数 >= 最少人数", "when: 职工总人 >= 最少人数", "职工总人 >=", "职工总人"),
    "unknown fact on a later line": Spoiled(T1, "and 人均销售额", "and 人均销售", "人均销售 <", "人均销售"),
    "unknown fact in an amount": Spoiled(T1, "formula: 参保人数", "formula: 参保人", "参保人 *", "参保人"),
    "unknown fact in a formula": Spoiled(STAFF, "formula: 年销售额", "formula: 月销售额", "月销售额", "月销售额"),
    "unknown fact in a table": Spoiled("tables/size.yaml", "inputs: [职工总数]", "inputs: [职员总数]", "rules:", "职员总数"),
    "unknown fact in an example": Spoiled(CASES, "facts: { employees: 1 }", "facts: { staffs: 1 }", "name: 旧版本", "staffs"),
    "unknown field in a source": Spoiled(STAFF, "field: county", "field: country", "field: country", "has no field country"),
    "unknown register": Spoiled(STAFF, "register: insurance", "register: insurances", "register: insurances", "did you mean insurance"),
    "unknown code set": Spoiled(FIRMS, "codes: region", "codes: regions", "codes: regions", "there is no code set regions"),
    "unknown code set of a fact": Spoiled(STAFF, "codes: region", "codes: regions", "codes: regions", "there is no code set regions"),
    "unknown department": Spoiled(FIRMS, "department: market", "department: markets", "department: markets", "did you mean market"),
    "unknown table": Spoiled(STAFF, "table: size", "table: sizes", "table: sizes", "there is no table sizes"),
    "unknown policy in examples": Spoiled(CASES, "policy: T1", "policy: T2", "policy: T2", "there is no policy T2"),
    "unknown word in a where": Spoiled(STAFF, "where: 年度 =", "where: 年份 =", "年份 =", "年份"),
    "unknown word in a row rule": Spoiled(FIRMS, "rule: 人数 >= 1", "rule: 员数 >= 1", "员数 >=", "员数"),
    "unknown word in a consistency rule": Spoiled("pack.yaml", "rule: 参保人数", "rule: 参保总数", "参保总数", "参保总数"),
    "unknown word in what bars from committing": Spoiled(
        "pack.yaml", "consistency:\n", "barred_from_committing: { enterprise: 失信, citation: { title: 某法 } }\nconsistency:\n", "失信", "失信"
    ),
    "unknown department of a consistency rule": Spoiled("pack.yaml", "department: labour", "department: work", "department: work", "there is no department work"),
    "unknown register of the city": Spoiled("pack.yaml", "register: firms", "register: firm", "register: firm", "did you mean firms"),
    "unknown field of the city's names": Spoiled("pack.yaml", "firms, name: name", "firms, name: title", "name: title", "has no field title"),
    "unknown fact of the city": Spoiled("pack.yaml", "county_fact: county", "county_fact: country", "county_fact", "there is no fact country"),
    "a clause compares a number with a text": Spoiled(T1, "when: 职工总数 >= 最少人数", 'when: 职工总数 >= "多"', "职工总数 >= \"", "compared with a string"),
    "a clause that is a number": Spoiled(T1, "when: 职工总数 >= 最少人数", "when: 职工总数 + 1", "职工总数 + 1", "boolean"),
    "a code that is not in the set": Spoiled(T1, "when: 职工总数 >= 最少人数", 'when: 所在县区 = "999"', '"999"', "none of its codes"),
    "a formula of another type": Spoiled(STAFF, "formula: 年销售额 / 职工总数", "formula: 年销售额 > 职工总数", "年销售额 >", "boolean"),
    "a fact of another type than its field": Spoiled(STAFF, "field: county", "field: founded", "field: founded", "fact county is a string"),
    "a unit that does not convert": Spoiled(STAFF, "unit: 万元\n    enterprise", "unit: 人\n    enterprise", "field: sales", "does not convert"),
    "versions that overlap": Spoiled(T1, "since: 2025-01-01", "since: 2024-12-31", "since: 2024-12-31", "begins on 2024-12-31"),
    "an open version before another": Spoiled(T1, "    until: 2024-12-31\n", "", "since: 2025-01-01", "open"),
    "a version that ends before it begins": Spoiled(T1, "until: 2024-12-31", "until: 2023-12-31", 'version: "1"', "ends before it begins"),
    "a version name twice": Spoiled(T1, 'version: "2"', 'version: "1"', "versions:", "declared 2 times"),
    "a clause without its citation": Spoiled(T1, "        citation: { title: 样例办法, article: 第二条 }\n", "", "id: small", "citation is missing"),
    "sharing without its clause": Spoiled(FIRMS, "type: unconditional", "type: conditional", "sharing:", "clause (citation) is missing"),
    "a parameter that is not declared": Spoiled(T1, "name: 最少人数", "name: 至少人数", "最少人数\n", "最少人数 is not known"),
    "a parameter named like a fact": Spoiled(T1, "name: 最少人数", "name: 职工总数", "name: 职工总数, value", "is the name of employees"),
    "a clause id twice": Spoiled(T1, "id: small", "id: staff", "clauses:\n      - id", "clause staff is declared 2 times"),
    "a fact id twice": Spoiled(STAFF, "id: insured", "id: employees", "id: employees\n    name: 参保", "declared twice; first at facts/staff.yaml:4:5"),
    "a fact name twice": Spoiled(STAFF, "name: 参保人数", "name: 职工总数", "name: 职工总数", "used by more than one fact"),
    "a department twice": Spoiled("departments.yaml", "id: labour", "id: market", "id: market, name: 人社局", "declared twice"),
    "a formula in a circle": Spoiled(STAFF, "formula: 年销售额 / 职工总数", "formula: 人均销售额 / 职工总数", "formula:", "circle"),
    "a formula that cannot be read": Spoiled(STAFF, "formula: 年销售额 /", "formula: 年销售额 / /", "/ 职工总数", "cannot stand here"),
    "a condition that cannot be read": Spoiled(T1, "when: 职工总数 >= 最少人数", "when: 职工总数 >= (最少人数", "\n        citation: { title: 样例办法, article: 第一条 }\n", "ends too early"),
    "YAML that cannot be read": Spoiled(T1, "departments: [labour]", "departments: [labour", ": 申报\nversions", "cannot be read"),
    "a key twice": Spoiled(T1, "mode: 申报", "mode: 申报\nmode: 申报", "mode: 申报\nversions", "mode is written twice"),
    "a day that is not in the calendar": Spoiled(T1, "since: 2025-01-01", "since: 2025-02-30", "since: 2025-02-30", "2025-02-30"),
    "a word that is not declared": Spoiled(T1, "mode: 申报", "modus: 申报", "modus", "not a word of this declaration"),
    "a value that is not allowed": Spoiled(T1, "level: 市", "level: 县", "level", "it can be"),
    "a number where text is due": Spoiled(T1, 'version: "2"', "version: 2", "version: 2", "put quotes around it"),
    "an identifier in capitals": Spoiled(FIRMS, "id: firms", "id: Firms", "id: Firms", "id:"),
    "absence read from a register that is not complete": Spoiled(STAFF, "field: insured\n", "field: insured\n      absent: 0\n", "absent: 0\n", "insurance is not"),
    "a register about someone else": Spoiled(STAFF, "register: firms, field: county", "register: citizens, field: name", "register: citizens", "about person"),
    "a field of type code without its set": Spoiled(FIRMS, "type: code, codes: region", "type: code", "{ id: county, name: 县区", "names its code set"),
    "a register without its key": Spoiled(FIRMS, "key: [uscc]", "key: [code]", "id: firms", "there is no field code"),
    "a table that is not rectangular": Spoiled("tables/size.yaml", "['-']", "['-', '-']", "id: size", "2 tests for 1 inputs"),
    "a table's test that cannot be read": Spoiled("tables/size.yaml", "['>= 300']", "['>= >= 300']", "rules:", "cannot stand here"),
    "a code file that is not there": Spoiled("codes/region.yaml", "file: region.csv", "file: regions.csv", "file:", "regions.csv"),
    "a code file in another shape": Spoiled("codes/region.csv", "code,name\n", "kode,name\n", "371502", "code is missing"),
    "an example that expects another verdict": Spoiled(CASES, "expect: unknown", "expect: eligible", "name: 不知道销售额", "the rules say unknown"),
    "an example that expects another amount": Spoiled(CASES, "amount: 800", "amount: 801", "name: 符合", "the rules say 800"),
    "an example that misses another fact": Spoiled(CASES, "missing: [sales_wan]", "missing: [insured]", "name: 不知道销售额", "miss ['sales_wan']"),
    "an example without a version": Spoiled(CASES, "on: 2024-12-31", "on: 2023-12-31", "name: 旧版本", "no version is in force"),
    "examples without a no": Spoiled(CASES, "  - name: 人少\n    on: 2025-12-01\n    facts: { 职工总数: 4, sales_wan: 50 }\n    expect: ineligible\n", "", "examples", "a yes and a no"),
}  # fmt: skip


def place_of(text: str, at: str) -> tuple[int, int]:
    before = text[: text.index(at)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def test_the_pack_that_is_spoiled_here_is_right_in_everything(tmp_path: Path) -> None:
    assert check(write(tmp_path)) == []


def test_the_city_s_own_pack_is_right_in_everything() -> None:
    assert check(env.pack_folder()) == []


@pytest.mark.parametrize("name", SPOILED)
def test_what_is_spoiled_is_found_at_its_place(tmp_path: Path, name: str) -> None:
    spoiled = SPOILED[name]
    assert spoiled.old in FILES[spoiled.file], "the test must spoil something"
    text = FILES[spoiled.file].replace(spoiled.old, spoiled.new, 1)
    findings = check(write(tmp_path, {spoiled.file: text}))
    found = [(f.place.file, f.place.line, f.place.column, f.message) for f in findings]
    line, column = place_of(text, spoiled.at)
    assert any(
        place == (spoiled.file, line, column) and spoiled.says in message for *place_, message in found for place in [tuple(place_)]
    ), found
    assert all(message and "Traceback" not in message and "pydantic" not in message for *_, message in found)


WHOLE_FILES: dict[str, tuple[str, str | bytes | None, tuple[str, int, int], str]] = {
    "no pack.yaml": ("pack.yaml", None, ("pack.yaml", 1, 1), "not a pack"),
    "pack.yaml not UTF-8": ("pack.yaml", FILES["pack.yaml"].encode("gb18030"), ("pack.yaml", 1, 1), "not UTF-8"),
    "a policy not UTF-8": (T1, FILES[T1].encode("gb18030"), (T1, 1, 1), "not UTF-8"),
    "a code file not UTF-8": ("codes/region.csv", FILES["codes/region.csv"].encode("gb18030"), ("codes/region.csv", 1, 1), "not a CSV in UTF-8"),
    "an empty file": (T1, "", (T1, 1, 1), ""),
    "a list where a declaration is due": (T1, "- 1\n", (T1, 1, 1), ""),
    "a list of departments without its heading": ("departments.yaml", "- { id: market }\n", ("departments.yaml", 1, 1), "departments"),
    "departments that are no list": ("departments.yaml", "departments: 5\n", ("departments.yaml", 1, 1), "list"),
    "no departments": ("departments.yaml", None, ("registers/citizens.yaml", 6, 1), "there is no department market"),
    "the same policy in two files": ("policies/T1_again.yaml", FILES[T1], ("policies/T1_again.yaml", 1, 1), "declared twice; first at policies/T1.yaml:1:1"),
    "a policy without examples": (CASES, None, (T1, 1, 1), "no examples"),
    "a circle through a table": ("tables/size.yaml", FILES["tables/size.yaml"].replace("[职工总数]", "[规模]").replace(">= 300", '"大"'), (STAFF, 42, 5), "circle"),
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE_FILES)
def test_a_file_that_is_wrong_as_a_whole_is_found(tmp_path: Path, name: str) -> None:
    file, text, place, says = WHOLE_FILES[name]
    findings = check(write(tmp_path, {file: text}))
    assert any(
        (f.place.file.removeprefix(f"{tmp_path}/"), f.place.line, f.place.column) == place and says in f.message for f in findings
    ), findings


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    policy = (
        FILES[T1]
        .replace("when: 职工总数 >= 最少人数", "when: 职工总人 >= 最少人数")
        .replace("since: 2025-01-01", "since: 2024-06-01")
    )
    findings = check(write(tmp_path, {T1: policy, STAFF: FILES[STAFF].replace("field: county", "field: country")}))
    assert {finding.place.file for finding in findings} == {T1, STAFF} and len(findings) >= 3


def test_loading_a_pack_with_a_mistake_of_form_says_all_of_them(tmp_path: Path) -> None:
    spoiled = {T1: FILES[T1].replace("mode: 申报", "modus: 申报"), FIRMS: FILES[FIRMS].replace("kind: base", "kind: basis")}
    with pytest.raises(PackMistake) as refused:
        load(write(tmp_path, spoiled))
    assert {finding.place.file for finding in refused.value.findings} == {T1, FIRMS}
    assert str(refused.value).count("\n") == len(refused.value.findings) - 1


def lines() -> Iterator[tuple[str, int]]:
    yield from ((file, number) for file, text in FILES.items() for number in range(text.count("\n")))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(list(lines())), st.sampled_from(["", "~", "x", "5", "[]", "{}", "a: 1", "- 1", "2025-01-01", "真", '"', "(("])
)
def test_whatever_a_line_becomes_there_are_findings_or_none_but_never_a_trace(
    tmp_path_factory: pytest.TempPathFactory, at: tuple[str, int], becomes: str
) -> None:
    """The value of one line, or the whole of it, becomes something else."""
    file, number = at
    texts = FILES[file].split("\n")
    head, colon, _ = texts[number].partition(": ")
    for line in (f"{head}{colon}{becomes}", becomes):
        spoiled = "\n".join([*texts[:number], line, *texts[number + 1 :]])
        for finding in check(write(tmp_path_factory.mktemp("pack"), {file: spoiled})):
            assert finding.message and finding.place.line >= 1 and finding.place.column >= 1
