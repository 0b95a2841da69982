"""Research as it is recognised: accounts, certificates, sci-tech SMEs, rights, gradient cultivation."""

from collections.abc import Iterator

import numpy as np

from chengban.demo.city import columns as c
from chengban.demo.city.books import BOOK_YEARS
from chengban.demo.city.chance import days_between, mix, spread, weighted
from chengban.demo.city.identifiers import rank_within
from chengban.demo.city.model import City, Rows

_CERTIFIED = (2022, 2023, 2024, 2025)
_CERTIFIED_SHARES = (22, 34, 39, 5)
_CERTIFIED_DAY = {2022: 345, 2023: 332, 2024: 340, 2025: 322}
"""Day of the year on which the year's certificates are issued; three years later they end."""
_RENEWED = {2022: 0.55, 2023: 0.5, 2024: 0.5, 2025: 0.4}
_FIELDS = {
    "电子信息": 18,
    "新材料": 16,
    "先进制造与自动化": 38,
    "生物与新医药": 9,
    "高技术服务": 9,
    "新能源与节能": 5,
    "资源与环境": 5,
}


def rd_expenses(city: City) -> Iterator[Rows]:
    for year in BOOK_YEARS:
        who = city.research.everyone
        booked = ~city.gaps(f"accounts {year}", who, 0.05) | city.research.high_tech[who] | city.research.tech_sme[who]
        yield _accounts(city, year, who[(city.firms.staff_in(year)[who] > 0) & booked])


def _accounts(city: City, year: int, who: c.Ints) -> Rows:
    books, research, place = city.books, city.research, city.books.year(year)
    rng = city.rng(f"accounts {year}")
    count = len(who)
    spent = np.floor(books.rd_expense[place, who])
    parts = np.array([0.42, 0.34, 0.07, 0.02, 0.02, 0.07, 0.06])
    parts = parts * spread(rng, count * 7, 0.7, 1.3).reshape(count, 7)
    parts = np.floor(parts / parts.sum(axis=1, keepdims=True) * spent[:, None])
    abroad = np.where(rng.random(count) < 0.04, 0.5, np.where(rng.random(count) < 0.1, 0.2, 0.0))
    abroad = np.where(city.ordinary_firms[who], abroad, 0)
    income = books.revenue[place, who]
    hitech = np.floor(income * research.hitech_income_ratio[who])
    names = ("personnel_cost", "materials_cost", "depreciation", "amortisation", "design_cost", "other_cost", "commissioned")
    return {
        "uscc": city.firms.uscc(who), "year": c.integer(np.full(count, year)),
        "reported_on": c.days(c.year_start(np.full(count, year + 1)) + 90 + rng.integers(0, 60, count)),
        "rd_expense": c.money(spent), "domestic_rd_expense": c.money(np.floor(spent * (1 - abroad))),
        "basic_research": c.money(np.where(rng.random(count) < 0.05, np.floor(spent * 0.05), 0)),
        **{name: c.money(parts[:, column]) for column, name in enumerate(names)},
        "capitalised": c.money(np.where(rng.random(count) < 0.1, np.floor(spent * 0.2), 0)),
        "rd_staff": c.integer(books.rd_staff[place, who], absent=city.gaps(f"rd staff {year}", who, 0.03)),
        "sci_tech_staff": c.integer(books.sci_tech_staff[place, who]), "projects": c.integer(1 + rng.poisson(spent / 1_500_000)),
        "hitech_income": c.money(hitech), "new_product_income": c.money(np.floor(hitech * spread(rng, count, 0.2, 0.8))),
        "accurately_booked": c.boolean(research.booked[who]),
    }  # fmt: skip


