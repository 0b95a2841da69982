"""Yearly books as the offices hold them: annual reports, tax returns, tax registration, customs, financing, disabled staff."""

from collections.abc import Iterator

import numpy as np

from chengban.demo.city import columns as c
from chengban.demo.city.books import BOOK_YEARS
from chengban.demo.city.cast_rows import CAST_ROWS
from chengban.demo.city.chance import days_between, mix, skewed, spread
from chengban.demo.city.firms import INDIVIDUAL
from chengban.demo.city.model import City, Rows
from chengban.demo.city.published import BORROWERS, LENT, LOANS, add_up, scaled_sum
from chengban.demo.city.registers.base import tax_grades
from chengban.demo.city.registers.science import sellers_of_technology
from chengban.demo.city.research import scaled

_REPORTED = {2022: 0.15, 2023: 0.25, 2024: 0.7}
"""How many of the individual businesses reported a year."""
_MISSED = 0.05
_LOW_PROFIT = 3_000_000
_LOW_ASSETS = 50_000_000
_LOW_STAFF = 300
_SCIENCE_LOAN = "科技成果转化贷款"
_FINANCING = {_SCIENCE_LOAN: "KD", "股权融资": "GQ", "创投股权投资": "CT", "流动资金贷款": "LD", "创业担保贷款": "DB"}
"""How the numbers of each kind of financing begin."""


def annual_reports(city: City) -> Iterator[Rows]:
    for year in BOOK_YEARS:
        firms = city.firms
        reported = np.where(firms.kind == INDIVIDUAL, _REPORTED[year], 1 - _MISSED)
        drawn = city.rng(f"reports {year}").random(len(firms)) < reported
        # A high-tech enterprise that did not report would soon lose its certificate.
        sure = ~city.ordinary_firms | city.research.high_tech
        yield _annual_report(city, year, np.flatnonzero((firms.staff_in(year) > 0) & (drawn | sure)))


