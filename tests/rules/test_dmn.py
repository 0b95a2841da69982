"""Models: requirements, tables and their hit policies, functions, services, imports, and what is refused."""

from decimal import Decimal
from pathlib import Path

import pytest

from chengban.rules import UNKNOWN, ModelError, Unknown
from chengban.rules.__main__ import main
from chengban.rules.dmn import load, loads

OPEN = '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m" namespace="urn:{}">'


def literal(text: str) -> str:
    return f"<literalExpression><text>{text}</text></literalExpression>"


def model(body: str, name: str = "m") -> str:
    return f"{OPEN.format(name)}{body}</definitions>"


def table(policy: str, aggregation: str = "", allowed: str = "") -> str:
    rules = [("&gt; 10", "1"), ("&gt; 100", "3"), ("&gt; 5", "2"), ("&gt; 200", "3")]
    rows = "".join(
        f"<rule><inputEntry><text>{test}</text></inputEntry><outputEntry><text>{result}</text></outputEntry></rule>"
        for test, result in rules
    )
    values = f"<outputValues><text>{allowed}</text></outputValues>" if allowed else ""
    return model(
        '<inputData name="n" id="n"><variable name="n" typeRef="number"/></inputData>'
        '<decision name="d" id="d"><variable name="d"/><informationRequirement><requiredInput href="#n"/>'
        f'</informationRequirement><decisionTable hitPolicy="{policy}" {aggregation}>'
        "<input><inputExpression><text>n</text></inputExpression></input>"
        f"<output>{values}</output>{rows}</decisionTable></decision>"
    )


@pytest.mark.parametrize(
    ("policy", "aggregation", "allowed", "n", "value"),
    [
        ("UNIQUE", "", "", 7, 2),
        ("UNIQUE", "", "", 50, None),
        ("FIRST", "", "", 150, 1),
        ("ANY", "", "", 7, 2),
        ("ANY", "", "", 50, None),
        ("PRIORITY", "", "3, 2, 1", 150, 3),
        ("RULE ORDER", "", "", 150, [1, 3, 2]),
        ("OUTPUT ORDER", "", "3, 2, 1", 150, [3, 2, 1]),
        ("COLLECT", "", "", 150, [1, 3, 2]),
        ("COLLECT", 'aggregation="SUM"', "", 150, 6),
        ("COLLECT", 'aggregation="COUNT"', "", 150, 3),
        ("COLLECT", 'aggregation="MIN"', "", 150, 1),
        ("COLLECT", 'aggregation="MAX"', "", 150, 3),
        ("UNIQUE", "", "", 1, None),
    ],
)
def test_hit_policies(policy: str, aggregation: str, allowed: str, n: int, value: object) -> None:
    assert loads(table(policy, aggregation, allowed)).evaluate("d", {"n": n}) == value


def test_an_unknown_input_leaves_the_table_open() -> None:
    assert loads(table("FIRST")).evaluate("d", {"n": UNKNOWN}) == UNKNOWN
    assert isinstance(loads(table("UNIQUE")).evaluate("d", {"n": Unknown(frozenset({"n"}))}), Unknown)


LOAN = model(
    '<itemDefinition name="tLoan"><itemComponent name="amount"><typeRef>number</typeRef></itemComponent></itemDefinition>'
    '<inputData name="Loan" id="loan"><variable name="Loan" typeRef="tLoan"/></inputData>'
    '<businessKnowledgeModel name="Yearly share" id="share"><variable name="Yearly share"/><encapsulatedLogic>'
    f'<formalParameter name="x" typeRef="number"/>{literal("x / 12")}</encapsulatedLogic></businessKnowledgeModel>'
    '<decision name="Monthly" id="monthly"><variable name="Monthly" typeRef="number"/>'
    '<informationRequirement><requiredInput href="#loan"/></informationRequirement>'
    '<knowledgeRequirement><requiredKnowledge href="#share"/></knowledgeRequirement>'
    f"{literal('Yearly share(Loan.amount)')}</decision>"
    '<decisionService name="Service" id="service"><variable name="Service"/><outputDecision href="#monthly"/>'
    '<inputData href="#loan"/></decisionService>'
)


def test_requirements_functions_and_services() -> None:
    read = loads(LOAN)
    assert read.problems == []
    assert read.evaluate("Monthly", {"Loan": {"amount": 24}}) == 2
    assert read.evaluate("Monthly", {"Loan": {"amount": "much"}}) is None
    assert read.invoke("Service", {"Loan": {"amount": 36}}) == 3
    assert read.invoke("Yearly share", {"x": 6}) == Decimal("0.5")
    with pytest.raises(ModelError, match="no decision named Weekly"):
        read.evaluate("Weekly")


def test_imports_are_found_beside_the_model(tmp_path: Path) -> None:
    (tmp_path / "loan.dmn").write_text(LOAN.replace("urn:m", "urn:loan"), encoding="utf-8")
    body = (
        '<import name="lib" namespace="urn:loan" importType="x"/><decision name="d" id="d"><variable name="d"/>'
        '<knowledgeRequirement><requiredKnowledge href="urn:loan#share"/></knowledgeRequirement>'
        f"{literal('lib.Yearly share(24)')}</decision>"
    )
    (tmp_path / "main.dmn").write_text(model(body, "main"), encoding="utf-8")
    assert load(tmp_path / "main.dmn").evaluate("d") == 2


def test_what_cannot_be_read_is_told_and_is_null() -> None:
    read = loads(model(f'<decision name="d" id="d"><variable name="d"/>{literal("1 +")}</decision>'))
    assert read.evaluate("d") is None
    assert read.problems == ["1 +: line 1, column 4: the expression ends too early; expected a value"]


@pytest.mark.parametrize("text", ["<definitions", "<other/>", '<!DOCTYPE d [<!ENTITY a "b">]><definitions/>', "x" * 10])
def test_files_that_are_no_models_are_refused(text: str) -> None:
    with pytest.raises(ModelError):
        loads(text)


def test_decisions_that_require_each_other_are_refused() -> None:
    parts = "".join(
        f'<decision name="{one}" id="{one}"><variable name="{one}"/><informationRequirement>'
        f'<requiredDecision href="#{other}"/></informationRequirement>{literal(other)}</decision>'
        for one, other in ("ab", "ba")
    )
    with pytest.raises(ModelError, match="requires itself"):
        loads(model(parts)).evaluate("a")


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text('{"职工 总数": 520, "share": 0.1}', encoding="utf-8")
    assert main(["eval", "职工 总数 <= 500 or share + 0.2 = 0.3", "--context", str(facts)]) == 0
    assert capsys.readouterr().out == "true\n"
    assert main(["eval", "1 +"]) == 1
    (tmp_path / "m.dmn").write_text(LOAN, encoding="utf-8")
    (tmp_path / "cases.xml").write_text(
        '<testCases xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><modelName>m.dmn</modelName>'
        '<testCase id="1"><inputNode name="Loan"><component name="amount"><value xsi:type="xsd:decimal">24</value>'
        '</component></inputNode><resultNode name="Monthly" type="decision"><expected>'
        '<value xsi:type="xsd:decimal">2</value></expected></resultNode></testCase></testCases>',
        encoding="utf-8",
    )
    assert main(["tck", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 passed, 0 failed"
