"""The words that policies are written in, as the rules engine knows them: facts, their formulas and their tables."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Any, TypeVar

from chengban import rules
from chengban.packs.loader import Pack
from chengban.packs.model import CodeSet, DecisionTable, FactDeclaration, FieldType, PolicyVersion, Register, TableRule

_MOST_KEPT = 20_000
_NEGATED = re.compile(r"\s*not\s*\((.*)\)\s*", re.DOTALL)
_Made = TypeVar("_Made")


class _Words(rules.Vocabulary):
    """The vocabulary of a pack, and what was made with it from the pack's policies."""

    def __init__(self, facts: Iterable[rules.Fact]) -> None:
        super().__init__(facts)
        self.kept: dict[tuple[object, ...], tuple[object, Any]] = {}


def vocabulary(pack: Pack) -> rules.Vocabulary:
    """Every fact of the pack; a derived one carries its formula, with Chinese names resolved to ids."""
    return _words(pack)


def _words(pack: Pack) -> _Words:
    if pack.vocabulary is None:
        pack.vocabulary = _build(pack)
    built: _Words = pack.vocabulary
    return built


def _build(pack: Pack) -> _Words:
    plain = rules.Vocabulary(_fact(pack, fact, None) for fact in pack.facts.values())
    return _Words(_fact(pack, fact, formula_of(pack, fact, plain)) for fact in pack.facts.values())


def _fact(pack: Pack, fact: FactDeclaration, formula: rules.Node | None) -> rules.Fact:
    return rules.Fact(
        id=fact.id,
        names=(fact.name, *fact.aliases),
        type=fact.type,
        unit=fact.unit,
        domain=_domain(pack, fact),
        formula=formula,
        name_en=fact.name_en,
    )


def _domain(pack: Pack, fact: FactDeclaration) -> frozenset[str] | None:
    if fact.values:
        return frozenset(fact.values)
    if fact.codes and fact.codes in pack.codes:
        return frozenset(code.code for code in pack.codes[fact.codes].items)
    return None


def formula_of(pack: Pack, fact: FactDeclaration, words: rules.Vocabulary) -> rules.Node | None:
    """The formula of a derived fact. Raises `rules.FeelSyntaxError`."""
    if fact.table is not None and fact.table in pack.tables:
        return words.resolve(rules.parse(table_text(pack.tables[fact.table]), names=words.names))
    if fact.formula is not None:
        return words.resolve(rules.parse(fact.formula, names=words.names))
    return None


def table_text(table: DecisionTable) -> str:
    """A first-hit decision table as one FEEL expression; with no rule hit it is null."""
    text = "null"
    for _, run in reversed([(test, list(run)) for test, run in groupby(table.rules, key=lambda rule: rule.when[0])]):
        text = _nested(table, run, text) if _always_hits(run) else _chain(table.inputs, run, text)
    return text


def _always_hits(run: list[TableRule]) -> bool:
    """Whether, once the first test of the run holds, one of its rules is hit: then the first test need be asked only once."""
    return len(run) > 1 and run[0].when[0].strip() != "-" and all(test.strip() == "-" for test in run[-1].when[1:])


def _nested(table: DecisionTable, run: list[TableRule], otherwise: str) -> str:
    inner = [TableRule(when=rule.when[1:], then=rule.then) for rule in run]
    return f"if {_test(table.inputs[0], run[0].when[0])} then ({_chain(table.inputs[1:], inner, 'null')}) else {otherwise}"


def _chain(inputs: tuple[str, ...], run: list[TableRule], otherwise: str) -> str:
    text = otherwise
    for rule in reversed(run):
        tests = [_test(name, test) for name, test in zip(inputs, rule.when, strict=True) if test.strip() != "-"]
        text = f"if {' and '.join(tests)} then {rule.then} else {text}" if tests else rule.then
    return text


def _test(name: str, test: str) -> str:
    negated = _NEGATED.fullmatch(test)
    if negated is not None and rules.parse_unary_tests(test).negated:
        return f"not(({name}) in ({negated[1]}))"
    return f"(({name}) in ({test}))" if "?" not in test else f"({test.replace('?', f'({name})')})"


_FIELD_TYPES: dict[FieldType, str] = {
    "integer": "number",
    "decimal": "number",
    "money": "number",
    "year": "number",
    "date": "date",
    "boolean": "boolean",
}


