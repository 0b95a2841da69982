"""A DMN model: inputs, decisions, business knowledge, services, types, imports; and how a decision is reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from ..budget import CURRENT, DEFAULT_LIMITS, Budget, Limits
from ..errors import LimitError, ModelError
from ..evaluate.calls import Closure, Invocable
from ..evaluate.environment import Environment
from ..evaluate.evaluator import run
from ..evaluate.types import coerce
from ..nodes import FunctionDefinition, Node, TypeReference
from ..unknown import holds_unknown
from ..values import to_feel
from . import tables
from .types import Types, fits, read_types
from .xml import Reader, each, first, function, local, type_named, typed

assert tables

_KINDS = ("inputData", "decision", "businessKnowledgeModel", "decisionService")


@dataclass
class Part:
    """An input, a decision, a business knowledge model or a decision service of one model."""

    kind: str
    name: str
    model: Model
    type: TypeReference | None
    element: Element
    requires: tuple[str, ...] = ()
    node: Node | None = None


@dataclass
class Model:
    """A model as read. `parts` are keyed by `namespace#id`, those of imported models among them."""

    name: str
    namespace: str
    parts: dict[str, Part] = field(default_factory=dict)
    types: Types = field(default_factory=dict)
    imports: dict[str, Model] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    problems: list[str] = field(default_factory=list)

    def part(self, name: str, *kinds: str) -> Part:
        """A part of this model by name. Raises ModelError."""
        found = [part for part in self.own_parts() if part.name == name and part.kind in kinds]
        if not found:
            raise ModelError(f"the model {self.name} has no {' or '.join(kinds)} named {name}")
        return found[0]

    def own_parts(self) -> Iterator[Part]:
        """The parts that are not imported."""
        return (part for part in self.parts.values() if part.model is self)

    def evaluate(self, decision: str, inputs: Mapping[str, Any] = {}, *, limits: Limits = DEFAULT_LIMITS) -> Any:
        """The FEEL value of a decision of this model. `inputs` by name; absent ones are null.

        Raises ModelError when there is no such decision, LimitError when it costs too much.
        """
        part = self.part(decision, "decision")
        return self._guarded(limits, lambda budget: Session(budget, inputs).value(part))

    def invoke(self, name: str, arguments: Mapping[str, Any] = {}, *, limits: Limits = DEFAULT_LIMITS) -> Any:
        """The value of a decision service or a business knowledge model called with arguments by name.

        Arguments left out are null. Raises like `evaluate`.
        """
        part = self.part(name, "decisionService", "businessKnowledgeModel")
        return self._guarded(limits, lambda budget: _invoke(Session(budget, {}), part, arguments))

    def _guarded(self, limits: Limits, act: Any) -> Any:
        budget = Budget(limits)
        token = CURRENT.set(budget)
        try:
            return act(budget)
        except RecursionError:
            raise LimitError("the model calls itself too deep") from None
        finally:
            CURRENT.reset(token)


def _invoke(session: Session, part: Part, arguments: Mapping[str, Any]) -> Any:
    called = session.value(part)
    if not isinstance(called, (Closure, Invocable)):
        return None
    given = {name: to_feel(value) for name, value in arguments.items()}
    session.budget.unknowns = any(holds_unknown(value) for value in given.values())
    if not set(given) <= set(called.parameters):
        return None
    return called([given.get(name) for name in called.parameters])


class Session:
    """One evaluation: the inputs, and the values found so far by part."""

    def __init__(self, budget: Budget, inputs: Mapping[str, Any], fixed: dict[int, Any] | None = None) -> None:
        self.budget, self.inputs = budget, inputs
        self._values: dict[int, Any] = dict(fixed or {})
        self._open: set[int] = set()

    def value(self, part: Part) -> Any:
        """The value of a part, found once. Raises ModelError where decisions require each other in a circle."""
        key = id(part)
        if key not in self._values:
            if key in self._open:
                raise ModelError(f"{part.name} requires itself")
            self._open.add(key)
            self._values[key] = _FINDERS[part.kind](self, part)
            self._open.discard(key)
        return self._values[key]

    def scope(self, part: Part) -> Environment:
        """What the logic of a part can see: what it requires, imported parts under the name of their import."""
        values: dict[str, Any] = {}
        environment = Environment(values, self.budget, None, types=part.model.types)
        for href in part.requires:
            required = part.model.parts.get(href)
            if required is None:
                continue
            own = required is part
            value = None if own else self.value(required)
            if required.model is part.model:
                values[required.name] = value
            else:
                _place(values, part.model, required, value)
        return environment


def _place(values: dict[str, Any], model: Model, required: Part, value: Any) -> None:
    for name, imported in model.imports.items():
        if imported is required.model:
            if name:
                values.setdefault(name, {})[required.name] = value
            else:
                values[required.name] = value
            return


def _input(session: Session, part: Part) -> Any:
    value = to_feel(session.inputs.get(part.name))
    session.budget.unknowns = session.budget.unknowns or holds_unknown(value)
    found = coerce(value, part.type, part.model.types)
    return found if fits(found, part.type, part.model) else None


def _decision(session: Session, part: Part) -> Any:
    if part.node is None:
        return None
    return coerce(run(part.node, session.scope(part)), part.type, part.model.types)


def _knowledge(session: Session, part: Part) -> Any:
    if not isinstance(part.node, FunctionDefinition) or part.node.external:
        return None
    environment = session.scope(part)
    closure = Closure(part.node, environment, run)
    environment.values[part.name] = closure
    return closure


def _service(session: Session, part: Part) -> Any:
    model = part.model
    inputs = _hrefs(model, part, "inputData") + _hrefs(model, part, "inputDecision")
    outputs = _hrefs(model, part, "outputDecision")

    def act(arguments: dict[str, Any]) -> Any:
        fixed = {}
        for required in inputs:
            given = arguments.get(required.name)
            value = coerce(given, required.type, required.model.types)
            if value is None and given is not None:
                return None
            fixed[id(required)] = value
        inner = Session(session.budget, {}, fixed)
        found = {output.name: inner.value(output) for output in outputs}
        result = next(iter(found.values())) if len(found) == 1 else found
        return coerce(result, _result_type(part), model.types)

    return Invocable(tuple(required.name for required in inputs), act)


def _result_type(part: Part) -> TypeReference | None:
    """A service's variable may be typed with the function type, or (before DMN 1.3) with the type of its result."""
    declared = part.type
    known = part.model.types.get(declared.name) if declared else None
    if known is not None and known.name == "function":
        return known.result
    return None if declared is not None and declared.name == "function" else declared