def hitech_certificates(city: City) -> Iterator[Rows]:
    """Those in force, their forerunners, and some that ran out."""
    rng = city.rng("certificates")
    held = np.flatnonzero(city.research.high_tech & city.ordinary_firms)
    year = np.array(_CERTIFIED)[weighted(rng, len(held), np.array(_CERTIFIED_SHARES, np.float64))]
    year = np.where(city.firms.founded[held] > c.year_start(year - 1), 2024, year)
    renewed = rng.random(len(held)) < np.array([_RENEWED[int(value)] for value in year])
    renewed &= c.year_of(city.firms.founded[held]) < year - 4
    yield _certificates(city, held, year, renewed)
    yield _certificates(city, held[renewed], year[renewed] - 3, np.zeros(int(renewed.sum()), bool))
    lost = city.least("lost", city.research.researching & ~city.research.high_tech, 0.05, 1)
    ran_out = np.maximum(2020, c.year_of(city.firms.founded[lost]) + 1)
    yield _certificates(city, lost, np.minimum(ran_out, 2021), np.zeros(len(lost), bool))


def _certificates(city: City, who: c.Ints, year: c.Ints, renewed: c.Mask) -> Rows:
    rng = city.rng(f"certificate rows {len(who)}")
    count = len(who)
    day = np.array([_CERTIFIED_DAY.get(int(value), 335) for value in year], np.int64)
    issued = c.year_start(year) + day
    until = c.year_start(year + 3) + day - 1
    withdrawn = (until < city.on) & ~renewed & (rng.random(count) < 0.2)
    return {
        "certificate_no": c.joined("GR", c.number_text("", year, 4), c.number_text("37", who, 6)),
        "uscc": city.firms.uscc(who), "year": c.integer(year), "issued_on": c.days(issued), "valid_until": c.days(until),
        "renewal": c.boolean(renewed), "field": mix(rng, count, _FIELDS),
        "status": c.choose(("有效", "过期", "取消"), np.where(withdrawn, 2, until < city.on)),
        "score": c.number(np.clip(76 + 6 * rng.standard_normal(count), 71, 96), 1),
        "core_field_supported": c.boolean(np.ones(count, bool)),
        "revoked_on": c.days(issued + 500, absent=~withdrawn),
    }  # fmt: skip


def tech_sme(city: City) -> Iterator[Rows]:
    """This year's entries, in force until 31 March of the next; and those of the two years before."""
    held = np.flatnonzero(city.research.tech_sme)
    rng = city.rng("tech sme")
    years = (2023, 2024, 2025)
    for year in years:
        stays = (rng.random(len(held)) < 0.85) | (year == city.year) | ~city.ordinary_firms[held]
        who = held[stays & (city.firms.staff_in(min(year, 2024))[held] > 0) | (year == city.year)]
        count = len(who)
        evaluated = c.year_start(np.full(count, year)) + 120 + rng.integers(0, 170, count)
        until = c.year_start(np.full(count, year + 1)) + 89 + (year + 1) % 4 // 4
        yield {
            "uscc": city.firms.uscc(who), "year": c.integer(np.full(count, year)),
            "entry_no": c.number_text(f"{year}3715", who, 8), "evaluated_on": c.days(evaluated),
            "entered_on": c.days(evaluated + 21),
            "valid_until": c.days(until), "score": c.number(np.clip(78 + 9 * rng.standard_normal(count), 60, 100), 1),
            "direct": c.boolean(city.research.high_tech[who]),
            "status": c.choose(("有效", "过期"), (until < city.on).astype(np.int64)),
        }  # fmt: skip


def intellectual_property(city: City) -> Iterator[Rows]:
    yield from (_rights(city, place) for place in (0, 1))
    others = city.chosen("rights", city.firms.active & city.firms.companies & ~city.research.researching, 0.008)
    yield _rights_of(city, others, 1, "others")


def _rights(city: City, place: int) -> Rows:
    everyone = city.research.everyone
    return _rights_of(city, np.repeat(everyone, city.research.patents[place, everyone]), place, str(place))


