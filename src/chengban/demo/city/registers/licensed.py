"""Licences and their inspection: food, construction, haulage, investment, real estate, supervision and lists."""

from collections.abc import Iterator

import numpy as np

from chengban.demo.city import columns as c
from chengban.demo.city.chance import days_between, mix, skewed, spread
from chengban.demo.city.firms import INDIVIDUAL
from chengban.demo.city.model import City, Rows


def food_firms(city: City) -> c.Ints:
    """Firms in business that hold a food business permit, the restaurant of the cast among them."""
    trade = city.industries.within("H62", "F5212", "F5127")[city.firms.industry]
    held = city.rng("food").random(len(city.firms)) < 0.8
    return np.flatnonzero(city.firms.active & trade & (held | ~city.ordinary_firms))


def hauliers(city: City) -> c.Ints:
    trade = city.industries.within("G543")[city.firms.industry]
    held = city.rng("hauliers").random(len(city.firms)) < 0.75
    return np.flatnonzero(city.firms.active & trade & (held | ~city.ordinary_firms))


def food_permits(city: City) -> Iterator[Rows]:
    firms, who, on = city.firms, food_firms(city), city.on
    rng = city.rng("food permits")
    issued = np.maximum(firms.founded[who] + 20, on - 5 * 365 + 60)
    late = (rng.random(len(who)) < 0.05) & city.ordinary_firms[who]
    until = np.where(late, np.maximum(issued + 30, on - 40), issued + 5 * 365)
    meals = city.industries.within("H62")[firms.industry[who]]
    yield {
        "permit_no": c.number_text("JY1371500", who, 9), "uscc": firms.uscc(who),
        "kind": c.choose(("食品销售经营者", "餐饮服务经营者"), meals.astype(np.int64)),
        "items": c.choose(("预包装食品销售", "热食类食品制售"), meals.astype(np.int64)),
        "county": city.places.county_text(firms.county[who]),
        "address": city.places.addresses(city.chance, "food", firms.town[who], "室"),
        "issued_on": c.days(issued), "valid_until": c.days(until),
        "status": c.choose(("有效", "过期"), (until < on).astype(np.int64)),
        "floor_area": c.number(skewed(rng, len(who), 70, 0.7)),
    }  # fmt: skip


def construction_qualifications(city: City) -> Iterator[Rows]:
    firms, on = city.firms, city.on
    builds = city.industries.within("E", "K7010", "M7484")[firms.industry] & firms.companies & firms.active
    who = city.least("construction", builds & (firms.founded < on - 500), 0.3, 5)
    rng = city.rng("construction")
    count = len(who)
    develops = city.industries.within("K7010")[firms.industry[who]]
    designs = city.industries.within("M7484")[firms.industry[who]]
    issued = np.maximum(days_between(rng, on - 6 * 365, on - 30, count), firms.founded[who] + 60)
    until = issued + 5 * 365
    contractor = mix(rng, count, {"施工总承包": 3, "专业承包": 5, "施工劳务": 2})
    kind = c.pick(develops, "房地产开发", c.pick(designs, "工程设计", contractor))
    yield {
        "certificate_no": c.number_text("D337", who, 9), "uscc": firms.uscc(who), "kind": kind,
        "grade": mix(rng, count, {"二级": 4, "三级": 4, "一级": 1, "乙级": 2, "不分等级": 1}),
        "issued_on": c.days(issued), "valid_until": c.days(until),
        "developing": c.boolean(develops & (rng.random(count) < 0.6)), "projects": c.integer(rng.poisson(1.2, count)),
        "status": c.choose(("有效", "过期"), (until < on).astype(np.int64)),
    }  # fmt: skip


def investment_projects(city: City) -> Iterator[Rows]:
    firms, on = city.firms, city.on
    able = firms.active & (firms.kind != INDIVIDUAL) & (firms.staff_in(2025) >= 5)
    who = city.least("projects", able, 0.06, 6)
    rng = city.rng("projects")
    count = len(who)
    total = skewed(rng, count, 8_000_000, 1.1)
    coded = days_between(rng, np.maximum(firms.founded[who], on - 4 * 365), on - 5, count)
    stage = rng.integers(0, 7, count)
    started = coded + rng.integers(60, 300, count)
    finished = started + rng.integers(120, 700, count)
    begun, done = (stage >= 3) & (started < on), np.isin(stage, (4, 5)) & (finished < on)
    stage = np.where(np.isin(stage, (4, 5)) & ~done, 3, stage)
    stage = np.where((stage == 3) & ~begun, 2, stage)
    stages = ("赋码", "立项用地规划许可", "工程建设许可", "施工许可", "竣工验收", "已投产", "停缓建")
    renews = rng.random(count) < 0.5
    yield {
        "project_code": c.joined(c.number_text("", c.year_of(coded) % 100, 2), c.number_text("12-3715-04-01-", who, 7)),
        "uscc": firms.uscc(who), "name": c.joined(firms.name.take(c.index(who)), c.choose(("新建厂房项目", "设备更新改造项目"),
                                                                                          renews.astype(np.int64))),
        "kind": c.choose(("基本建设", "技术改造"), renews.astype(np.int64)),
        "approval": mix(rng, count, {"备案": 9, "核准": 1}), "stage": c.choose(stages, stage),
        "county": city.places.county_text(firms.county[who]), "industry": city.industry_codes(firms.industry[who]),
        "total_investment": c.money(total), "equipment_investment": c.money(total * spread(rng, count, 0.2, 0.7)),
        "floor_area": c.number(skewed(rng, count, 3000, 0.8)), "coded_on": c.days(coded),
        "started_on": c.days(started, absent=~begun), "finished_on": c.days(finished, absent=~done | ~begun),
    }  # fmt: skip