def _hrefs(model: Model, part: Part, kind: str) -> list[Part]:
    found = [model.parts.get(absolute(child.get("href", ""), model)) for child in each(part.element, kind)]
    return [one for one in found if one is not None]


_FINDERS = {
    "inputData": _input,
    "decision": _decision,
    "businessKnowledgeModel": _knowledge,
    "decisionService": _service,
}


def absolute(href: str, model: Model) -> str:
    """`namespace#id` of a reference."""
    namespace, _, identity = href.rpartition("#")
    return f"{namespace or model.namespace}#{identity}"


def build(root: Element, imported: Mapping[str, Model]) -> Model:
    """The model of a `definitions` element; `imported` are other models by namespace. Raises ModelError."""
    model = Model(root.get("name", ""), root.get("namespace", ""))
    for element in each(root, "import"):
        other = imported.get(element.get("namespace", ""))
        if other is not None:
            model.imports[element.get("name", "")] = other
            model.parts.update(other.parts)
    model.types = read_types(root, model.imports)
    model.names = _names(root, model)
    reader = Reader(model.names)
    for element in each(root, *_KINDS):
        identity = element.get("id") or element.get("name", "")
        model.parts[f"{model.namespace}#{identity}"] = _part(element, model, reader)
    model.problems = reader.problems
    return model


def _names(root: Element, model: Model) -> frozenset[str]:
    found = {element.get("name", "") for element in root.iter() if local(element) not in ("definitions", "import")}
    for name, other in model.imports.items():
        found |= other.names | {name}
    found |= {element.get("iteratorVariable", "") for element in root.iter()}
    return frozenset(name for name in found if name and not name.isidentifier())


def _part(element: Element, model: Model, reader: Reader) -> Part:
    variable = first(element, "variable")
    name = element.get("name", "")
    type_ = None if variable is None else type_named(variable.get("typeRef"))
    requires = tuple(
        absolute(reference.get("href", ""), model)
        for requirement in each(element, "informationRequirement", "knowledgeRequirement")
        for reference in each(requirement, "requiredInput", "requiredDecision", "requiredKnowledge")
    )
    part = Part(local(element), name, model, type_, element, requires)
    if part.kind == "decision":
        part.node = reader.inside(element)
    elif part.kind == "businessKnowledgeModel":
        part.node = _logic(element, part, reader)
    return part


def _logic(element: Element, part: Part, reader: Reader) -> Node | None:
    logic = first(element, "encapsulatedLogic")
    if logic is None:
        return None
    definition = function(reader, logic)
    result = _result_type(part)
    if result is None:
        return definition
    return FunctionDefinition(definition.parameters, typed(definition.body, result.name), definition.external)


__all__ = ["Model", "Session", "build"]