def register_vocabulary(register: Register, codes: Mapping[str, CodeSet] | None = None) -> rules.Vocabulary:
    """The register's fields as the words of its own conditions; with `codes`, which values a coded field can have.

    Raises `rules.VocabularyError` where a name means two fields.
    """
    legal = {name: frozenset(code.code for code in one.items) for name, one in (codes or {}).items()}
    return rules.Vocabulary(
        rules.Fact(
            id=field.id,
            names=(field.name,),
            type=_FIELD_TYPES.get(field.type, "string"),
            domain=legal.get(field.codes or ""),
        )
        for field in register.fields
    )


def parameters_of(version: PolicyVersion) -> dict[str, object]:
    """The version's parameters by id and by Chinese name."""
    values = {parameter.id: _plain(parameter.value) for parameter in version.parameters}
    return values | {parameter.name: _plain(parameter.value) for parameter in version.parameters}


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def expression(pack: Pack, text: str, version: PolicyVersion) -> rules.Node:
    """A clause or amount as a node over fact ids, its parameters bound. Raises `rules.FeelSyntaxError`."""
    return kept_with(pack, ("expression", text, id(version)), version, lambda: _expression(pack, text, version))


def _expression(pack: Pack, text: str, version: PolicyVersion) -> rules.Node:
    words, bound = vocabulary(pack), bindings(pack, version)
    return rules.bind(words.resolve(rules.parse(text, names=(*words.names, *bound))), bound)


def bindings(pack: Pack, version: PolicyVersion) -> dict[str, object]:
    """What a version's expressions may name beside facts: its parameters, its tables as nodes. Raises `rules.FeelSyntaxError`."""
    words, parameters = vocabulary(pack), parameters_of(version)
    bound = dict(parameters)
    for table in version.tables:
        node = words.resolve(rules.parse(table_text(table), names=(*words.names, *parameters)))
        bound[table.id] = bound[table.name] = rules.bind(node, parameters)
    return bound


def clauses_of(pack: Pack, version: PolicyVersion) -> list[rules.Clause]:
    """The version's clauses as the rules engine explains them."""
    return [rules.Clause(id=clause.id, node=expression(pack, clause.when, version)) for clause in version.clauses]


def amount_of(pack: Pack, version: PolicyVersion) -> rules.Node | None:
    return None if version.amount.formula is None else expression(pack, version.amount.formula, version)


def calendar_facts(on: date) -> dict[str, object]:
    """The two facts that no register holds: 业务日期 and 业务年度."""
    return {"business_date": on, "business_year": on.year}


def grounded(pack: Pack, node: rules.Node, on: date) -> rules.Node:
    """The node over base facts alone, at a business date: what is compiled and run over columns."""
    return kept_with(pack, ("grounded", id(node), on), node, lambda: _grounded(pack, node, on))


def _grounded(pack: Pack, node: rules.Node, on: date) -> rules.Node:
    return rules.bind(vocabulary(pack).inline(node), calendar_facts(on))


def condition_of(pack: Pack, version: PolicyVersion, on: date) -> rules.Node:
    """The whole condition, grounded: every clause its author wrote, each kept as one part."""
    return rules.conjunction(grounded(pack, clause.node, on) for clause in clauses_of(pack, version))


def facts_in(pack: Pack, nodes: Iterable[rules.Node]) -> frozenset[str]:
    """The base facts that the nodes stand on."""
    calendar = calendar_facts(date.min)
    none: frozenset[str] = frozenset()
    return none.union(*(_names(pack, node) for node in nodes)) - calendar.keys()


def _names(pack: Pack, node: rules.Node) -> frozenset[str]:
    return kept_with(pack, ("names", id(node)), node, lambda: rules.names_in(vocabulary(pack).inline(node)))


def kept_with(pack: Pack, key: tuple[object, ...], of: object, make: Callable[[], _Made]) -> _Made:
    """What was made before from the same object, for as long as the pack's vocabulary lives.

    Policies are written once and matched, explained and counted a thousand times. `of` is the object whose identity is
    in the key; it is kept too, so that its identity never goes to another.
    """
    kept = _words(pack).kept
    if key not in kept:
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        kept[key] = of, make()
    made: _Made = kept[key][1]
    return made
