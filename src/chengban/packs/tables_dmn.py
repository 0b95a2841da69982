"""Decision tables as DMN 1.3 XML (决策表的导入导出): out of any DMN file, and into one that any DMN engine reads.

A table here is what its form says: `{"id", "name", "citation", "confidence", "inputs", "rules": [{"when", "then"}]}`, first hit.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from chengban import rules
from chengban.rules.dmn import xml

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"
MOST_TABLES, MOST_RULES, MOST_INPUTS = 20, 500, 30
_HITS = {"FIRST": "FIRST", "UNIQUE": "UNIQUE", "ANY": "ANY", "F": "FIRST", "U": "UNIQUE", "A": "ANY"}
_ID = re.compile(r"[a-z][a-z0-9_]{0,59}")
_UNKNOWN = {"title": "DMN 文件", "note": "导入的决策表，依据待补"}


class NotATable(Exception):
    """The file holds no decision table that can be taken over; the message says why."""


# Reading --------------------------------------------------------------------------------------------------------------


def read(raw: bytes) -> list[dict[str, Any]]:
    """The decision tables of a DMN file. Raises `NotATable`.

    Hit policies first, unique and any are taken over, since a first hit answers what they answer; the others are refused.
    """
    try:
        root = xml.read_root(raw)
    except rules.ModelError:
        raise NotATable("这不是能读的 DMN 文件：应是 XML，最外层是 definitions，不带文档类型声明。") from None
    decisions = [(decision, xml.first(decision, "decisionTable")) for decision in xml.each(root, "decision")]
    found = [(decision, table) for decision, table in decisions if table is not None]
    if not found:
        raise NotATable("文件里没有决策表。")
    if len(found) > MOST_TABLES:
        raise NotATable(f"文件里有 {len(found)} 张决策表，一次最多 {MOST_TABLES} 张。")
    made = [_table(decision, table, number) for number, (decision, table) in enumerate(found, 1)]
    if len({one["id"] for one in made}) < len(made):
        raise NotATable("文件里有两张决策表用了同一个编号。")
    return made


def _table(decision: Element, table: Element, number: int) -> dict[str, Any]:
    name = (decision.get("name") or decision.get("id") or "").strip()[:80] or f"决策表{number}"
    policy = _HITS.get(table.get("hitPolicy", "UNIQUE").upper())
    if policy is None:
        raise NotATable(f"决策表“{name}”的命中规则是 {table.get('hitPolicy')}，只能用首个命中、唯一命中或任一命中。")
    inputs = [xml.text_of(xml.first(column, "inputExpression")) for column in xml.each(table, "input")]
    outputs = list(xml.each(table, "output"))
    if len(outputs) != 1 or not 0 < len(inputs) <= MOST_INPUTS or not all(inputs):
        raise NotATable(f"决策表“{name}”要有一到 {MOST_INPUTS} 个写了表达式的输入，和一个输出。")
    lines = [*_rules(table, name, len(inputs)), *_default(outputs[0], len(inputs))]
    if not 0 < len(lines) <= MOST_RULES:
        raise NotATable(f"决策表“{name}”有 {len(lines)} 条规则，应是一到 {MOST_RULES} 条。")
    identifier = (decision.get("id") or "").lower()
    identifier = identifier if _ID.fullmatch(identifier) else f"table_{number}"
    return {"id": identifier, "name": name, "citation": dict(_UNKNOWN), "confidence": "?", "inputs": inputs, "rules": lines}


def _rules(table: Element, name: str, inputs: int) -> Iterator[dict[str, Any]]:
    for number, rule in enumerate(xml.each(table, "rule"), 1):
        when = [xml.text_of(cell) or "-" for cell in xml.each(rule, "inputEntry")]
        then = [xml.text_of(cell) for cell in xml.each(rule, "outputEntry")]
        if len(when) != inputs or len(then) != 1 or not then[0]:
            raise NotATable(f"决策表“{name}”第 {number} 条规则的格数和输入、输出不一样多，或者没有写结果。")
        yield {"when": when, "then": then[0]}


def _default(output: Element, inputs: int) -> Iterator[dict[str, Any]]:
    default = xml.text_of(xml.first(output, "defaultOutputEntry"))
    if default:
        yield {"when": ["-"] * inputs, "then": default}


# Writing --------------------------------------------------------------------------------------------------------------


def write(table: Mapping[str, Any]) -> bytes:
    """The table as a DMN 1.3 file: one decision with the table, and an input for each name that it reads."""
    ElementTree.register_namespace("", NAMESPACE)
    root = _add(None, "definitions", id="definitions", name=str(table["name"]), namespace="https://chengban.cn/dmn")
    words = sorted({name for text in table["inputs"] for name in _names(text)})
    for number, word in enumerate(words, 1):
        data = _add(root, "inputData", id=f"input_{number}", name=word)
        _add(data, "variable", id=f"variable_{number}", name=word)
    decision = _add(root, "decision", id=str(table["id"]), name=str(table["name"]))
    _add(decision, "variable", id=f"variable_{table['id']}", name=str(table["name"]))
    for number, _word in enumerate(words, 1):
        requirement = _add(decision, "informationRequirement", id=f"requirement_{number}")
        _add(requirement, "requiredInput", href=f"#input_{number}")
    _logic(decision, table)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _logic(decision: Element, table: Mapping[str, Any]) -> None:
    logic = _add(decision, "decisionTable", id="table", hitPolicy="FIRST")
    for number, text in enumerate(table["inputs"], 1):
        _text(_add(_add(logic, "input", id=f"column_{number}"), "inputExpression", id=f"expression_{number}"), text)
    _add(logic, "output", id="output")
    for number, rule in enumerate(table["rules"], 1):
        row = _add(logic, "rule", id=f"rule_{number}")
        for place, test in enumerate(rule["when"], 1):
            _text(_add(row, "inputEntry", id=f"test_{number}_{place}"), test)
        _text(_add(row, "outputEntry", id=f"result_{number}"), rule["then"])


def _names(text: str) -> frozenset[str]:
    try:
        return rules.names_in(rules.parse(text))
    except rules.RulesError:
        return frozenset()


def _add(parent: Element | None, tag: str, **attributes: str) -> Element:
    name = f"{{{NAMESPACE}}}{tag}"
    return Element(name, attributes) if parent is None else SubElement(parent, name, attributes)


def _text(element: Element, text: str) -> None:
    _add(element, "text").text = text
