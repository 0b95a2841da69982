"""The people of the city."""

from dataclasses import dataclass

import numpy as np

from chengban.demo.city.chance import Chance, days_between, even, share, weighted
from chengban.demo.city.columns import Bytes, Ints, Mask, Text, choose, fixed_text, year_of, year_start
from chengban.demo.city.identifiers import citizen_numbers
from chengban.demo.city.names import person_names
from chengban.demo.city.places import Places

_AGE_BANDS = (5, 7, 7, 6, 7, 8, 10, 10, 8.5, 8, 8.5, 7.5, 5, 4.5, 3, 1.8, 1, 0.5, 0.2)
"""People in each five years of age, in any unit: more of working age than a county has, since all these firms need them."""
DEGREES = ("博士", "硕士", "本科", "专科", "中等职业", "高中", "初中", "小学", "其他")
_DEGREE_YOUNG = (0.3, 3, 21, 24, 12, 12, 25, 2, 0.7)
_DEGREE_OLD = (0.05, 0.4, 5, 9, 6, 14, 45, 17, 3.5)
_DEGREE_AGE = np.array([29, 26, 22, 21, 18, 18, 15, 12, 12])
_ETHNIC = ("01", "03", "11", "02", "08", "05")
_ETHNIC_WEIGHTS = (970, 22, 3, 2, 2, 1)
YEAR = 365.25


@dataclass
class People:
    """One value a person in each column; days are counted from 1970-01-01."""

    numbers: Bytes
    """Citizen numbers as ASCII of shape (people, 18)."""
    name: Text
    male: Mask
    born: Ints
    county: Ints
    town: Ints
    """Of the household registration (户籍)."""
    residence_town: Ints
    ethnic: Text
    degree: Ints
    graduated: Ints
    """Day of the last graduation; meaningless below 专科, which the register leaves blank."""
    veteran: Mask
    married: Mask
    died: Ints
    """Day of death, or -1."""
    registered: Ints

    def __len__(self) -> int:
        return len(self.born)

    def citizen_id(self, index: Ints | None = None) -> Text:
        return fixed_text(self.numbers if index is None else self.numbers[index])

    def age(self, on: int) -> Ints:
        return ((on - self.born) / YEAR).astype(np.int64)


def make_people(chance: Chance, places: Places, count: int, on: int) -> People:
    """`count` people alive or lately dead on the day `on`."""
    rng = chance.of("people")
    male = share(rng, count, 0.507)
    born = _births(chance, count, on)
    county = places.counties(chance, "people", count)
    town = places.town_in(chance, "people", county)
    degree = _degrees(chance, born, on)
    name, _surname = person_names(chance, male)
    age = (on - born) / YEAR
    died = np.where((age > 60) & (rng.random(count) < 0.03), days_between(rng, on - 700, on - 10, count), -1)
    return People(
        numbers=citizen_numbers(places.codes_at(county, year_of(born)), born, male),
        name=name, male=male, born=born, county=county, town=town,
        residence_town=np.where(rng.random(count) < 0.9, town, rng.permutation(town)),
        ethnic=_ethnic(chance, count), degree=degree,
        graduated=year_start(year_of(born) + _DEGREE_AGE[degree]) + 172 + rng.integers(0, 15, count),
        veteran=male & (age > 21) & (rng.random(count) < 0.045),
        married=(age > 22) & (rng.random(count) < np.clip((age - 21) / 10, 0, 0.92)),
        died=died, registered=np.minimum(born + rng.integers(1, 45, count), on - 1),
    )  # fmt: skip


def _births(chance: Chance, count: int, on: int) -> Ints:
    rng = chance.of("births")
    band = weighted(rng, count, np.array(_AGE_BANDS))
    return on - 2 - ((band + even(rng, count)) * 5 * YEAR).astype(np.int64)


def _degrees(chance: Chance, born: Ints, on: int) -> Ints:
    rng = chance.of("degrees")
    count = len(born)
    age = (on - born) / YEAR
    young = weighted(rng, count, np.array(_DEGREE_YOUNG))
    old = weighted(rng, count, np.array(_DEGREE_OLD))
    degree = np.where(age < 38, young, old)
    # Nobody has left a school that he is too young for.
    too_young = age < _DEGREE_AGE[degree] + 1
    reached = np.select([age >= 19, age >= 16, age >= 13], [5, 6, 7], 8)
    return np.where(too_young, reached, degree)


def _ethnic(chance: Chance, count: int) -> Text:
    return choose(_ETHNIC, weighted(chance.of("ethnic"), count, np.array(_ETHNIC_WEIGHTS)))
