"""Why a policy says yes, no, or cannot say: clause by clause, with what is missing and how far there is to go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from typing import Literal as OneOf

from .describe import describe
from .gaps import Gap, gap_of
from .names import names_in
from .nodes import Node
from .unknown import Unknown
from .vocabulary import KnownFacts, Vocabulary

Verdict = OneOf["eligible", "ineligible", "unknown"]


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition of a policy: its node over fact ids with parameters bound, and a text of its own if it has one."""

    id: str
    node: Node
    text: str = ""


@dataclass(frozen=True, slots=True)
class ClauseResult:
    """One clause for one subject.

    `verdict` is True; False (also where FEEL gives null, as for x / 0); or Unknown, naming the facts that would
    settle it. `facts` are the values of the facts it names, None for those not known. `gap` is set where it is False
    and what would change it can be told.
    """

    id: str
    text: str
    verdict: bool | Unknown
    facts: dict[str, Any] = field(default_factory=dict)
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The verdict of a policy: ineligible when any clause fails, else unknown when any is, else eligible.

    `missing` are the facts that would settle an unknown verdict; `changes` the fewest changes that would turn every
    failed clause, where each can be told.
    """

    verdict: Verdict
    clauses: tuple[ClauseResult, ...]
    missing: tuple[str, ...]
    changes: tuple[Gap, ...] = ()


def explain(clauses: Sequence[Clause], facts: Mapping[str, Any], vocabulary: Vocabulary, language: str = "zh") -> Explanation:
    """Evaluate each clause over the facts held; absent facts are unknown, derived ones are computed."""
    known = KnownFacts(facts, vocabulary)
    results = tuple(_result(clause, known, vocabulary, language) for clause in clauses)
    verdict = verdict_of(result.verdict for result in results)
    missing = _missing(results) if verdict == "unknown" else ()
    return Explanation(verdict, results, missing, _changes(results))


def verdict_of(values: Iterable[Any]) -> Verdict:
    """The verdict of clauses with these values; anything but true and unknown fails."""
    found = list(values)
    if any(value is not True and not isinstance(value, Unknown) for value in found):
        return "ineligible"
    return "unknown" if any(isinstance(value, Unknown) for value in found) else "eligible"


def _result(clause: Clause, known: KnownFacts, vocabulary: Vocabulary, language: str) -> ClauseResult:
    value = known.value_of(clause.node)
    verdict = value if isinstance(value, Unknown) else value is True
    text = clause.text or describe(clause.node, vocabulary, language)
    gap = gap_of(clause.node, known, vocabulary, language) if verdict is False else None
    return ClauseResult(clause.id, text, verdict, _facts(clause.node, known, vocabulary), gap)


def _facts(node: Node, known: KnownFacts, vocabulary: Vocabulary) -> dict[str, Any]:
    values = {name: known[name] for name in sorted(names_in(node)) if name in vocabulary}
    return {name: None if isinstance(value, Unknown) else value for name, value in values.items()}


def _missing(results: tuple[ClauseResult, ...]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for result in results:
        if isinstance(result.verdict, Unknown):
            found.update(dict.fromkeys(sorted(result.verdict.facts)))
    return tuple(found)


def _changes(results: tuple[ClauseResult, ...]) -> tuple[Gap, ...]:
    failed = [result.gap for result in results if result.verdict is False]
    gaps = [gap for gap in failed if gap is not None]
    return tuple(dict.fromkeys(gaps)) if len(gaps) == len(failed) else ()
