"""Reads the policies of packs/liaocheng and judges facts by them with nothing but the language itself."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from chengban.packs.model import ExampleFile, FactDeclaration, FactFile, Policy, PolicyVersion
from chengban.packs.source import documents
from chengban.rules.evaluate import evaluate
from chengban.rules.nodes import Name, Node, walk
from chengban.rules.parser import parse
from chengban.rules.unknown import Unknown

REPOSITORY = Path(__file__).resolve().parents[2]
PACK = REPOSITORY / "packs" / "liaocheng"
SHARED = REPOSITORY.parent / "shared" / "domain"

Facts = Mapping[str, Any]


@lru_cache
def policies() -> dict[str, Policy]:
    """Every policy of the pack by id."""
    read = (Policy.model_validate(document.value) for document in documents(PACK / "policies", PACK))
    return {policy.id: policy for policy in read}


@lru_cache
def example_files() -> dict[str, ExampleFile]:
    """Every file of examples by its policy."""
    read = (ExampleFile.model_validate(document.value) for document in documents(PACK / "cases-tests", PACK))
    return {file.policy: file for file in read}


@lru_cache
def vocabulary() -> dict[str, FactDeclaration]:
    """Every declared fact by id."""
    files = (FactFile.model_validate(document.value) for document in documents(PACK / "facts", PACK))
    return {fact.id: fact for file in files for fact in file.facts}


@lru_cache
def ids_by_word() -> dict[str, str]:
    """Every word that a rule may use for a fact, and the fact's id."""
    return {word: fact.id for fact in vocabulary().values() for word in (fact.id, fact.name, *fact.aliases)}


@lru_cache(maxsize=4096)
def parsed(text: str) -> Node:
    return parse(text)


def words(text: str) -> set[str]:
    """The names that an expression uses, those of built-in functions left out."""
    node = parsed(text)
    called = {call.function.name for call in walk(node) if hasattr(call, "function") and isinstance(call.function, Name)}
    return {name.name for name in walk(node) if isinstance(name, Name)} - called


def parameters(version: PolicyVersion) -> dict[str, Any]:
    """The version's parameters by id and by Chinese name."""
    return {word: item.value for item in version.parameters for word in (item.id, item.name)}


def value(text: str, version: PolicyVersion, facts: Facts) -> Any:
    """The value of an expression of a version; a fact that is not in `facts` is unknown."""
    bound = parameters(version)
    needed = words(text) - bound.keys()
    return evaluate(parsed(text), {**bound, **{word: _fact(word, facts) for word in needed}})


def verdict(policy: Policy, on: date, facts: Facts) -> str:
    """The Kleene conjunction of the clauses in force: eligible, ineligible or unknown."""
    version = policy.in_force(on)
    if version is None:
        return "ineligible"
    return conjunction(value(clause.when, version, facts) for clause in version.clauses)


def conjunction(values: Iterable[Any]) -> str:
    found = list(values)
    if any(not isinstance(item, Unknown) and item is not True for item in found):
        return "ineligible"
    return "unknown" if any(isinstance(item, Unknown) for item in found) else "eligible"


def _fact(word: str, facts: Facts) -> Any:
    identifier = ids_by_word().get(word, word)
    if facts.get(identifier) is not None:
        return facts[identifier]
    declaration = vocabulary().get(identifier)
    if identifier in facts or declaration is None or declaration.formula is None:
        return Unknown(frozenset({identifier}))
    needed = words(declaration.formula)
    return evaluate(parsed(declaration.formula), {name: _fact(name, facts) for name in needed})
