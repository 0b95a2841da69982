"""The synthetic city while its registers are being written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chengban.demo.city import cast
from chengban.demo.city.books import Books, make_books
from chengban.demo.city.chance import Chance
from chengban.demo.city.columns import Floats, Ints, Mask, Text, choose, day_number
from chengban.demo.city.firms import Firms, make_firms
from chengban.demo.city.industries import IndustryTable
from chengban.demo.city.people import People, make_people
from chengban.demo.city.places import Places
from chengban.demo.city.published import make_claims
from chengban.demo.city.research import Research, make_research
from chengban.demo.city.work import Work, hands_of, make_work
from chengban.packs import Pack

PEOPLE_A_FIRM = 3
LEAST_ENTERPRISES = 300
FIRST_DAY, LAST_DAY = date(2025, 12, 1), date(2025, 12, 11)
"""The days that the city's books (2022 to 2024), certificates and entries are laid out for."""

Rows = dict[str, Any]
"""A part of a register: a column for each field id, all of one length."""
Filler = Callable[["City"], Iterator[Rows]]
"""What makes a register's rows, part by part (a part a year where there are years)."""


class CityError(ValueError):
    """The city cannot be made as asked for, or a register's rows do not fit its declaration."""


@dataclass
class City:
    """People, firms, their books, research and ties, on the day `on` (days since 1970-01-01)."""

    pack: Pack
    chance: Chance
    business_date: date
    places: Places
    industries: IndustryTable
    people: People
    firms: Firms
    research: Research
    books: Books
    claims: Floats
    """The R&D super deduction, of the shape of the books."""
    work: Work
    ordinary_firms: Mask
    ordinary_people: Mask

    @property
    def on(self) -> int:
        return day_number(self.business_date)

    @property
    def year(self) -> int:
        return self.business_date.year

    def rng(self, purpose: str) -> np.random.Generator:
        return self.chance.of(purpose)

    def gaps(self, purpose: str, who: Ints, part: float) -> Mask:
        """Which rows of these firms lack a value: about `part` of them, and never a named firm's."""
        return (self.rng(f"gaps {purpose}").random(len(who)) < part) & self.ordinary_firms[who]

    def chosen(self, purpose: str, among: Mask, part: float | NDArray[np.float64]) -> Ints:
        """Firms among these, each with the chance `part`; no named firm."""
        drawn = self.rng(f"chosen {purpose}").random(len(self.firms)) < part
        return np.flatnonzero(among & drawn & self.ordinary_firms)

    def least(self, purpose: str, among: Mask, part: float, least: int) -> Ints:
        """Like `chosen`, but at least `least` firms where there are as many."""
        able = np.flatnonzero(among & self.ordinary_firms)
        many = min(max(round(part * len(able)), least), len(able))
        return np.sort(self.rng(f"least {purpose}").permutation(able)[:many])

    def office(self, county: Ints, ending: str) -> Text:
        """The county's office of a kind: 东昌府区市场监督管理局."""
        return choose([f"{name}{ending}" for name in self.places.county_names], county)

    def industry_codes(self, industry: Ints) -> Text:
        return choose([row.code for row in self.industries.rows], industry)

    def industry_names(self, industry: Ints) -> Text:
        names = self.pack.code_names["industry"]
        return choose([names.get(row.code, row.company_word) for row in self.industries.rows], industry)


def plan_city(pack: Pack, *, enterprises: int, seed: int, on: date) -> City:
    """Everything but the registers. Raises `CityError` when the city would be too small for its cast, or `on` is another time."""
    if not FIRST_DAY <= on <= LAST_DAY:
        raise CityError(f"the synthetic city is laid out for {FIRST_DAY} to {LAST_DAY}, and not for {on}")
    if enterprises < LEAST_ENTERPRISES:
        raise CityError(f"a city has at least {LEAST_ENTERPRISES} enterprises; {enterprises} were asked for")
    chance, places, industries, day = Chance(seed), Places.of(pack), IndustryTable(), day_number(on)
    people = make_people(chance, places, enterprises * PEOPLE_A_FIRM, day)
    cast.settle_people(people, places)
    firms = make_firms(chance, places, industries, enterprises, day, hands_of(people, enterprises, day))
    cast.settle_firms(firms, places, industries)
    ordinary_firms = cast.ordinary(enterprises, len(cast.FIRMS))
    ordinary_people = cast.ordinary(len(people), len(cast.PEOPLE))
    named = sum(firm.high_tech for firm in cast.FIRMS), sum(firm.tech_sme for firm in cast.FIRMS)
    research = make_research(chance, firms, industries, ordinary_firms, named, day)
    cast.settle_research(research)
    books = make_books(chance, firms, industries, research)
    cast.settle_books(books, firms)
    claims = make_claims(chance, firms, research, books, ordinary_firms)
    strangers = np.array(cast.insured_of_strangers()).T
    work = make_work(chance, people, firms, ordinary_people, strangers, day)
    cast.settle_work(work)
    return City(
        pack, chance, on, places, industries, people, firms, research, books, claims, work, ordinary_firms, ordinary_people
    )  # fmt: skip
