"""Amounts that add up to what the city's newspaper counted (28 January 2024), at the size of the city that is made."""

from typing import Any

import numpy as np

from chengban.demo.city.books import BOOK_YEARS, Books
from chengban.demo.city.chance import Chance, spread
from chengban.demo.city.columns import Floats, Ints, Mask
from chengban.demo.city.firms import Firms
from chengban.demo.city.research import CITY_ENTERPRISES, Research, scaled

CLAIMING, DEDUCTED = 1200, 4_200_000_000
"""Firms that took the R&D super deduction, and what they deducted, 元."""
LOANS, BORROWERS, LENT = 208, 191, 756_000_000
"""Loans for turning research into products, the firms that had them, and their sum, 元."""
_CAST_PART = 0.95
"""What the named firms deduct of their R&D expense: the same in every city."""


def scaled_sum(amount: int, enterprises: int) -> int:
    """A sum of the real city at another size, 元."""
    return amount * enterprises // CITY_ENTERPRISES


def add_up(amounts: Floats, total: float, step: int = 1) -> Floats:
    """The amounts in proportion, each a whole number of steps, that add up to `total`; as they are where that is not above 0.

    Each has one step, what is over is in proportion, and the greatest has what rounding leaves. A total below one step each
    cannot be made so.
    """
    if total <= 0 or not len(amounts):
        return amounts
    made = (1 + np.floor(amounts * ((total - step * len(amounts)) / amounts.sum()) / step)) * step
    made[np.argmax(made)] += total - made.sum()
    return made


def make_claims(chance: Chance, firms: Firms, research: Research, books: Books, ordinary: Mask) -> Floats:
    """The R&D super deduction of each firm in each of the books' years, shape (years, firms), 元.

    The last year adds up to the city's figure. Where the firms spent too little on research for that, their books say more.
    """
    who = _claiming(chance, firms, research, ordinary)
    drawn = who[ordinary[who]]
    part = np.where(ordinary, spread(chance.of("deduction"), len(firms), 0.85, 0.99), _CAST_PART)
    cast = np.floor(books.rd_expense[-1] * part)[who[~ordinary[who]]].sum()
    total = scaled_sum(DEDUCTED, len(firms)) - cast
    spent = (books.rd_expense[-1, drawn] * part[drawn]).sum()
    if spent > 0 and total > 0:
        books.rd_expense[:, drawn] *= max(total / spent, 1)
        part[drawn] *= min(total / spent, 1)
    claims = np.zeros((len(BOOK_YEARS), len(firms)))
    claims[:, who] = np.floor(books.rd_expense[:, who] * part[who])
    claims[-1, drawn] = add_up(claims[-1, drawn], total)
    return claims


def _claiming(chance: Chance, firms: Firms, research: Research, ordinary: Mask) -> Ints:
    """The named firms first, then the high-tech enterprises, then others whose expense is booked."""
    able = np.flatnonzero(research.booked & (firms.staff_in(BOOK_YEARS[-1]) > 0))
    rank: Any = np.select([~ordinary[able], research.high_tech[able]], [0, 1], 2) + chance.of("claims").random(len(able))
    named = int((~ordinary[able]).sum())
    return np.sort(able[np.argsort(rank)][: max(scaled(CLAIMING, len(firms), 2), named)])
