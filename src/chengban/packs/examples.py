"""The worked examples of policies (样例), run: what each expects against what the rules say."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from chengban import rules
from chengban.packs.loader import Pack
from chengban.packs.model import Example, Policy
from chengban.packs.source import Finding
from chengban.packs.vocabulary import amount_of, calendar_facts, clauses_of, vocabulary


def run_examples(pack: Pack) -> Iterator[Finding]:
    """A finding for each example whose verdict, amount or missing facts are not what it expects."""
    for name, examples in pack.examples.items():
        origin = pack.origin("examples", name)
        verdicts = {example.expect for example in examples}
        if len(examples) < 3 or not {"eligible", "ineligible"} <= verdicts:
            yield Finding(origin.place("examples"), f"{name} needs three examples or more, a yes and a no among them")
        for number, example in enumerate(examples):
            told = _difference(pack, pack.policies[name], example)
            if told:
                yield Finding(origin.place("examples", number, "name"), f"{name}, example “{example.name}”: {told}")


def known_facts(pack: Pack, given: dict[str, Any]) -> dict[str, Any]:
    """The given facts by id, those that are null left out. Raises KeyError for a word that is no fact."""
    ids = {name: fact.id for fact in pack.facts.values() for name in (fact.id, fact.name, *fact.aliases)}
    return {ids[name]: value for name, value in given.items() if value is not None}


def _difference(pack: Pack, policy: Policy, example: Example) -> str:
    version = policy.in_force(example.on)
    if version is None:
        return "" if example.expect == "ineligible" else f"no version is in force on {example.on}"
    try:
        facts = {**calendar_facts(example.on), **known_facts(pack, example.facts)}
    except KeyError as unknown:
        return f"there is no fact {unknown.args[0]}"
    explained = rules.explain(clauses_of(pack, version), facts, vocabulary(pack))
    if explained.verdict != example.expect:
        return f"it expects {example.expect}, and the rules say {explained.verdict}"
    if example.missing is not None and set(example.missing) != set(explained.missing):
        return f"it expects {sorted(example.missing)} to be missing, and the rules miss {sorted(explained.missing)}"
    return _amount_difference(pack, policy, example, facts)


def _amount_difference(pack: Pack, policy: Policy, example: Example, facts: dict[str, Any]) -> str:
    version = policy.in_force(example.on)
    node = None if version is None else amount_of(pack, version)
    if example.amount is None:
        return ""
    value = None if node is None else rules.evaluate_known(node, facts, vocabulary(pack))
    if not isinstance(value, Decimal) or value != Decimal(example.amount):
        return f"it expects an amount of {example.amount}, and the rules say {value}"
    return ""
