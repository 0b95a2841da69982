"""Three years of every firm's books, from which reports, returns and R&D accounts are all taken: so they agree."""

from dataclasses import dataclass

import numpy as np

from chengban.demo.city.chance import Chance, skewed, spread
from chengban.demo.city.columns import Floats, Ints, Mask
from chengban.demo.city.firms import INDIVIDUAL, Firms
from chengban.demo.city.industries import IndustryTable
from chengban.demo.city.research import Research

BOOK_YEARS = (2022, 2023, 2024)
_WAN = 10_000
_SMALL_VAT_LIMIT = 5_000_000
"""Sales above which a VAT taxpayer is no longer small (增值税法 第九条), 元."""
_SME_LIMIT = 190_000_000
"""A little below the ceiling of sales and assets of a sci-tech SME, 元."""


@dataclass
class Books:
    """Of shape (years, firms) over BOOK_YEARS unless told otherwise; money in 元; 0 where a firm was not in business."""

    revenue: Floats
    main_ratio: Floats
    """Main business ÷ revenue."""
    assets: Floats
    liabilities: Floats
    profit: Floats
    """Before tax; the R&D expense is among the costs."""
    wages: Floats
    rd_expense: Floats
    rd_staff: Ints
    sci_tech_staff: Ints
    restricted: Mask
    """Firms in a restricted or prohibited trade, shape (firms,)."""

    def year(self, year: int) -> int:
        """A year's place in the first axis."""
        return BOOK_YEARS.index(year)


def make_books(chance: Chance, firms: Firms, industries: IndustryTable, research: Research) -> Books:
    """The books of all firms; sets which firms are general VAT taxpayers."""
    rng = chance.of("books")
    staff = np.stack([firms.staff_in(year) for year in BOOK_YEARS])
    revenue = _revenue(rng, firms, industries, research, staff)
    assets = _assets(rng, firms, industries, research, revenue)
    profit = _profit(rng, firms, research, revenue)
    rd_staff, sci_tech_staff = _researchers(rng, research, staff)
    firms.general = _general(rng, firms, revenue)
    return Books(
        revenue=revenue, main_ratio=_main_ratio(rng, revenue), assets=assets,
        liabilities=assets * np.clip(0.48 + 0.2 * rng.standard_normal(len(firms)), 0.03, 1.15),
        profit=profit, wages=np.minimum(staff * skewed(rng, len(firms), 56_000, 0.22), revenue * 0.55),
        rd_expense=revenue * research.expense_ratio * spread(rng, revenue.size, 0.85, 1.15).reshape(revenue.shape),
        rd_staff=rd_staff, sci_tech_staff=sci_tech_staff,
        restricted=rng.random(len(firms)) < 0.015,
    )  # fmt: skip


def _revenue(rng: np.random.Generator, firms: Firms, industries: IndustryTable, research: Research, staff: Ints) -> Floats:
    count = len(firms)
    head = industries.column("revenue_wan")[firms.industry] * _WAN * np.exp(0.5 * rng.standard_normal(count))
    head = np.where(firms.kind == INDIVIDUAL, head * 0.6, head)
    trend = np.cumprod(1 + np.clip(0.05 + 0.08 * rng.standard_normal((3, count)), -0.4, 0.6), axis=0)
    revenue = staff * head * trend / trend[-1]
    limit = np.where(research.tech_sme, _SME_LIMIT, np.inf)
    return np.asarray(revenue * np.minimum(1, limit / np.maximum(revenue.max(axis=0), 1)))


def _assets(rng: np.random.Generator, firms: Firms, industries: IndustryTable, research: Research, revenue: Floats) -> Floats:
    turnover = industries.column("asset_turnover")[firms.industry] * np.exp(0.35 * rng.standard_normal(len(firms)))
    assets = revenue / turnover * np.exp(0.05 * rng.standard_normal(revenue.shape))
    limit = np.where(research.tech_sme, _SME_LIMIT, np.inf)
    return np.asarray(assets * np.minimum(1, limit / np.maximum(assets.max(axis=0), 1)))


def _profit(rng: np.random.Generator, firms: Firms, research: Research, revenue: Floats) -> Floats:
    usual = np.select([firms.kind == INDIVIDUAL, research.researching], [0.14, 0.07], 0.045)
    margin = usual + 0.06 * rng.standard_normal(len(firms))
    return revenue * np.clip(margin + 0.02 * rng.standard_normal(revenue.shape), -0.35, 0.4)


def _researchers(rng: np.random.Generator, research: Research, staff: Ints) -> tuple[Ints, Ints]:
    noise = spread(rng, staff.size, 0.92, 1.08).reshape(staff.shape)
    rd_staff = np.minimum(np.ceil(staff * research.staff_ratio * noise), staff).astype(np.int64)
    sci_tech = np.clip(np.ceil(staff * research.sci_tech_ratio * noise), rd_staff, staff).astype(np.int64)
    return rd_staff, sci_tech


def _main_ratio(rng: np.random.Generator, revenue: Floats) -> Floats:
    usual = np.clip(1 - np.abs(0.12 * rng.standard_normal(revenue.shape[1])), 0.35, 1)
    return np.asarray(np.clip(usual + 0.01 * rng.standard_normal(revenue.shape), 0.3, 1))


def _general(rng: np.random.Generator, firms: Firms, revenue: Floats) -> Mask:
    wants = (firms.kind != INDIVIDUAL) & (revenue[-1] > 800_000) & (rng.random(len(firms)) < 0.35)
    return np.asarray((revenue.max(axis=0) > _SMALL_VAT_LIMIT) | wants)