def abnormal_list(city: City) -> Iterator[Rows]:
    firms, on = city.firms, city.on
    who = city.chosen("abnormal", firms.status != 4, np.where(firms.status == 2, 0.7, 0.025))
    rng = city.rng("abnormal")
    count = len(who)
    serious = rng.random(count) < 0.06
    listed = np.maximum(days_between(rng, on - 3 * 365, on - 8, count), firms.founded[who] + 1)
    current = rng.random(count) < 0.6
    removed = np.minimum(listed + rng.integers(10, 300, count), on - 1)
    usual = mix(
        rng, count, {"未按期公示年度报告": 6, "通过登记住所无法联系": 5, "公示信息隐瞒真实情况": 1, "未按责令期限公示信息": 1}
    )
    yield {
        "entry_no": c.number_text("YC3715", who, 9), "uscc": firms.uscc(who),
        "list": c.choose(("经营异常名录", "严重违法失信名单"), serious.astype(np.int64)),
        "reason": c.pick(serious, "严重违法失信", usual), "listed_on": c.days(listed),
        "authority": city.office(firms.county[who], "市场监督管理局"), "current": c.boolean(current),
        "removed_on": c.days(removed, absent=current),
        "removal_reason": c.blank(mix(rng, count, {"补报年度报告": 5, "重新取得联系": 4, "更正公示信息": 1}), current),
    }  # fmt: skip


def credit_penalties(city: City) -> Iterator[Rows]:
    firms, on = city.firms, city.on
    chance = np.where(firms.staff_in(2024) >= 20, 0.09, 0.02)
    usual, grave = city.chosen("penalties", firms.founded < on - 200, chance), _grave(city)
    who = np.concatenate([usual, grave])
    rng = city.rng("penalties")
    count = len(who)
    heavy = np.arange(count) >= len(usual)
    drawn = mix(
        rng, count, {"重大安全事故": 1, "重大质量事故": 1, "严重环境违法": 2, "科研严重失信": 1, "拖欠工资": 4, "偷逃骗税": 1}
    )
    decided = np.maximum(days_between(rng, on - 1000, on - 20, count), firms.founded[who] + 30)
    settled = rng.random(count) < np.where(heavy, 0.5, 0.9)
    repaired = settled & ~heavy & (rng.random(count) < 0.3) & (decided + 40 < on)
    yield {
        "case_no": c.joined("聊罚决字", c.number_text("", np.arange(count) + 1, 8)),
        "uscc": firms.uscc(who), "kind": c.pick(~heavy, "行政处罚", drawn),
        "level": c.choose(("一般", "较重", "严重"), np.where(heavy, 2, (rng.random(count) < 0.1).astype(np.int64))),
        "department": mix(rng, count, {"市场监管": 5, "应急管理": 2, "生态环境": 2, "人力资源社会保障": 2, "城市管理": 2}),
        "occurred_on": c.days(np.maximum(decided - 60, firms.founded[who])), "decided_on": c.days(decided),
        "fine": c.money(np.rint(skewed(rng, count, 8_000, 1.0) * np.where(heavy, 10, 1))),
        "content": mix(rng, count, {"责令改正，处以罚款": 6, "警告，处以罚款": 3, "罚款": 2}),
        "publicity_until": c.days(decided + 365), "repaired_on": c.days(decided + 40, absent=~repaired),
        "settled": c.boolean(settled),
    }  # fmt: skip


def _grave(city: City) -> c.Ints:
    """Firms with a grave act: a few of all, and a few of those that do research."""
    firms = city.firms
    some = city.least("grave", firms.active & (firms.staff_in(2024) >= 3), 0.002, 3)
    able = city.research.researching & ~city.research.high_tech
    return np.concatenate([some, city.least("grave research", able, 0.02, 1)])


