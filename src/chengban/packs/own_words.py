"""A version's own words: its clauses' ids are each one clause's, and no parameter or table hides behind another word."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from chengban.packs.loader import Pack
from chengban.packs.model import PolicyVersion


@dataclass(frozen=True, slots=True)
class Clash:
    """A word that means two things: the key within the version where it stands, and a sentence.

    `taken_by` is the fact, parameter or table whose name it is; none: the word is a clause's id that stands there twice.
    """

    key: tuple[str | int, ...]
    word: str
    message: str
    taken_by: str | None = None


def clashing_words(pack: Pack, version: PolicyVersion) -> Iterator[Clash]:
    for name, count in Counter(clause.id for clause in version.clauses).items():
        if count > 1:
            yield Clash(("clauses",), name, f"clause {name} is declared {count} times")
    taken = {name: fact.id for fact in pack.facts.values() for name in (fact.id, fact.name, *fact.aliases)}
    named = [("parameter", number, {one.id, one.name}) for number, one in enumerate(version.parameters)]
    named += [("table", number, {one.id, one.name}) for number, one in enumerate(version.tables)]
    for kind, number, names in named:
        for name in names:
            if name in taken:
                told = f"{name} is the name of {taken[name]}; call the {kind} something else"
                yield Clash((f"{kind}s", number, "name"), name, told, taken[name])
            taken[name] = kind
