"""One more policy over a coded table: by the codes that are there wherever they can tell its tests apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..evaluate import evaluate
from .books import Book, CategoryBook, Outcomes, RankBook, category_book, named, rank_book
from .codes import Codes, encode_table
from .formula import FALSE_STATE, TRUE_STATE, UNKNOWN_STATE
from .plan import Plan
from .sources import Source, Test
from .tape import TestCodes


def publish(plan: Plan, codes: Codes) -> Codes:
    """The table of `codes` coded for another plan; its columns are read again only if some test needs it."""
    codings = {coding.source: coding for coding in codes.encoded.codings}
    partial = {codes.plan.tests[number].source for number in codes.encoded.deferred}
    found: dict[int, TestCodes] = {}
    for number, test in enumerate(plan.tests):
        coding = codings.get(test.source)
        if coding is None or test.source in partial:
            return encode_table(plan, codes.table)
        outcomes = outcomes_by(coding.book, test, coding.source)
        if outcomes is None:
            return encode_table(plan, codes.table)
        found[number] = TestCodes(coding.row, coding.width, outcomes)
    return Codes(plan, replace(codes.encoded, tests=found), codes.table)


def outcomes_by(book: Book, test: Test, source: Source) -> Outcomes | None:
    """The test's outcome for each code of an existing book; None where a code does not settle it."""
    if isinstance(book, RankBook):
        return _by_ranks(book, rank_book([test], evaluate))
    if isinstance(book, CategoryBook):
        return _by_categories(book, test, source)
    return np.arange(book.size, dtype=np.uint8)


def _by_ranks(book: RankBook, needed: RankBook) -> Outcomes | None:
    places = {cut: place for place, cut in enumerate(book.cuts)}
    if any(cut not in places for cut in needed.cuts):
        return None
    reached = np.zeros(len(book.cuts) + 1, np.int64)
    for cut in needed.cuts:
        reached[places[cut] + 1 :] += 1
    (outcomes,) = needed.outcomes
    return np.concatenate([outcomes[reached], outcomes[-2:]])


def _by_categories(book: CategoryBook, test: Test, source: Source) -> Outcomes | None:
    """Each code must hold values of one outcome only."""
    names = named(test.predicate) if source.kind == "string" else None
    if names is not None:
        return _by_names(book, *names)
    listed = [False, True] if source.kind == "boolean" else list(book.codes)
    needed = category_book([test], listed, evaluate)
    if source.kind != "boolean" and any(value not in book.codes for value in needed.codes):
        return None
    (by_code,) = needed.outcomes
    values: dict[int, set[int]] = {code: set() for code in (*book.codes.values(), book.others)}
    for value, code in book.codes.items():
        values[code].add(int(by_code[needed.codes.get(value, needed.others)]))
    if not book.listed_all:
        if needed.listed_all:
            return None
        values[book.others].add(int(by_code[needed.others]))
    if any(len(outcomes) > 1 for outcomes in values.values()):
        return None
    outcomes = np.empty(book.size, np.uint8)
    for code, single in values.items():
        outcomes[code] = next(iter(single), by_code[needed.others])
    outcomes[-2:] = by_code[-2:]
    return outcomes


def _by_names(book: CategoryBook, outcome: int, names: Sequence[str]) -> Outcomes | None:
    """The same for a test that asks whether a string is one of `names`."""
    chosen = {name: book.codes[name] for name in names if name in book.codes}
    if not book.listed_all and len(chosen) < len(set(names)):
        return None
    sharing = [value for value, code in book.codes.items() if code in set(chosen.values())]
    if len(sharing) > len(chosen) or (not book.listed_all and book.others in chosen.values()):
        return None
    outcomes = np.full(book.size, FALSE_STATE if outcome == TRUE_STATE else TRUE_STATE, np.uint8)
    outcomes[list(chosen.values())] = outcome
    outcomes[-2:] = UNKNOWN_STATE
    return outcomes
