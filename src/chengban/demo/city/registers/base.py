"""The base registers: population, legal persons, public credit, certificates."""

from collections.abc import Iterator

import numpy as np

from chengban.demo.city import columns as c
from chengban.demo.city.chance import days_between, mix, spread
from chengban.demo.city.firms import COMPANY, ENTITY_TYPES, FORMS, INDIVIDUAL, STATUSES
from chengban.demo.city.identifiers import mobile_phones
from chengban.demo.city.model import City, Rows
from chengban.demo.city.people import DEGREES
from chengban.demo.city.registers.licensed import hauliers

_SCHOOLS = ("聊城湖畔大学", "鲁西理工学院", "光岳师范学院", "运河职业技术学院", "东昌财经大学", "齐鲁平原大学")
"""Schools that do not exist."""
_SCHOOLED = 4
"""Degrees above this place in DEGREES leave no graduation in the register."""


def population(city: City) -> Iterator[Rows]:
    people, places = city.people, city.places
    rng = city.rng("population")
    count = len(people)
    on = city.on
    schooled = people.degree < _SCHOOLED
    graduated = schooled & (people.graduated > people.born) & (people.graduated < on)
    phone = c.fixed_text(mobile_phones(np.arange(count)))
    town_county = np.array([town[2] for town in places.towns])
    yield {
        "citizen_id": people.citizen_id(), "name": people.name,
        "sex": c.choose(("2", "1"), people.male.astype(np.int64)), "born_on": c.days(people.born),
        "ethnic": people.ethnic, "household_county": places.county_text(people.county),
        "household_town": places.town_text(people.town),
        "household_kind": c.choose(("家庭户", "集体户"), (rng.random(count) < 0.04).astype(np.int64)),
        "household_address": places.addresses(city.chance, "household", people.town, "户"),
        "residence_county": places.county_text(town_county[people.residence_town]),
        "residence_town": places.town_text(people.residence_town),
        "residence_address": places.addresses(city.chance, "residence", people.residence_town, "室"),
        "phone": c.blank(phone, ((on - people.born) < 14 * 365) | (rng.random(count) < 0.05)),
        "marital_status": c.choose(("10", "20"), people.married.astype(np.int64)),
        "degree": c.choose(DEGREES, people.degree),
        "graduated_on": c.days(people.graduated, absent=~graduated),
        "school": c.blank(c.choose(_SCHOOLS, rng.integers(0, len(_SCHOOLS), count)), ~graduated),
        "military_served": c.boolean(people.veteran), "registered_on": c.days(people.registered),
        "died_on": c.days(people.died, absent=people.died < 0),
    }  # fmt: skip


def legal_persons(city: City) -> Iterator[Rows]:
    firms, places, people = city.firms, city.places, city.people
    rng = city.rng("legal persons")
    count, on = len(firms), city.on
    everyone = np.arange(count)
    head = city.work.representative
    company = firms.kind == COMPANY
    last = np.where(firms.closed > 0, firms.closed, on - 5)
    approved = np.maximum(days_between(rng, firms.founded, last, count), firms.founded)
    name = city.industry_names(firms.industry)
    paid = np.floor(firms.capital * np.clip(spread(rng, count, -0.3, 1.3), 0, 1))
    control = mix(rng, count, {"私人控股": 93, "国有控股": 2, "集体控股": 2, "港澳台商控股": 0.6, "其他": 2.4})
    foreign = firms.form == FORMS.index("外商投资有限责任公司")
    term = (rng.random(count) < 0.72) | (firms.kind == INDIVIDUAL) | (firms.founded + 30 * 365 < on)
    yield {
        "uscc": firms.uscc(), "name": firms.name, "entity_type": c.choose(ENTITY_TYPES, firms.form),
        "enterprise_type": c.choose(FORMS, firms.form), "status": c.choose(STATUSES, firms.status),
        "founded_on": c.days(firms.founded), "approved_on": c.days(approved),
        "term_until": c.days(firms.founded + 30 * 365, absent=term),
        "closed_on": c.days(firms.closed, absent=firms.closed < 0),
        "registered_capital": c.money(firms.capital),
        "paid_in_capital": c.money(paid, absent=~company | city.gaps("paid", everyone, 0.2)),
        "county": places.county_text(firms.county), "town": places.town_text(firms.town),
        "address": places.addresses(city.chance, "firms", firms.town, "室"),
        "industry": city.industry_codes(firms.industry), "main_product": name,
        "catalogue_class": _catalogue(city), "business_scope": c.joined("一般项目：", name, "及相关技术和商务服务"),
        "legal_representative": people.name.take(c.index(head)), "legal_representative_id": people.citizen_id(head),
        "contact_phone": c.fixed_text(mobile_phones(everyone + 50_000_000)),
        "control_kind": c.blank(c.pick(foreign, "外商控股", control), ~company),
        "foreign_invested": c.boolean(foreign),
        "cluster_registered": c.boolean(company & city.industries.within("F5292", "I64", "M749", "L725")[firms.industry]
                                        & (rng.random(count) < 0.12) & city.ordinary_firms),
        "listed": c.boolean((firms.form == FORMS.index("股份有限公司")) & (rng.random(count) < 0.01)),
        "authority": city.office(firms.county, "市场监督管理局"),
    }  # fmt: skip


