"""Tables that leave as CSV for a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(table: Iterable[Sequence[str]]) -> Iterator[str]:
    """The table as CSV lines, with the mark at its head by which spreadsheets know UTF-8."""
    yield "\ufeff"
    for row in table:
        line = StringIO()
        csv.writer(line).writerow(row)
        yield line.getvalue()


def guarded(text: str) -> str:
    """A text that a spreadsheet shows as it is, and never runs as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
