"""The XML of a model to nodes. Elements are known by local name, so that DMN 1.1 to 1.5 are read alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from ..errors import ModelError, RulesError
from ..nodes import (
    ContextLiteral,
    For,
    FunctionCall,
    FunctionDefinition,
    If,
    Iteration,
    ListLiteral,
    Literal,
    Node,
    Parameter,
    Quantified,
    TypeReference,
    UnaryTests,
)
from ..parser import parse, parse_unary_tests
from .nodes import Broken, DecisionTable, Input, Match, Output, Rule, Steps, Typed

MAX_MODEL = 20_000_000
_ANY_VALUE = UnaryTests(())


def read_root(text: str | bytes) -> Element:
    """The `definitions` element. Raises ModelError for what is no XML, is too large, or declares a document type."""
    raw = text.encode() if isinstance(text, str) else text
    if len(raw) > MAX_MODEL or b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise ModelError("the model is too large, or declares a document type, which no model needs")
    try:
        root = ElementTree.fromstring(raw)
    except (ElementTree.ParseError, ValueError) as problem:
        raise ModelError(f"the model is no XML: {problem}") from None
    if local(root) != "definitions":
        raise ModelError(f"the model begins with {local(root)}, not with definitions")
    return root


def local(element: Element) -> str:
    """The name without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def each(element: Element, *names: str) -> Iterator[Element]:
    """The children of these names."""
    return (child for child in element if local(child) in names)


def first(element: Element | None, *names: str) -> Element | None:
    """The first child of these names, or None."""
    return None if element is None else next(each(element, *names), None)


def text_of(element: Element | None) -> str:
    """The text of the `text` child."""
    inner = first(element, "text")
    return "" if inner is None else "".join(inner.itertext()).strip()


def type_named(name: str | None) -> TypeReference | None:
    """A type by the name in an attribute; None for no type, or for one that takes everything."""
    name = (name or "").strip()
    for prefix in ("feel:", "kie:feel:"):
        name = name.removeprefix(prefix)
    return None if name in ("", "Any") else TypeReference(name)


def typed(node: Node, name: str | None) -> Node:
    """The node, made to be of a type where one is named."""
    type_ = type_named(name)
    return node if type_ is None else Typed(node, type_)


