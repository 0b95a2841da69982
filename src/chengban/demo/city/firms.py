"""The enterprises of the city: what they are, where, since when and how large."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from chengban.demo.city.chance import Chance, days_between, even, skewed, spread, weighted
from chengban.demo.city.columns import Bytes, Floats, Ints, Mask, Text, choose, fixed_text, joined, year_of
from chengban.demo.city.identifiers import uscc_codes
from chengban.demo.city.industries import IndustryTable
from chengban.demo.city.names import trade_names
from chengban.demo.city.places import Places

COMPANY, INDIVIDUAL, COOPERATIVE = 1, 2, 3
"""Category of the credit code: 企业, 个体工商户, 农民专业合作社."""
_KINDS = (44, 52, 4)
YEARS = (2022, 2023, 2024, 2025)

FORMS = (
    "有限责任公司", "自然人独资有限责任公司", "法人独资有限责任公司", "股份有限公司", "国有独资公司",
    "外商投资有限责任公司", "个人独资企业", "有限合伙企业", "分公司", "个体工商户", "农民专业合作社",
)  # fmt: skip
_FORM_WEIGHTS = (38, 42, 5, 1, 0.3, 0.4, 5, 2, 6)
_FORM_ENDINGS = (
    "有限公司", "有限公司", "有限公司", "股份有限公司", "有限公司",
    "有限公司", "厂", "合伙企业（有限合伙）", "有限公司分公司", "", "专业合作社",
)  # fmt: skip
ENTITY_TYPES = (
    "公司", "公司", "公司", "公司", "公司", "公司", "个人独资企业", "合伙企业", "分支机构", "个体工商户", "农民专业合作社",
)  # fmt: skip
STATUSES = ("存续", "歇业", "吊销", "注销", "迁出")
_STATUS_WEIGHTS = (90, 1, 3, 5, 1)
_STAFF_EDGES = (1, 2, 3, 6, 11, 21, 51, 101, 301, 1001, 3000)
_STAFF_SHARES = (0.52, 0.22, 0.16, 0.055, 0.024, 0.0125, 0.0045, 0.0022, 0.0005, 0.00008)
"""Companies by staff: one, two, three to five, …, over a thousand."""
_SHOP_STAFF = (0.70, 0.20, 0.07, 0.02, 0.01)
_RESERVED_SERIALS = 1000
"""Serial numbers kept for the named firms."""


@dataclass
class Firms:
    """One value an enterprise in each column; days are counted from 1970-01-01."""

    codes: Bytes
    """Credit codes as ASCII of shape (firms, 18)."""
    name: Any
    kind: Ints
    form: Ints
    """Place in FORMS, ENTITY_TYPES."""
    industry: Ints
    """Place in the table of industries."""
    county: Ints
    town: Ints
    founded: Ints
    status: Ints
    """Place in STATUSES."""
    closed: Ints
    """Day of closing, or -1."""
    staff: Ints
    """Of shape (years, firms), at the end of each of YEARS, dispatched workers among them; 0 where not in business."""
    capital: Floats
    """Registered capital, 元."""
    general: Mask
    """General VAT taxpayers (一般纳税人), set with the books."""

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def active(self) -> Mask:
        return np.asarray(self.status == 0)

    @property
    def companies(self) -> Mask:
        return np.asarray(self.kind == COMPANY)

    def uscc(self, index: Ints | None = None) -> Text:
        return fixed_text(self.codes if index is None else self.codes[index])

    def in_business(self, year: int) -> Mask:
        """Which had staff at the end of a year."""
        return np.asarray(self.staff[YEARS.index(year)] > 0)

    def staff_in(self, year: int) -> Ints:
        count: Ints = self.staff[YEARS.index(year)]
        return count


def make_firms(chance: Chance, places: Places, industries: IndustryTable, count: int, on: int, hands: int) -> Firms:
    """`count` enterprises on the day `on`, whose companies together employ about `hands` people at most."""
    rng = chance.of("firms")
    kind = weighted(rng, count, np.array(_KINDS)) + 1
    industry = _industries(chance, kind, industries)
    form = np.select([kind == INDIVIDUAL, kind == COOPERATIVE], [9, 10], weighted(rng, count, np.array(_FORM_WEIGHTS)))
    county = places.counties(chance, "firms", count)
    founded = on - 30 - np.minimum(-6.5 * np.log1p(-even(rng, count)) * 365, 33 * 365).astype(np.int64)
    status, closed = _fates(chance, founded, on)
    serial = _RESERVED_SERIALS + np.arange(count) + chance.seed % 800 * 1_000_000
    return Firms(
        codes=uscc_codes(serial, kind, places.codes_at(county, year_of(founded))),
        name=_names(chance, places, industries, kind, form, industry, county),
        kind=kind, form=form, industry=industry, county=county, town=places.town_in(chance, "firms", county),
        founded=founded, status=status, closed=closed,
        staff=_staff(chance, kind, industries.column("staff")[industry], founded, closed, hands),
        capital=_capital(chance, kind), general=np.zeros(count, bool),
    )  # fmt: skip


def _industries(chance: Chance, kind: Ints, industries: IndustryTable) -> Ints:
    chosen = np.zeros(len(kind), np.int64)
    for place, weights in enumerate(industries.weights):
        rows = np.flatnonzero(kind == place + 1)
        chosen[rows] = weighted(chance.of(f"industries {place}"), len(rows), weights)
    return chosen


def _fates(chance: Chance, founded: Ints, on: int) -> tuple[Ints, Ints]:
    rng = chance.of("fates")
    count = len(founded)
    status = weighted(rng, count, np.array(_STATUS_WEIGHTS))
    status = np.where(on - founded < 200, 0, status)
    closed = days_between(rng, np.maximum(founded + 90, on - 4 * 365), on - 5, count)
    return status, np.where(status >= 2, closed, -1)


def _names(chance: Chance, places: Places, industries: IndustryTable, kind: Ints, form: Ints, industry: Ints,
           county: Ints) -> Any:  # fmt: skip
    trade = trade_names(chance, (county * len(industries.rows) + industry) * 3 + kind)
    city_wide = (kind == COMPANY) & (chance.of("name regions").random(len(kind)) < 0.35)
    heads = [*places.county_names, "聊城市", "聊城"]
    head = np.where(city_wide, len(heads) - 1, county)
    words = [row.company_word for row in industries.rows] + [row.shop_word for row in industries.rows]
    word = np.where(kind == INDIVIDUAL, industry + len(industries.rows), industry)
    return joined(choose(heads, head), trade, choose(words, word), choose(_FORM_ENDINGS, form))


def _staff(chance: Chance, kind: Ints, factor: Floats, founded: Ints, closed: Ints, hands: int) -> Ints:
    rng = chance.of("staff")
    count = len(kind)
    shop = weighted(rng, count, np.array(_SHOP_STAFF)) + 1
    drawn = _company_staff(rng, count, factor)
    staff = np.where(kind == INDIVIDUAL, shop, drawn)
    alive = (closed < 0) & (kind != INDIVIDUAL)
    wanted = int(staff[alive].sum())
    if wanted > hands:  # the city has only so many hands
        fewer = 1 + ((staff - 1) * (max(hands - alive.sum(), 0) / max(wanted - alive.sum(), 1))).astype(np.int64)
        staff = np.where(kind == INDIVIDUAL, staff, fewer)
    return _history(rng, staff, founded, closed)


def _company_staff(rng: np.random.Generator, count: int, factor: Floats) -> Ints:
    shares = np.array(_STAFF_SHARES)
    points = np.r_[0, np.cumsum(shares / shares.sum())]
    drawn = np.exp(np.interp(even(rng, count), points, np.log(_STAFF_EDGES)))
    larger = np.where(drawn >= 3, drawn * factor ** rng.random(count), drawn)
    return np.clip(larger, 1, _STAFF_EDGES[-1]).astype(np.int64)


def _history(rng: np.random.Generator, staff: Ints, founded: Ints, closed: Ints) -> Ints:
    """Staff at the end of each year: what it is now, less the growth since."""
    opened, ended = year_of(founded), np.where(closed < 0, 9999, year_of(closed))
    rows: list[Any] = []
    level = staff.astype(np.float64)
    for year in reversed(YEARS):
        alive = (opened <= year) & (year < ended)
        rows.append(np.where(alive, np.maximum(np.rint(level), 1), 0).astype(np.int64))
        level = level / np.clip(1 + 0.05 + 0.10 * rng.standard_normal(len(staff)), 0.75, 1.4)
    return np.stack(rows[::-1])


def _capital(chance: Chance, kind: Ints) -> Floats:
    rng = chance.of("capital")
    count = len(kind)
    company = np.array([10, 30, 50, 100, 200, 500, 1000, 2000, 5000])[
        weighted(rng, count, np.array([4, 6, 14, 28, 18, 16, 9, 3.5, 1.5]))
    ]
    shop = np.maximum(np.rint(skewed(rng, count, 6, 0.8)), 1)
    cooperative = np.rint(spread(rng, count, 20, 600))
    wan = np.select([kind == INDIVIDUAL, kind == COOPERATIVE], [shop, cooperative], company)
    return wan.astype(np.float64) * 10_000
