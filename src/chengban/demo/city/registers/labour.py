"""People at work: insurance of employers and persons, hires, recognised groups, start-ups, the housing fund."""

from collections.abc import Iterator

import numpy as np

from chengban.demo.city import columns as c
from chengban.demo.city.chance import days_between, mix, skewed, spread
from chengban.demo.city.firms import INDIVIDUAL, YEARS
from chengban.demo.city.model import City, Rows
from chengban.demo.city.work import CATEGORIES

_WAGE = 56_000.0
_MONTHS_SO_FAR = 11
"""Months of the business year that premiums were paid for: the year's last row is brought up to date every month."""


def social_insurance_employer(city: City) -> Iterator[Rows]:
    for place, year in enumerate(YEARS):
        now = city.work.insured_now if year == city.year else city.work.insured[place]
        who = np.flatnonzero((city.work.insured[place] > 0) & (now > 0))
        yield _insured_year(city, year, who, city.work.insured[place][who], now[who])


def _insured_year(city: City, year: int, who: c.Ints, average: c.Ints, now: c.Ints) -> Rows:
    rng = city.rng(f"insured {year}")
    firms, count = city.firms, len(who)
    opened = c.year_of(firms.founded[who])
    whole = _MONTHS_SO_FAR if year == city.year else 12
    months = np.where(opened == year, np.minimum(rng.integers(1, 10, count), whole), whole)
    months = np.where((rng.random(count) < 0.06) & city.ordinary_firms[who], rng.integers(0, whole, count), months)
    wages = average * skewed(rng, count, _WAGE, 0.2) * months / 12
    unemployed = np.where(months > 0, np.floor(wages * 0.01 * 100) / 100, 0)
    calm = rng.random(count) < 0.8
    laid_off = np.where(calm | ~city.ordinary_firms[who], 0, rng.binomial(average, 0.12))
    left = laid_off + rng.binomial(average, 0.06)
    owing = (rng.random(count) < 0.015) & city.ordinary_firms[who]
    refunded = (year == city.year) & (rng.random(count) < 0.25) & (months >= 10) & city.ordinary_firms[who]
    return {
        "uscc": firms.uscc(who), "year": c.integer(np.full(count, year)),
        "insured_on": c.days(np.minimum(firms.founded[who] + 45, city.on - 1)),
        "insured_average": c.integer(average), "insured_now": c.integer(now), "pension_headcount": c.integer(now),
        "injury_headcount": c.integer(now), "unemployment_headcount": c.integer(np.maximum(now - (rng.random(count) < 0.05), 0)),
        "unemployment_months": c.integer(months), "unemployment_premium": c.money(unemployed),
        "pension_premium": c.money(np.floor(wages * 0.24)), "injury_premium": c.money(np.floor(wages * 0.005)),
        "wage_base": c.money(np.floor(wages)), "laid_off": c.integer(laid_off), "joined": c.integer(rng.binomial(average, 0.1)),
        "left": c.integer(left), "arrears": c.money(np.where(owing, np.floor(wages * 0.02), 0)),
        "stabilisation_refund": c.money(np.where(refunded, np.floor(unemployed * 0.6), 0)),
    }  # fmt: skip


def social_insurance_person(city: City) -> Iterator[Rows]:
    people, work = city.people, city.work
    rng = city.rng("insured persons")
    age = people.age(city.on)
    owner = np.zeros(len(people), bool)
    owner[work.representative] = True
    alone = (work.employer < 0) & owner & (age < 60) & (rng.random(len(people)) < 0.4)
    resident = (work.employer < 0) & ~owner & (age >= 16) & (people.died < 0) & (rng.random(len(people)) < 0.3)
    kinds = np.select([work.employer >= 0, alone, resident], [1, 2, 3], 0)
    kinds = np.where(city.ordinary_people | (kinds == 1), kinds, 2)  # the named pay their own way where no firm does
    yield _insured_persons(city, np.flatnonzero(kinds), kinds)


