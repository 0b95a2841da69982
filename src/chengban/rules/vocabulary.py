"""The facts that rules may speak of: ids, Chinese names, types, units, legal codes, formulas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .budget import DEFAULT_LIMITS, Budget
from .errors import VocabularyError
from .evaluate import Environment, evaluate_in
from .names import names_in, replace_names
from .nodes import Name, Node
from .unknown import Unknown
from .values import to_feel


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact (指标). `type` is "number", "string", "boolean", "date", "duration" or another type of FEEL.

    `unit` such as 万元 or 人; `domain` the legal codes of a string; `formula` FEEL over other facts, for a derived one.
    """

    id: str
    names: tuple[str, ...] = ()
    type: str = "Any"
    unit: str | None = None
    domain: frozenset[str] | None = None
    formula: Node | None = None
    name_en: str | None = None

    def label(self, language: str = "zh") -> str:
        """The name to show: the first Chinese one, or the English one."""
        if language == "en":
            return self.name_en or self.id.replace("_", " ")
        return self.names[0] if self.names else self.id


class Vocabulary(Mapping[str, Fact]):
    """Facts by id. Raises VocabularyError for a name used twice and for formulas in a circle."""

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        self._facts: dict[str, Fact] = {}
        self._ids: dict[str, str] = {}
        self._inlined: dict[str, Node] = {}
        for fact in facts:
            self._add(fact)
        self._refuse_circles()

    def _add(self, fact: Fact) -> None:
        if fact.id in self._facts:
            raise VocabularyError(f"the fact {fact.id} is declared twice")
        self._facts[fact.id] = fact
        for name in (fact.id, *fact.names):
            if self._ids.setdefault(name, fact.id) != fact.id:
                raise VocabularyError(f"{name} names both {self._ids[name]} and {fact.id}")

    def _refuse_circles(self) -> None:
        done: set[str] = set()
        for start in self._facts:
            path: dict[str, Iterator[str]] = {start: iter(self._needs(start))}
            while path:
                current = next(reversed(path))
                need = next((name for name in path[current] if name not in done), None)
                if need is None:
                    done.add(current)
                    del path[current]
                elif need in path:
                    raise VocabularyError(f"the formulas of {' → '.join([*path, need])} go in a circle")
                else:
                    path[need] = iter(self._needs(need))

    def _needs(self, fact: str) -> list[str]:
        formula = self._facts[fact].formula
        named = () if formula is None else sorted(names_in(formula))
        return [self._ids[name] for name in named if name in self._ids]

    def __getitem__(self, name: str) -> Fact:
        return self._facts[self._ids[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)

    def __contains__(self, name: object) -> bool:
        return name in self._ids

    @property
    def names(self) -> tuple[str, ...]:
        """Every id and name that a rule may use."""
        return tuple(self._ids)

    def all_names(self) -> tuple[str, ...]:
        """The same as `names`."""
        return self.names

    def resolve(self, node: Node) -> Node:
        """`node` with the names of facts replaced by their ids."""
        return replace_names(node, lambda name: Name(self._ids.get(name.name, name.name), span=name.span))

    def inline(self, node: Node) -> Node:
        """`node` with derived facts replaced by their formulas, down to facts that are held."""
        return replace_names(node, self._formula)

    def _formula(self, name: Name) -> Node:
        fact = self._facts.get(self._ids.get(name.name, ""))
        if fact is None or fact.formula is None:
            return name
        if fact.id not in self._inlined:
            self._inlined[fact.id] = self.inline(self.resolve(fact.formula))
        return self._inlined[fact.id]


class KnownFacts(Mapping[str, Any]):
    """Facts as the evaluator sees them: the given ones, derived ones by their formula, all others unknown.

    A given None is not known either. Derived facts are computed once.
    """

    def __init__(self, given: Mapping[str, Any], vocabulary: Vocabulary | None = None) -> None:
        self._vocabulary = vocabulary if vocabulary is not None else _NO_VOCABULARY
        self._values: dict[str, Any] = {}
        for name, value in given.items():
            fact = self._vocabulary.get(name)
            if value is not None:
                self._values[fact.id if fact else name] = to_feel(value)
        self.environment = Environment({}, Budget(DEFAULT_LIMITS), facts=self)
        self.environment.budget.unknowns = True

    def __contains__(self, name: object) -> bool:
        from .builtins.registry import BUILTINS

        return name in self._values or name in self._vocabulary or name not in BUILTINS

    def __getitem__(self, name: str) -> Any:
        fact = self._vocabulary.get(name)
        key = fact.id if fact else name
        if key not in self._values:
            formula = None if fact is None else fact.formula
            unknown = Unknown(frozenset({key}))
            self._values[key] = unknown if formula is None else evaluate_in(formula, self.environment)
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def value_of(self, node: Node) -> Any:
        """The FEEL value of a node over these facts; Unknown where they do not settle it."""
        self.environment.budget = Budget(DEFAULT_LIMITS)
        self.environment.budget.unknowns = True
        return evaluate_in(node, self.environment)


_NO_VOCABULARY = Vocabulary()


def evaluate_known(node: Node, facts: Mapping[str, Any], vocabulary: Vocabulary | None = None) -> Any:
    """The value of a node over facts that are held; facts absent or None are unknown, derived ones are computed."""
    return KnownFacts(facts, vocabulary).value_of(node)
