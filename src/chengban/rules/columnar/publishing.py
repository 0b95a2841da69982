"""Other policies over codes that are there: a source is coded again only where a code does not tell its tests apart."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .books import Book, CategoryBook, Outcomes, RankBook
from .codes import Codes, encode_table
from .encoding import Coding, Encoded
from .parquet import Columns
from .plan import Plan, make_book
from .sources import Source
from .tape import TestCodes


def publish(plan: Plan, codes: Codes) -> Codes:
    """The table of `codes` coded for another plan."""
    return recode(plan, codes.encoded.codings, codes.places, codes.rows, codes.table)


def recode(plan: Plan, kept: tuple[Coding, ...], places: Mapping[Source, int], rows: int, table: Columns) -> Codes:
    """Codes for a plan by those of `kept` that have a place; what they do not tell is coded from the table."""
    found: dict[int, TestCodes] = {}
    missing = []
    for source, numbers in plan.groups.items():
        told = _told(plan, source, kept[places[source]]) if source in places else None
        if told is None:
            missing.append(source)
        else:
            width = kept[places[source]].width
            found |= {n: TestCodes(places[source], width, outcomes) for n, outcomes in zip(numbers, told, strict=True)}
    encoded = Encoded(rows, kept, found)
    return encode_table(plan, table, missing, encoded) if missing else Codes(plan, encoded, table)


def _told(plan: Plan, source: Source, coding: Coding) -> Outcomes | None:
    """The outcomes of the source's tests by the codes that are there; None where some code does not settle a test."""
    needed = plan.fixed_book(source)
    if needed is None and isinstance(coding.book, CategoryBook) and coding.book.listed_all:
        needed = make_book(source, plan.tests_of(source), list(coding.book.codes))
    return None if needed is None else translate(needed, coding.book)


def translate(needed: Book, book: Book) -> Outcomes | None:
    """The outcomes of `needed`, (tests, codes), by the codes of another book of the same source; None where they differ in more."""
    if isinstance(needed, RankBook) and isinstance(book, RankBook):
        return needed.outcomes if needed.cuts == book.cuts else _by_ranks(needed, book)
    if isinstance(needed, CategoryBook) and isinstance(book, CategoryBook):
        return _by_categories(needed, book)
    return needed.outcomes


def _by_ranks(needed: RankBook, book: RankBook) -> Outcomes | None:
    places = {cut: place for place, cut in enumerate(book.cuts)}
    if any(cut not in places for cut in needed.cuts):
        return None
    reached = np.zeros(len(book.cuts) + 1, np.int64)
    for cut in needed.cuts:
        reached[places[cut] + 1 :] += 1
    return needed.outcomes[:, [*reached, needed.null_code, needed.unknown_code]]


def _by_categories(needed: CategoryBook, book: CategoryBook) -> Outcomes | None:
    """Each code must hold values of one code of `needed` only."""
    columns: dict[int, int] = {}
    if not book.listed_all:
        columns[book.others] = needed.others
        if any(code != needed.others for value, code in needed.codes.items() if value not in book.codes):
            return None
    for value, code in book.codes.items():
        wanted = needed.codes.get(value, needed.others)
        if columns.setdefault(code, wanted) != wanted:
            return None
    by_code = [columns.get(code, needed.others) for code in range(book.size - 2)]
    return needed.outcomes[:, [*by_code, needed.null_code, needed.unknown_code]]