def _rights_of(city: City, who: c.Ints, place: int, purpose: str) -> Rows:
    rng = city.rng(f"rights {purpose}")
    firms, count = city.firms, len(who)
    software = city.industries.within("I", "M")[firms.industry[who]] & (rng.random(count) < 0.8)
    first = mix(rng, count, {"发明专利": 96, "植物新品种": 2, "集成电路布图设计专有权": 2})
    second = c.pick(software, "软件著作权", mix(rng, count, {"实用新型专利": 8, "外观设计专利": 2, "软件著作权": 2}))
    applied = np.maximum(days_between(rng, city.on - 7 * 365, city.on - 500, count), firms.founded[who])
    granted = np.minimum(applied + rng.integers(120, 480, count), city.on - 3)
    years = 20 if place == 0 else 10
    own = rng.random(count) < 0.86
    head = {"0": "ZL-F", "1": "ZL-S", "others": "ZL-Q"}[purpose]
    return {
        "ip_no": c.number_text(head, np.arange(count) + 1, 9), "uscc": firms.uscc(who),
        "name": c.joined("一种", city.industry_names(firms.industry[who]),
            c.choose(("装置", "方法", "系统"), rng.integers(0, 3, count))),
        "kind": first if place == 0 else second, "class": c.choose(("一类", "二类"), np.full(count, place)),
        "origin": c.pick(own, "自主研发", mix(rng, count, {"受让": 8, "并购": 1, "独占许可": 2})),
        "applied_on": c.days(applied), "granted_on": c.days(granted), "valid_until": c.days(applied + years * 365),
        "status": mix(rng, count, {"有效": 94, "未缴费失效": 5, "转让": 1}),
        "core": c.boolean((rank_within(who) == 0) & (rng.random(count) < 0.9)),
        "high_value": c.boolean((place == 0) & (rng.random(count) < 0.3)),
    }  # fmt: skip


def gradient_cultivation(city: City) -> Iterator[Rows]:
    """High-tech enterprises, most sci-tech SMEs and some others that cultivate a product."""
    research = city.research
    most = research.researching & (city.rng("cultivated").random(len(city.firms)) < np.where(research.high_tech, 0.97, 0.75))
    others = city.least("cultivated others", city.firms.active & city.firms.companies & (city.firms.staff_in(2024) >= 20), 0.03, 2)
    who = np.union1d(np.flatnonzero(most & city.ordinary_firms), others)
    for year in (2024, 2025):
        yield _cultivated(city, year, who)


def _cultivated(city: City, year: int, who: c.Ints) -> Rows:
    rng = city.rng(f"cultivated {year}")
    firms, research, count = city.firms, city.research, len(who)
    founded = c.year_of(firms.founded[who])
    since = np.minimum(founded + rng.integers(0, 4, count), year)
    share = np.clip(0.12 * rng.random(count) ** 2 + np.where(rng.random(count) < 0.12, 0.12, 0), 0, 0.6)
    strong = research.high_tech[who]
    score = np.clip(np.where(strong, 80, 62) + 7 * rng.standard_normal(count), 20, 97)
    name = city.industry_names(firms.industry[who])
    unknown = city.gaps(f"market {year}", who, 0.06)
    revenue = city.books.revenue[-1, who]
    return {
        "uscc": firms.uscc(who), "year": c.integer(np.full(count, year)),
        "reviewed_on": c.days(c.year_start(np.full(count, year)) + 150 + rng.integers(0, 60, count)),
        "niche_market": name, "niche_since": c.integer(since), "lead_product": name,
        "product_in_key_field": c.boolean(rng.random(count) < 0.6), "own_brand": c.boolean(rng.random(count) < 0.75),
        "market_share_national": c.number(share, 4, absent=unknown),
        "market_share_province": c.number(np.minimum(share * 2 + 0.01, 1), 4),
        "market_rank": c.integer(np.maximum(np.rint(1 / np.maximum(share, 0.01)), 1), absent=unknown | (rng.random(count) < 0.3)),
        "main_product_revenue": c.money(np.floor(revenue * spread(rng, count, 0.4, 0.95))),
        "supply_chain_leader": c.boolean(rng.random(count) < 0.2), "digital_level": c.integer(rng.integers(0, 5, count)),
        "quality_certified": c.boolean(rng.random(count) < 0.7), "product_domain_score": c.number(rng.choice([0, 5, 10], count), 1),
        "zjtx_score": c.number(np.clip(score - 8 + 5 * rng.standard_normal(count), 0, 100), 1),
        "zjtx_development_score": c.number(np.clip(score - 10 + 5 * rng.standard_normal(count), 0, 100), 1),
        "hitech_innovation_score": c.number(score, 1, absent=city.gaps(f"score {year}", who, 0.05)),
        "core_field_supported": c.boolean(strong | (rng.random(count) < 0.75)),
    }  # fmt: skip
