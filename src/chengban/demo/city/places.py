"""Where the city's people and firms are: counties weighted by people, towns and streets from the pack's regions."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chengban.demo.city.chance import Chance, weighted
from chengban.demo.city.columns import Ints, Text, choose, joined, number_text
from chengban.packs import Pack

_PEOPLE = {
    "371502": 27, "371503": 9, "371581": 12, "371521": 12, "371522": 15, "371524": 6, "371525": 12, "371526": 7,
}  # fmt: skip
"""Roughly each county's share of the city's people, in hundredths."""
_OLD_CODE_UNTIL = 2019
_STREETS = ("振兴路", "建设路", "东昌路", "柳园路", "湖南路", "文化路", "利民路", "昌润路", "光岳路", "兴华路", "花园路", "聊夏路")


@dataclass(frozen=True)
class Places:
    """Counties and towns as columns; a county or town is its place in these lists."""

    county_codes: Ints
    county_names: tuple[str, ...]
    short_names: tuple[str, ...]
    towns: tuple[tuple[str, str, int], ...]
    """Code, name and county of each town, ordered by county."""
    old_codes: Ints
    """A county's code before its last change, or its code."""

    @classmethod
    def of(cls, pack: Pack) -> "Places":
        """The places that the pack declares. Raises KeyError where its city has no code set `region`."""
        codes = pack.codes["region"].items
        counties = pack.city.counties
        former = {item.now: item.code for item in codes if item.now in counties}
        towns = tuple(
            (item.code, item.name, place)
            for place, county in enumerate(counties)
            for item in codes
            if item.parent == county and item.until is None
        )
        return cls(
            np.array([int(code) for code in counties]), pack.city.county_names, pack.city.short_county_names, towns,
            np.array([int(former.get(code, code)) for code in counties]),
        )  # fmt: skip

    @cached_property
    def weights(self) -> NDArray[np.float64]:
        return np.array([_PEOPLE.get(str(code), 10) for code in self.county_codes], np.float64)

    def counties(self, chance: Chance, purpose: str, count: int) -> Ints:
        return weighted(chance.of(f"{purpose} counties"), count, self.weights)

    def town_in(self, chance: Chance, purpose: str, county: Ints) -> Ints:
        """A town of each county."""
        rng = chance.of(f"{purpose} towns")
        owner = np.array([town[2] for town in self.towns])
        first = np.searchsorted(owner, np.arange(len(self.county_codes)))
        many = np.bincount(owner, minlength=len(self.county_codes))
        # The first towns of a county are its streets, and they are fuller.
        return first[county] + (rng.random(len(county)) ** 1.6 * many[county]).astype(np.int64)

    def codes_at(self, county: Ints, year: Ints) -> Ints:
        """The county code that was in use in a year."""
        return np.where(year < _OLD_CODE_UNTIL, self.old_codes[county], self.county_codes[county])

    def county_text(self, county: Ints) -> Text:
        return choose([str(code) for code in self.county_codes], county)

    def town_text(self, town: Ints) -> Text:
        return choose([code for code, _name, _county in self.towns], town)

    def addresses(self, chance: Chance, purpose: str, town: Ints, unit: str) -> Text:
        """An address in each town: county, town, street and number, then `unit` (室, 号楼…)."""
        rng = chance.of(f"{purpose} addresses")
        count = len(town)
        head = [f"聊城市{self.county_names[county]}{name}" for _code, name, county in self.towns]
        street = rng.integers(0, len(_STREETS), count)
        number: Any = number_text("", rng.integers(100, 1000, count), 3)
        room: Any = number_text("", rng.integers(101, 999, count), 3)
        return joined(choose(head, town), choose(_STREETS, street), number, "号", room, unit)
