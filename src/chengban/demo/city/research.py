"""Which firms do research, which of them are recognised, and how much they put into it."""

from dataclasses import dataclass

import numpy as np

from chengban.demo.city.chance import Chance, share, spread
from chengban.demo.city.columns import Floats, Ints, Mask
from chengban.demo.city.firms import Firms
from chengban.demo.city.industries import IndustryTable
from chengban.demo.city.people import YEAR

CITY_ENTERPRISES = 700_000
"""The size of the real city, to which the counts below belong."""
HIGH_TECH = 810
TECH_SME = 1155
RESEARCHING = 2100
STARTUPS = 90
"""High-tech enterprises and sci-tech SMEs as the city's newspaper counts them (28 January 2024); how many firms have R&D
accounts, and how many of them are start-ups, is chosen here."""
FIRST_CLASS, SECOND_CLASS = 0, 1


def scaled(count: int, enterprises: int, least: int) -> int:
    """A count of the real city at another size, and never fewer than `least`."""
    return max(round(count * enterprises / CITY_ENTERPRISES), least)


@dataclass
class Research:
    """One value a firm in each column."""

    researching: Mask
    high_tech: Mask
    """Whose certificate is in force on the business date."""
    tech_sme: Mask
    """Whose entry is in force on the business date."""
    startup: Mask
    """Young firms with venture capital, which spend a fifth of their costs and more on research."""
    expense_ratio: Floats
    """R&D expense ÷ revenue, about."""
    staff_ratio: Floats
    """R&D staff ÷ staff, about."""
    sci_tech_ratio: Floats
    """Scientific and technical staff ÷ staff, about; at least the former."""
    patents: Ints
    """Rights in force of the first and second class (Ⅰ类, Ⅱ类), shape (2, firms)."""
    hitech_income_ratio: Floats
    booked: Mask
    """Whose R&D expense is accurately booked (准确归集)."""

    @property
    def everyone(self) -> Ints:
        """The firms that do research, ordered."""
        return np.flatnonzero(self.researching)


def make_research(chance: Chance, firms: Firms, industries: IndustryTable, ordinary: Mask, named: tuple[int, int],
                  on: int) -> Research:  # fmt: skip
    """Choose the firms that do research among the `ordinary`, and see that they have the hands for it.

    `named`: how many high-tech enterprises and sci-tech SMEs there are beside them already.
    """
    rng = chance.of("research")
    count = len(firms)
    few = int(((firms.form <= 5) & firms.active).sum())
    ranked = _ranked(rng, firms, industries, ordinary, on)
    pool = ranked[: min(scaled(RESEARCHING, count, 14), few)]
    young = ranked[len(pool) : len(pool) + few // 2]
    young = young[on - firms.founded[young] < 4.6 * YEAR][: scaled(STARTUPS, count, 2)]
    high = pool[: scaled(HIGH_TECH, count, 3) - named[0]]
    entered = _entered(pool, len(high), scaled(TECH_SME, count, 5) - named[1])
    firms.staff[:, pool] = np.where(
        firms.staff[:, pool] > 0, np.maximum(firms.staff[:, pool], 8 + rng.integers(0, 22, len(pool))), 0
    )
    firms.staff[:, high] = np.where(firms.staff[:, high] > 0, firms.staff[:, high] + rng.integers(10, 70, len(high)), 0)
    firms.staff[:, entered] = np.minimum(firms.staff[:, entered], 420)
    firms.staff[:, young] = np.minimum(firms.staff[:, young] * 4, 30)
    masks = [_mask(count, rows) for rows in (np.concatenate([pool, young]), high, entered, young)]
    return _describe(rng, *masks)


def _ranked(rng: np.random.Generator, firms: Firms, industries: IndustryTable, ordinary: Mask, on: int) -> Ints:
    """Companies, the likeliest to do research first."""
    able = firms.active & (firms.form <= 5) & ordinary & (on - firms.founded > 3.2 * YEAR)
    technical = industries.column("technical")[firms.industry]
    score = technical * (0.15 + rng.random(len(firms))) * np.log1p(firms.staff_in(2025))
    return np.argsort(np.where(able, -score, 1.0), kind="stable")


def _entered(pool: Ints, high: int, wanted: int) -> Ints:
    """Sci-tech SMEs: half of the high-tech enterprises, then those that come next."""
    both = pool[:high:2]
    return np.concatenate([both, pool[high : high + wanted - len(both)]])


def _describe(rng: np.random.Generator, researching: Mask, high_tech: Mask, tech_sme: Mask, startup: Mask) -> Research:
    count = len(researching)
    kinds = [high_tech, tech_sme, startup, researching]

    def by_kind(*ranges: tuple[float, float]) -> Floats:
        return np.select(kinds, [spread(rng, count, low, high) for low, high in ranges])

    staff = by_kind((0.11, 0.28), (0.06, 0.24), (0.3, 0.5), (0.02, 0.16))
    more = by_kind((0.06, 0.2), (0.08, 0.25), (0.1, 0.3), (0, 0.12))
    first = np.select(kinds, [rng.poisson(mean, count) for mean in (1.6, 0.7, 0.5, 0.2)])
    second = np.select(kinds, [least + rng.poisson(mean, count) for least, mean in ((4, 7), (2, 4), (1, 2), (0, 1.5))])
    return Research(
        researching=researching, high_tech=high_tech, tech_sme=tech_sme, startup=startup,
        expense_ratio=by_kind((0.055, 0.13), (0.035, 0.14), (0.24, 0.42), (0.004, 0.07)),
        staff_ratio=staff, sci_tech_ratio=np.minimum(staff + more, 0.8),
        patents=np.stack([first, second]).astype(np.int64),
        hitech_income_ratio=by_kind((0.62, 0.95), (0.4, 0.9), (0.3, 0.9), (0.1, 0.8)),
        booked=researching & (high_tech | tech_sme | share(rng, count, 0.75)),
    )  # fmt: skip


def _mask(count: int, rows: Ints) -> Mask:
    mask = np.zeros(count, bool)
    mask[rows] = True
    return mask