class Reader:
    """Reads boxed expressions; `names` are those known in the model, `problems` what could not be read."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names
        self.problems: list[str] = []

    def feel(self, text: str) -> Node:
        """An expression; null for none."""
        if not text:
            return Literal(None)
        try:
            return parse(text, self.names)
        except RulesError as problem:
            return self._broken(text, problem)

    def tests(self, text: str) -> UnaryTests:
        """A cell; an empty one is passed by everything."""
        if not text:
            return _ANY_VALUE
        try:
            return parse_unary_tests(text, self.names)
        except RulesError as problem:
            return UnaryTests((self._broken(text, problem),))

    def _broken(self, text: str, problem: RulesError) -> Broken:
        self.problems.append(f"{' '.join(text.split())}: {problem}")
        return Broken(str(problem))

    def inside(self, element: Element | None) -> Node:
        """The boxed expression that is a child of `element`; null for none."""
        found = None if element is None else next((child for child in element if local(child) in _READERS), None)
        return Literal(None) if found is None else self.boxed(found)

    def boxed(self, element: Element) -> Node:
        """A boxed expression."""
        return typed(_READERS[local(element)](self, element), element.get("typeRef"))


def _literal(reader: Reader, element: Element) -> Node:
    language = element.get("expressionLanguage", "")
    if language and "feel" not in language.lower():
        return reader._broken(text_of(element), ModelError(f"the language {language} is not FEEL"))
    return reader.feel(text_of(element))


def _invocation(reader: Reader, element: Element) -> Node:
    arguments = []
    for binding in each(element, "binding"):
        parameter = first(binding, "parameter")
        if parameter is not None:
            arguments.append((parameter.get("name", ""), reader.inside(binding)))
    return FunctionCall(reader.inside(element), (), tuple(arguments))


def _context(reader: Reader, element: Element) -> Node:
    entries, result = [], None
    for entry in each(element, "contextEntry"):
        variable = first(entry, "variable")
        value = reader.inside(entry)
        if variable is None:
            result = value
        else:
            entries.append((variable.get("name", ""), typed(value, variable.get("typeRef"))))
    return ContextLiteral(tuple(entries)) if result is None else Steps(tuple(entries), result)


def _relation(reader: Reader, element: Element) -> Node:
    columns = [column.get("name", "") for column in each(element, "column")]
    rows = []
    for row in each(element, "row"):
        cells = [reader.boxed(cell) for cell in row if local(cell) in _READERS]
        rows.append(ContextLiteral(tuple(zip(columns, cells, strict=False))))
    return ListLiteral(tuple(rows))


def _list(reader: Reader, element: Element) -> Node:
    return ListLiteral(tuple(reader.boxed(item) for item in element if local(item) in _READERS))


def function(reader: Reader, element: Element, result: str | None = None) -> FunctionDefinition:
    """A boxed function, or the encapsulated logic of a business knowledge model."""
    found = tuple(
        Parameter(parameter.get("name", ""), type_named(parameter.get("typeRef"))) for parameter in each(element, "formalParameter")
    )
    external = element.get("kind", "FEEL").upper() != "FEEL"
    return FunctionDefinition(found, typed(reader.inside(element), result), external)


def _conditional(reader: Reader, element: Element) -> Node:
    return If(*(reader.inside(first(element, part)) for part in ("if", "then", "else")))


def _iteration(reader: Reader, element: Element) -> tuple[Iteration]:
    child = first(element, "in")
    source = reader.inside(child)
    return (Iteration(element.get("iteratorVariable", ""), typed(source, child.get("typeRef") if child else None)),)


def _for(reader: Reader, element: Element) -> Node:
    return For(_iteration(reader, element), reader.inside(first(element, "return")))


def _quantified(reader: Reader, element: Element) -> Node:
    condition = reader.inside(first(element, "satisfies"))
    return Quantified("some" if local(element) == "some" else "every", _iteration(reader, element), condition)


def _filter(reader: Reader, element: Element) -> Node:
    return Match(reader.inside(first(element, "in")), reader.inside(first(element, "match")))


def _table(reader: Reader, element: Element) -> Node:
    inputs = tuple(_input(reader, column) for column in each(element, "input"))
    columns = list(each(element, "output"))
    outputs = tuple(_output(reader, column, element if len(columns) == 1 else None) for column in columns)
    rules = tuple(_rule(reader, row) for row in each(element, "rule"))
    policy = element.get("hitPolicy", "UNIQUE").upper()
    if any(len(rule.tests) != len(inputs) or len(rule.results) != len(outputs) for rule in rules):
        return reader._broken("decision table", ModelError("a rule has more or fewer cells than the table has columns"))
    if policy not in ("UNIQUE", "ANY", "FIRST", "PRIORITY", "OUTPUT ORDER", "RULE ORDER", "COLLECT"):
        return reader._broken("decision table", ModelError(f"there is no hit policy {policy}"))
    return DecisionTable(policy, element.get("aggregation"), inputs, outputs, rules)


def _input(reader: Reader, element: Element) -> Input:
    expression = first(element, "inputExpression")
    value = typed(reader.feel(text_of(expression)), None if expression is None else expression.get("typeRef"))
    allowed = text_of(first(element, "inputValues"))
    return Input(value, reader.tests(allowed) if allowed else None)


def _output(reader: Reader, element: Element, table: Element | None) -> Output:
    values = text_of(first(element, "outputValues"))
    default = text_of(first(element, "defaultOutputEntry"))
    name = element.get("name") or element.get("label") or ""
    listed = reader.tests(values).tests if values else ()
    return Output(name, type_named(element.get("typeRef")), listed, reader.feel(default) if default else None)


def _rule(reader: Reader, element: Element) -> Rule:
    tests = tuple(reader.tests(text_of(cell)) for cell in each(element, "inputEntry"))
    return Rule(tests, tuple(_literal(reader, cell) for cell in each(element, "outputEntry")))


_READERS: dict[str, Callable[[Reader, Element], Node]] = {
    "literalExpression": _literal,
    "invocation": _invocation,
    "context": _context,
    "relation": _relation,
    "list": _list,
    "functionDefinition": function,
    "conditional": _conditional,
    "for": _for,
    "some": _quantified,
    "every": _quantified,
    "filter": _filter,
    "decisionTable": _table,
}