def internet_supervision(city: City) -> Iterator[Rows]:
    firms, on = city.firms, city.on
    who = np.sort(np.concatenate([city.chosen("inspected", firms.active, 0.22), city.chosen("again", firms.active, 0.06)]))
    rng = city.rng("inspected")
    count = len(who)
    inspected = np.maximum(days_between(rng, on - 700, on - 2, count), firms.founded[who])
    results = ("未发现问题", "责令改正", "已立案", "无法联系", "不配合检查")
    result = np.searchsorted([0.82, 0.955, 0.97, 0.997], rng.random(count))
    mend, mended = result == 1, inspected + rng.integers(2, 29, count)
    yield {
        "inspection_no": c.number_text("JC3715", np.arange(count) + 1, 9), "uscc": firms.uscc(who),
        "department": mix(rng, count, {"市场监管": 6, "应急管理": 2, "消防救援": 2, "生态环境": 2, "税务": 1}),
        "item": mix(rng, count, {"登记事项检查": 4, "公示信息检查": 3, "安全生产检查": 3, "食品安全检查": 2, "排污检查": 1}),
        "kind": mix(rng, count, {"双随机抽查": 7, "专项检查": 2, "重点监管": 1, "投诉举报核查": 1, "非现场监管": 1}),
        "inspected_on": c.days(inspected), "result": c.choose(results, result),
        "problems": c.integer(np.where(np.isin(result, (1, 2)), 1 + rng.poisson(1, count), 0)),
        "mend_by": c.days(inspected + 30, absent=~mend), "mended_on": c.days(mended, absent=~mend | (mended >= on)),
        "risk_grade": mix(rng, count, {"A": 50, "B": 38, "C": 10, "D": 2}),
        "inspectors": c.integer(2 + (rng.random(count) < 0.2)),
    }  # fmt: skip


def real_estate_registration(city: City) -> Iterator[Rows]:
    people, firms, on = city.people, city.firms, city.on
    rng = city.rng("real estate")
    adult = np.flatnonzero((people.age(on) >= 24) & (people.died < 0) & (rng.random(len(people)) < 0.08))
    owners = city.chosen("owners", firms.active & (firms.staff_in(2024) >= 8), 0.3)
    yield _homes(city, adult)
    if len(owners):
        yield _works(city, owners)


def _homes(city: City, who: c.Ints) -> Rows:
    rng = city.rng("homes")
    people, count = city.people, len(who)
    registered = days_between(rng, np.maximum(people.born[who] + 8000, city.on - 20 * 365), city.on - 5, count)
    area = skewed(rng, count, 105, 0.25)
    county = np.array([town[2] for town in city.places.towns])[people.residence_town[who]]
    return {
        "unit_no": c.joined(city.places.county_text(county), c.number_text("GB0F", who, 12)),
        "certificate_no": c.joined("鲁", c.number_text("", who, 9)),
        "right_kind": mix(rng, count, {"房屋所有权": 8, "宅基地使用权": 3}),
        "owner_id": people.citizen_id(who), "owner_name": people.name.take(c.index(who)),
        "share_kind": mix(rng, count, {"单独所有": 4, "共同共有": 6, "按份共有": 1}), "county": city.places.county_text(county),
        "address": city.places.addresses(city.chance, "homes", people.residence_town[who], "室"),
        "use": c.choose(["城镇住宅"], np.zeros(count, np.int64)), "building_area": c.number(area),
        "land_area": c.number(area * spread(rng, count, 0.2, 0.6)), "registered_on": c.days(registered),
        "right_until": c.days(registered + 65 * 365), "mortgaged": c.boolean(rng.random(count) < 0.35),
        "sealed": c.boolean(rng.random(count) < 0.006),
    }  # fmt: skip


def _works(city: City, who: c.Ints) -> Rows:
    rng = city.rng("works")
    firms, count = city.firms, len(who)
    registered = days_between(rng, firms.founded[who] + 30, city.on - 5, count)
    land = skewed(rng, count, 9000, 0.8)
    return {
        "unit_no": c.joined(city.places.county_text(firms.county[who]), c.number_text("GB0W", who, 12)),
        "certificate_no": c.joined("鲁企", c.number_text("", who, 9)),
        "right_kind": mix(rng, count, {"建设用地使用权": 5, "房屋所有权": 5}), "owner_id": firms.uscc(who),
        "owner_name": firms.name.take(c.index(who)), "share_kind": c.choose(["单独所有"], np.zeros(count, np.int64)),
        "county": city.places.county_text(firms.county[who]),
        "address": city.places.addresses(city.chance, "works", firms.town[who], "号楼"),
        "use": mix(rng, count, {"工业": 6, "商业服务": 3, "办公": 1, "仓储": 1}),
        "building_area": c.number(land * spread(rng, count, 0.4, 1.1)), "land_area": c.number(land),
        "registered_on": c.days(registered), "right_until": c.days(registered + 45 * 365),
        "mortgaged": c.boolean(rng.random(count) < 0.4), "sealed": c.boolean(rng.random(count) < 0.01),
    }  # fmt: skip