def _annual_report(city: City, year: int, who: c.Ints) -> Rows:
    firms, books, place = city.firms, city.books, city.books.year(year)
    rng = city.rng(f"annual report {year}")
    count = len(who)
    staff = firms.staff_in(year)[who]
    revenue, profit, assets = books.revenue[place, who], books.profit[place, who], books.assets[place, who]
    debts, main = books.liabilities[place, who], revenue * books.main_ratio[place, who]
    other, untaxed, invested = _income(city, year, who)
    bachelor = np.minimum(np.rint(staff * np.clip(_bachelor_share(city, who), 0, 0.95)), staff).astype(np.int64)
    college = np.minimum(bachelor + np.rint((staff - bachelor) * 0.3).astype(np.int64), staff)
    hidden = city.gaps(f"assets {year}", who, 0.08)
    return {
        "uscc": firms.uscc(who), "year": c.integer(np.full(count, year)),
        "reported_on": c.days(c.year_start(np.full(count, year + 1)) + 10 + rng.integers(0, 165, count)),
        "employees": c.integer(staff),
        "bachelor_employees": c.integer(bachelor, absent=city.gaps(f"bachelor {year}", who, 0.1)),
        "college_employees": c.integer(college),
        "dispatched_employees": c.integer(np.where(staff >= 50, staff // 20, 0)),
        "total_assets": c.money(np.floor(assets), absent=hidden), "total_liabilities": c.money(np.floor(debts), absent=hidden),
        "owners_equity": c.money(np.floor(assets) - np.floor(debts), absent=hidden), "revenue": c.money(revenue),
        "main_revenue": c.money(main), "sales_revenue": c.money(revenue), "total_income": c.money(revenue + other),
        "non_taxable_income": c.money(untaxed), "investment_income": c.money(invested),
        "cost_expense": c.money(np.maximum(revenue + other - profit, 0)), "total_profit": c.money(profit),
        "net_profit": c.money(np.where(profit > 0, profit * 0.93, profit)),
        "tax_paid": c.money(revenue * spread(rng, count, 0.008, 0.045)),
        "wages": c.money(books.wages[place, who]), "export_revenue": c.money(revenue * _export_share(city)[who]),
        "website": c.boolean(rng.random(count) < 0.3), "party_branch": c.boolean((staff >= 50) & (rng.random(count) < 0.6)),
        "guarantees": c.money(np.where(rng.random(count) < 0.02, np.floor(assets * 0.1), 0)),
    }  # fmt: skip


def _income(city: City, year: int, who: c.Ints) -> tuple[c.Floats, c.Floats, c.Floats]:
    """Income beside revenue, of it the untaxed, and returns on investment; 元."""
    rng = city.rng(f"other income {year}")
    revenue = city.books.revenue[city.books.year(year), who]
    untaxed = np.where(rng.random(len(who)) < 0.01, np.floor(revenue * 0.01), 0)
    invested = np.where(rng.random(len(who)) < 0.03, np.floor(revenue * 0.02), 0)
    return untaxed + invested, untaxed, invested


def _bachelor_share(city: City, who: c.Ints) -> c.Floats:
    rng = city.rng("bachelors")
    technical = city.industries.column("technical")[city.firms.industry]
    share = 0.06 + 0.22 * technical + 0.12 * rng.standard_normal(len(city.firms)) * (0.3 + technical)
    return np.maximum(share, city.research.sci_tech_ratio * city.research.researching)[who]


def _traders(city: City) -> c.Mask:
    """Firms with a customs record."""
    firms = city.firms
    makes = city.industries.within("C", "F51", "F5292", "A0141")[firms.industry]
    return firms.companies & firms.active & makes & (city.rng("traders").random(len(firms)) < 0.045) & city.ordinary_firms


def _export_share(city: City) -> c.Floats:
    return np.where(_traders(city), city.rng("export share").random(len(city.firms)) ** 2 * 0.8, 0)


def tax_annual(city: City) -> Iterator[Rows]:
    for year in BOOK_YEARS:
        firms = city.firms
        rng = city.rng(f"returns {year}")
        filed = np.where(firms.kind == INDIVIDUAL, (year == BOOK_YEARS[-1]) * 0.9, 0.96)
        sure = ~city.ordinary_firms | city.research.high_tech | (city.claims[city.books.year(year)] > 0)
        yield _return(city, year, np.flatnonzero((firms.staff_in(year) > 0) & ((rng.random(len(firms)) < filed) | sure)))


def _return(city: City, year: int, who: c.Ints) -> Rows:
    firms, books, research, place = city.firms, city.books, city.research, city.books.year(year)
    rng = city.rng(f"return {year}")
    count, shop = len(who), firms.kind[who] == INDIVIDUAL
    revenue, assets = books.revenue[place, who], books.assets[place, who]
    deducted = city.claims[place, who]
    taxable = books.profit[place, who] * spread(rng, count, 0.98, 1.12) - deducted
    staff = _average_staff(city, year)[who]
    restricted = books.restricted[who]
    low = ~shop & (taxable <= _LOW_PROFIT) & (assets * 0.97 <= _LOW_ASSETS) & (staff <= _LOW_STAFF) & ~restricted
    rate = np.select([low, research.high_tech[who]], [0.05, 0.15], 0.25)
    sales = revenue * spread(rng, count, 0.96, 1.0)
    general = firms.general[who]
    equipped = (rng.random(count) < np.where(staff >= 10, 0.14, 0.02)) & ~shop
    unit = np.minimum(skewed(rng, count, 160_000, 1.1), assets * 0.3)
    unit = np.where((assets > 30_000_000) & (rng.random(count) < 0.3), assets * spread(rng, count, 0.1, 0.3), unit)
    incubator = city.industries.within("M7540", "L7221")[firms.industry[who]]
    owns = (staff >= 8) & (firms.kind[who] != INDIVIDUAL)
    sells = np.isin(who, sellers_of_technology(city))
    unknown = city.gaps(f"return {year}", who, 0.03)
    return {
        "uscc": firms.uscc(who), "year": c.integer(np.full(count, year)),
        "filed_on": c.days(c.year_start(np.full(count, year + 1)) + 30 + rng.integers(0, 118, count)),
        "taxable_income": c.money(taxable, absent=shop | unknown),
        "income_tax_payable": c.money(np.maximum(taxable, 0) * rate, absent=shop | unknown),
        "average_employees": c.number(staff, 2, absent=shop),
        "average_assets": c.money(assets * 0.97, absent=shop | unknown),
        "restricted_industry": c.boolean(restricted, absent=shop), "small_low_profit": c.boolean(low, absent=shop | unknown),
        "vat_sales": c.money(sales), "vat_sales_at_3": c.money(np.where(general, 0, sales * 0.98)),
        "vat_paid": c.money(np.where(general, sales * spread(rng, count, 0.012, 0.04),
                                     np.where(sales > 1_200_000, sales * 0.01, 0))),
        "input_vat": c.money(np.where(general, sales * spread(rng, count, 0.05, 0.1), 0)),
        "six_taxes_two_fees": c.money(sales * spread(rng, count, 0.0008, 0.004)),
        "property_tax": c.money(np.where(owns, assets * 0.0012, 0)), "land_use_tax": c.money(np.where(owns, assets * 0.0005, 0)),
        "business_income_tax": c.money(np.maximum(books.profit[place, who], 0) * 0.05, absent=~shop),
        "business_taxable_income": c.money(books.profit[place, who], absent=~shop),
        "rd_deduction": c.money(deducted, absent=shop),
        "tech_transfer_income": c.money(np.where(sells, np.floor(revenue * 0.04), 0), absent=shop),
        "disabled_wages": c.money(_disabled(city, year)[who] * 46_000.0),
        "equipment_unit_value": c.money(np.floor(unit), absent=~equipped),
        "equipment_deducted": c.money(np.floor(unit * 2.5), absent=~equipped),
        "loss_carried": c.money(np.maximum(-taxable, 0), absent=shop),
        "incubation_vat": c.money(np.where(incubator, sales * 0.03, 0)),
        "disabled_levy": c.money(np.where(staff > 30, np.maximum(staff * 0.015 - _disabled(city, year)[who], 0) * 52_000, 0)),
    }  # fmt: skip


def _average_staff(city: City, year: int) -> c.Floats:
    """The mean over the year: between the staff at its beginning and at its end, in quarters."""
    now = city.firms.staff_in(year)
    before = city.firms.staff_in(year - 1) if year > BOOK_YEARS[0] else now
    before = np.where(before > 0, before, now)
    return np.asarray(np.rint((now * 0.6 + before * 0.4) * 4) / 4)


def tax_registration(city: City) -> Iterator[Rows]:
    firms = city.firms
    rng = city.rng("tax registration")
    who = np.flatnonzero((firms.status != 4) & ~city.gaps("tax", np.arange(len(firms)), 0.015))
    count, shop = len(who), firms.kind[who] == INDIVIDUAL
    sales = city.books.revenue[-1, who]
    state = np.select([firms.status[who] == 3, firms.status[who] == 2, rng.random(count) < 0.01], [4, 2, 1], 0)
    state = np.where(city.ordinary_firms[who], state, 0)
    settled = np.where(shop, rng.random(count) < 0.85, (rng.random(count) < 0.08) & ~city.research.researching[who])
    settled = np.where(city.ordinary_firms[who], settled, shop)
    owing = (rng.random(count) < 0.012) & city.ordinary_firms[who]
    registered = np.minimum(firms.founded[who] + rng.integers(0, 30, count), city.on - 1)
    yield {
        "uscc": firms.uscc(who), "taxpayer_status": c.choose(("正常", "停业", "非正常", "清算", "注销"), state),
        "vat_type": c.choose(("小规模", "一般纳税人"), firms.general[who].astype(np.int64)),
        "vat_general_from": c.days(registered + 40, absent=~firms.general[who]),
        "collection_mode": c.choose(("查账征收", "核定征收"), settled.astype(np.int64)),
        "resident_enterprise": c.boolean(~shop & (firms.form[who] != 6) & (firms.form[who] != 7)),
        "accounting_standard": c.choose(("小企业会计准则", "个体工商户会计制度", "企业会计准则"),
                                        np.where(shop, 1, np.where(sales > 20_000_000, 2, 0))),
        "registered_on": c.days(registered), "authority": city.office(firms.county[who], "税务局"),
        "credit_grade": tax_grades(city, who), "arrears": c.money(np.where(owing, np.floor(sales * 0.01), 0)),
        "last_quarter_vat_sales": c.money(sales * spread(rng, count, 0.2, 0.32), absent=city.gaps("quarter", who, 0.04)),
        "invoice_limit": c.money(np.where(firms.general[who], 1_000_000.0, 100_000.0)),
    }  # fmt: skip


def customs_trade(city: City) -> Iterator[Rows]:
    who = np.flatnonzero(_traders(city))
    firms, rng = city.firms, city.rng("customs")
    for year in BOOK_YEARS:
        here = who[firms.staff_in(year)[who] > 0]
        exports = np.floor(city.books.revenue[city.books.year(year), here] * _export_share(city)[here] / 7.1)
        imports = np.floor(exports * rng.random(len(here)) * 0.4)
        fairs = np.where(exports > 100_000, rng.poisson(0.6, len(here)), 0)
        yield {
            "uscc": firms.uscc(here), "year": c.integer(np.full(len(here), year)), "customs_code": c.number_text("3715", here, 6),
            "recorded_on": c.days(firms.founded[here] + 90), "exports_usd": c.number(exports), "imports_usd": c.number(imports),
            "trade_usd": c.number(exports + imports),
            "main_market": mix(rng, len(here), {"东南亚": 4, "欧盟": 3, "美国": 2, "中亚": 2, "非洲": 1, "日本": 1}),
            "exhibitions": c.integer(fairs), "exhibition_cost": c.money(np.floor(fairs * spread(rng, len(here), 30_000, 90_000))),
            "credit_grade": mix(rng, len(here), {"常规管理企业": 95, "高级认证企业": 4, "失信企业": 1}),
        }  # fmt: skip


def _disabled(city: City, year: int) -> c.Ints:
    """Disabled staff of each firm in a year."""
    rng = city.rng("disabled")
    insured = city.work.insured[year - BOOK_YEARS[0]]
    places = np.where(
        rng.random(len(insured)) < np.where(insured > 30, 0.35, 0.09), np.ceil(insured * rng.random(len(insured)) * 0.04), 0
    )
    return np.where(city.ordinary_firms & (insured >= 10), places, 0).astype(np.int64)


def disability_employment(city: City) -> Iterator[Rows]:
    rng = city.rng("disability review")
    for year in BOOK_YEARS[1:]:
        insured = city.work.insured[year - BOOK_YEARS[0]]
        reviewed = (insured >= 30) | (_disabled(city, year) > 0)
        who = np.flatnonzero(reviewed & city.ordinary_firms)
        disabled = _disabled(city, year)[who]
        severe = np.minimum(disabled, (rng.random(len(who)) < 0.25).astype(np.int64))
        yield {
            "uscc": city.firms.uscc(who), "year": c.integer(np.full(len(who), year)),
            "reviewed_on": c.days(c.year_start(np.full(len(who), year + 1)) + 60 + rng.integers(0, 120, len(who))),
            "employees": c.integer(insured[who]), "disabled_employees": c.integer(disabled), "severe_disabled": c.integer(severe),
            "contract_years": c.number(1 + rng.integers(0, 3, len(who)), 1, absent=disabled == 0),
            "disabled_wages": c.money(disabled * 46_000.0), "insured": c.boolean(disabled > 0, absent=disabled == 0),
            "counted": c.number(disabled + severe, 1),
        }  # fmt: skip


def enterprise_financing(city: City) -> Iterator[Rows]:
    firms = city.firms
    able = firms.active & (firms.kind != INDIVIDUAL) & (firms.founded < city.on - 400)
    technical = city.research.researching
    loans = np.sort(np.concatenate([city.chosen("loans", able, 0.02), city.chosen("more loans", able & technical, 0.25)]))
    yield _science_loans(city, able & technical)
    yield _financing(city, "equity", city.least("equity", able & technical, 0.06, 2), "股权融资", 9_000_000)
    backed = np.union1d(np.flatnonzero(city.research.startup), city.least("venture", able & technical, 0.02, 1))
    yield _financing(city, "venture", backed, "创投股权投资", 4_000_000)
    yield _financing(city, "working capital", loans, "流动资金贷款", 1_500_000)
    yield _financing(city, "start-up loans", city.least("start-up loans", able, 0.002, 2), "创业担保贷款", 1_800_000)


def _science_loans(city: City, able: c.Mask) -> Rows:
    """As many loans to as many firms, and as much, as the city counts; some firms have two."""
    count = len(city.firms)
    named = [row for row in CAST_ROWS["enterprise_financing"] if row["kind"] == _SCIENCE_LOAN]
    loans, borrowers = (scaled(real, count, 3) - len(named) for real in (LOANS, BORROWERS))
    once = city.least("science loans", able, 0.0, borrowers)
    who = np.sort(np.concatenate([once, once[: loans - borrowers]]))
    lent = scaled_sum(LENT, count) - sum(row["amount"] for row in named)
    return _financing(city, "science loans", who, _SCIENCE_LOAN, 3_200_000, total=lent)


def _financing(city: City, purpose: str, who: c.Ints, kind: str, median: float, *, total: int = 0) -> Rows:
    """Financing of one kind, of about `median` 元 each; with `total`, of so much together."""
    rng = city.rng(f"financing {purpose}")
    firms, count = city.firms, len(who)
    paid = days_between(rng, np.maximum(firms.founded[who] + 120, city.on - 1200), city.on - 15, count)
    loan = np.full(count, "贷款" in kind)
    amount = add_up(np.floor(skewed(rng, count, median, 0.6) / 10_000) * 10_000, total, 10_000)
    rate = spread(rng, count, 0.0295, 0.047)
    uses = (
        {"研发": 5, "生产经营": 4, "流动资金": 4, "转贷": 0.4, "投资资本市场": 0.15} if loan.all() else {"研发": 3, "生产经营": 3}
    )
    due = paid + 365 * rng.integers(1, 4, count)
    years = np.minimum(city.on, due) - paid
    return {
        "financing_no": c.number_text(_FINANCING[kind], np.arange(count) + 1, 8),
        "uscc": firms.uscc(who), "kind": c.choose([kind], np.zeros(count, np.int64)),
        "provider": mix(rng, count, {"运河农村商业银行": 4, "湖畔城市银行": 3, "光岳股权投资基金": 2} if loan.all() else
                        {"光岳股权投资基金": 4, "鲁西创业投资": 3}),
        "qualified_institution": c.boolean(~loan & (rng.random(count) < 0.8)), "amount": c.money(amount), "paid_on": c.days(paid),
        "due_on": c.days(due, absent=~loan), "rate": c.number(rate, 4, absent=~loan), "use": mix(rng, count, uses),
        "interest_paid": c.money(np.where(loan, np.floor(amount * rate * years / 365), 0), absent=~loan),
        "repaid_on_time": c.boolean(rng.random(count) < 0.97, absent=~loan),
        "provincial_record": c.boolean(np.full(count, kind == _SCIENCE_LOAN)),
    }  # fmt: skip