def _insured_persons(city: City, who: c.Ints, kinds: c.Ints) -> Rows:
    rng = city.rng("insured person rows")
    people, firms, count = city.people, city.firms, len(who)
    kind, employer = kinds[who], city.work.employer[who]
    employed = kind == 1
    adult = people.born[who] + 18 * 366
    since = np.where(employed, city.work.hired[who], days_between(rng, adult, np.maximum(city.on - 200, adult), count))
    since = np.where(employed, np.maximum(since - rng.integers(0, 1500, count) * (rng.random(count) < 0.5), adult), since)
    since = np.minimum(since, city.on - 20)
    months = np.maximum((city.on - since) // 31, 0)
    retired = ~employed & (people.age(city.on)[who] >= 60)
    named = ~city.ordinary_people[who]
    paused = ~employed & ~retired & ~named & (rng.random(count) < 0.12)
    wage = np.where(employed, skewed(rng, count, 4600, 0.3), 4100)
    return {
        "citizen_id": people.citizen_id(who), "employer": c.blank(firms.uscc(np.maximum(employer, 0)), ~employed),
        "kind": c.choose(("单位职工", "灵活就业人员", "城乡居民"), kind - 1),
        "status": c.choose(("正常", "中断", "退休"), np.where(retired, 2, paused)),
        "county": city.places.county_text(np.where(employed, firms.county[employer], people.county[who])),
        "insured_on": c.days(since), "pension_months": c.integer(months),
        "unemployment_months": c.integer(np.where(employed, months, 0)), "medical_insured": c.boolean(rng.random(count) < 0.97),
        "wage_base": c.money(np.floor(wage), absent=kind == 3),
        "paid_until": c.months(c.month_of(np.full(count, city.on)) - 1 - paused * rng.integers(2, 40, count)),
        "retired": c.boolean(retired),
    }  # fmt: skip


def hires(city: City) -> Iterator[Rows]:
    people, work = city.people, city.work
    rng = city.rng("hires")
    lately = (work.hired > city.on - 3 * 365) & (work.employer >= 0) & city.ordinary_people
    told = lately & ((rng.random(len(people)) < 0.35) | (work.category >= 0)) & city.ordinary_firms[work.employer]
    yield _hires(city, np.flatnonzero(told), left=False)
    idle = (work.employer < 0) & (people.age(city.on) >= 19) & (people.age(city.on) < 50) & (people.died < 0) & city.ordinary_people
    yield _hires(city, np.flatnonzero(idle & (rng.random(len(people)) < 0.006)), left=True)


def _hires(city: City, who: c.Ints, *, left: bool) -> Rows:
    """A hire of each of these people: by their employer, or by a firm that they have left."""
    people, work, count = city.people, city.work, len(who)
    rng = city.rng(f"hires {left}")
    insures = np.flatnonzero((work.insured_now > 0) & city.ordinary_firms)
    employer = rng.choice(insures, count) if left else work.employer[who]
    day = np.maximum(city.firms.founded[employer], city.on - 700) if left else work.hired[who]
    gone = np.minimum(day + 60 + rng.integers(0, 400, count), city.on - 2)
    plain = len(CATEGORIES)
    category = np.where(work.category[who] >= 0, work.category[who], plain)
    signed = rng.random(count) < 0.95
    months = np.maximum((np.where(left, gone, city.on) - day) // 31 - 1, 0)
    months = np.where(rng.random(count) < 0.08, 0, months)
    wage = np.floor(skewed(rng, count, 4600, 0.3))
    return {
        "uscc": city.firms.uscc(employer), "citizen_id": people.citizen_id(who), "hired_on": c.days(day),
        "left_on": c.days(np.maximum(gone, day), absent=np.full(count, not left)), "employed": c.boolean(np.full(count, not left)),
        "category": c.choose((*CATEGORIES, "一般劳动者"), category), "contract_signed": c.boolean(signed),
        "contract_years": c.number(np.where(signed, rng.choice([0.5, 1, 2, 3, 5], count, p=[0.06, 0.34, 0.2, 0.35, 0.05]), 0), 1),
        "contract_from": c.days(day, absent=~signed), "insured_months": c.integer(months),
        "county": city.places.county_text(city.firms.county[employer]),
        "occupation": mix(rng, count, {"操作工": 5, "技术员": 3, "销售员": 3, "文员": 2, "驾驶员": 1, "服务员": 2}),
        "monthly_wage": c.money(wage), "subsidy_received": c.boolean(rng.random(count) < 0.15),
    }  # fmt: skip


def key_groups(city: City) -> Iterator[Rows]:
    people, work = city.people, city.work
    rng = city.rng("key groups")
    who = np.flatnonzero((work.category >= 0) & city.ordinary_people)
    count, on = len(who), city.on
    graduate = work.category[who] <= 2
    first = np.maximum(np.where(graduate, people.graduated[who] + 5, on - 900), people.born[who] + 16 * 366)
    hired = work.hired[who]
    last = np.where(hired > 0, np.maximum(np.minimum(hired, on - 20), first), on - 20)
    day = np.minimum(days_between(rng, first, last, count), on - 1)
    idle = np.isin(work.category[who], [CATEGORIES.index(name) for name in CATEGORIES if "失业" in name or "困难" in name])
    yield {
        "citizen_id": people.citizen_id(who), "category": c.choose(CATEGORIES, work.category[who]), "recognised_on": c.days(day),
        "valid_until": c.days(day + 3 * 365),
        "department": mix(rng, count, {"人力资源社会保障": 6, "退役军人事务": 2, "农业农村": 1}),
        "county": city.places.county_text(people.county[who]),
        "unemployed_since": c.days(day - rng.integers(0, 300, count), absent=~idle),
        "certificate_no": c.number_text("3715002025", who, 8), "benefit_months": c.integer(np.minimum(rng.poisson(4, count), 36)),
    }  # fmt: skip


def startups(city: City) -> Iterator[Rows]:
    firms, work = city.firms, city.work
    rng = city.rng("startups")
    new = firms.active & (firms.founded > city.on - 4 * 365) & (firms.staff_in(2025) <= 20) & (firms.kind != 3)
    grouped = work.category[work.representative] >= 0
    drawn = new & (grouped | (rng.random(len(firms)) < 0.12)) & city.ordinary_firms
    who = np.flatnonzero(drawn)
    _people, first = np.unique(work.representative[who], return_index=True)  # a founder has one row
    who = np.sort(who[first])
    who = who[city.ordinary_people[work.representative[who]]]
    count, age = len(who), (city.on - firms.founded[who]) // 31
    shop = firms.kind[who] == INDIVIDUAL
    paid = np.where(rng.random(count) < 0.6, age, age // 3)
    borrowed = rng.random(count) < 0.12
    subsidised = (age >= 14) & (rng.random(count) < 0.1)
    yield {
        "citizen_id": city.people.citizen_id(work.representative[who]), "uscc": firms.uscc(who),
        "entity_type": c.choose(("小微企业", "个体工商户"), shop.astype(np.int64)), "registered_on": c.days(firms.founded[who]),
        "first_time": c.boolean(rng.random(count) < 0.8), "legal_rep_changed": c.boolean(rng.random(count) < 0.06),
        "employee_pension_months": c.integer(np.where(shop, 0, paid)), "self_paid_months": c.integer(np.where(shop, paid, 0)),
        "jobs": c.integer(firms.staff_in(2025)[who]),
        "other_loans": c.boolean(rng.random(count) < 0.18, absent=rng.random(count) < 0.1),
        "subsidised_loans": c.integer(borrowed * rng.integers(1, 4, count)),
        "loan_balance": c.money(np.where(borrowed, np.floor(spread(rng, count, 3, 20)) * 10_000, 0)),
        "subsidy_paid": c.money(np.where(subsidised, np.where(shop, 2000.0, 12_000.0), 0)),
    }  # fmt: skip


def housing_fund(city: City) -> Iterator[Rows]:
    work, firms = city.work, city.firms
    rng = city.rng("housing fund")
    large = firms.staff_in(2025) >= 10
    joined = rng.random(len(city.people)) < np.where(large[np.maximum(work.employer, 0)], 0.6, 0.08)
    who = np.flatnonzero((work.employer >= 0) & (joined | ~city.ordinary_people))
    count, employer = len(who), work.employer[who]
    rate = rng.choice([0.05, 0.08, 0.10, 0.12], count, p=[0.45, 0.25, 0.15, 0.15])
    base = np.floor(skewed(rng, count, 4900, 0.3))
    opened = np.minimum(work.hired[who] + 60, city.on - 5)
    months = (city.on - opened) // 31
    sealed = (rng.random(count) < 0.04) & city.ordinary_people[who]
    lends = rng.random(count) < 0.1
    yield {
        "citizen_id": city.people.citizen_id(who), "account_no": c.number_text("3715", who, 10), "employer": firms.uscc(employer),
        "status": c.choose(("正常", "封存"), sealed.astype(np.int64)), "opened_on": c.days(opened), "base": c.money(base),
        "employer_rate": c.number(rate), "personal_rate": c.number(rate), "monthly_deposit": c.money(np.floor(base * rate * 2)),
        "balance": c.money(np.floor(base * rate * 2 * months * spread(rng, count, 0.3, 1.0))),
        "paid_until": c.months(c.month_of(np.full(count, city.on)) - 1 - sealed * 6), "months": c.integer(months),
        "loan_balance": c.money(np.where(lends, np.floor(spread(rng, count, 5, 45)) * 10_000, 0)),
    }  # fmt: skip