def _catalogue(city: City) -> c.Text:
    count = len(city.firms)
    rng = city.rng("catalogue")
    words = ("鼓励类", "允许类", "限制类", "淘汰类")
    usual = np.searchsorted([0.16, 0.975, 0.995], rng.random(count))
    place = np.where(city.research.researching, np.where(rng.random(count) < 0.99, 0, 2), usual)
    column = c.choose(words, np.where(city.ordinary_firms, place, 1 - city.research.researching.astype(np.int64)))
    return c.blank(column, city.gaps("catalogue", np.arange(count), 0.06))


def public_credit(city: City) -> Iterator[Rows]:
    firms, on = city.firms, city.on
    rng = city.rng("public credit")
    who = np.flatnonzero((firms.status != 4) & ~city.gaps("credit", np.arange(len(firms)), 0.03))
    count = len(who)
    bad = (rng.random(count) < 0.006) & city.ordinary_firms[who]
    listed = days_between(rng, np.maximum(firms.founded[who], on - 900), on - 10, count)
    score = np.clip(720 + 80 * rng.standard_normal(count) - 320 * bad, 100, 990)
    named = ~city.ordinary_firms[who]
    mended = ~bad & ~named & (rng.random(count) < 0.004)
    score = np.where(named, 830, score)
    yield {
        "uscc": firms.uscc(who), "score": c.number(score, 1),
        "grade": c.choose(("D", "C", "B", "A"), np.searchsorted([520, 620, 760], score)),
        "tax_credit_grade": tax_grades(city, who), "serious_dishonest": c.boolean(bad),
        "dishonest_reason": c.blank(mix(rng, count, {"拒不履行法定义务": 5, "严重违反食品安全规定": 2, "骗取财政资金": 1}), ~bad),
        "listed_on": c.days(listed, absent=~(bad | mended)),
        "removed_on": c.days(np.minimum(listed + 180, on - 1), absent=~mended),
        "red_listed": c.boolean(~bad & (score > 850)),
        "penalties_3y": c.integer(np.where(named, 0, rng.poisson(0.05 + 1.5 * bad))),
        "repaired": c.boolean(mended), "joint_measures": c.integer(np.where(bad, 3, 0)),
        "evaluated_on": c.days(np.full(count, on - 12)),
    }  # fmt: skip


def tax_grades(city: City, who: c.Ints) -> c.Text:
    """The tax credit grade that the tax office gives, the same wherever it is told."""
    rng = city.rng("tax grades")
    drawn = np.searchsorted([0.10, 0.55, 0.93, 0.98], rng.random(len(city.firms)))
    young = city.on - city.firms.founded < 400
    place = np.where(city.ordinary_firms, np.where(young, 2, drawn), 1)
    column = c.choose(("A", "B", "M", "C", "D"), place[who])
    return c.blank(column, (city.firms.kind[who] == INDIVIDUAL) & city.ordinary_firms[who])


_HAULAGE = "道路运输经营许可证"


def certificates(city: City) -> Iterator[Rows]:
    """The paper ones: hauliers' permits. Electronic certificates come into this register from what the city issues."""
    firms, who = city.firms, hauliers(city)
    issued = np.maximum(firms.founded[who] + 25, city.on - 4 * 365 + 90)
    until, alike = issued + 4 * 365, np.zeros(len(who), np.int64)
    yield {
        "certificate_no": c.joined(c.number_text("DLYS", who, 9)), "kind": c.choose([_HAULAGE], alike),
        "uscc": firms.uscc(who), "holder_name": firms.name.take(c.index(who)),
        "issuer": city.office(firms.county[who], "交通运输局"), "county": city.places.county_text(firms.county[who]),
        "issued_on": c.days(issued), "valid_from": c.days(issued), "valid_until": c.days(until),
        "status": c.choose(("有效", "过期"), (until < city.on).astype(np.int64)),
        "item_id": c.choose([_item(city, _HAULAGE)], alike),
    }  # fmt: skip


def _item(city: City, kind: str) -> str | None:
    """The service item that yields a certificate of this kind, where the pack has one."""
    return next((item.id for item in city.pack.items.values() if item.yields and kind in item.yields), None)
