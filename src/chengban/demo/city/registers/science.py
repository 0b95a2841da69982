"""What the science and industry offices keep: platforms, vouchers, contracts, honours, programmes, titles."""

from collections.abc import Iterator, Mapping

import numpy as np

from chengban.demo.city import columns as c
from chengban.demo.city.chance import days_between, mix, skewed, spread, weighted
from chengban.demo.city.model import City, Rows
from chengban.demo.city.research import scaled

_TITLES: tuple[tuple[str, str, int, int, str], ...] = (
    ("创新型中小企业", "省级", 620, 3, "工业和信息化"), ("专精特新中小企业", "省级", 260, 3, "工业和信息化"),
    ("专精特新小巨人企业", "国家级", 24, 3, "工业和信息化"), ("制造业单项冠军企业", "国家级", 6, 3, "工业和信息化"),
    ("瞪羚企业", "省级", 60, 3, "工业和信息化"), ("技术创新示范企业", "省级", 12, 3, "工业和信息化"),
    ("知识产权优势企业", "国家级", 20, 3, "市场监督管理"), ("知识产权示范企业", "省级", 10, 3, "市场监督管理"),
    ("集成电路企业清单", "国家级", 6, 1, "发展和改革"), ("工业母机企业清单", "国家级", 10, 1, "工业和信息化"),
    ("先进制造业加计抵减名单", "省级", 300, 1, "工业和信息化"), ("首台套技术装备目录", "省级", 24, 2, "工业和信息化"),
    ("科融信评价企业", "省级", 300, 1, "科学技术"), ("小巨人复核申请", "国家级", 6, 1, "工业和信息化"),
)  # fmt: skip
"""Title, level, how many in the real city (chosen here), years that it lasts, department."""


def innovation_platforms(city: City) -> Iterator[Rows]:
    firms, research = city.firms, city.research
    labs = city.least("labs", research.researching, 0.18, 4)
    kinds = {
        "企业技术中心": 6,
        "工程研究中心": 3,
        "技术创新中心": 2,
        "重点实验室": 2,
        "新型研发机构": 2,
        "院士工作站": 1,
        "企业自建研发机构": 8,
    }
    yield _platforms(city, "labs", labs, kinds, {"国家级": 1, "省级": 8, "市级": 12, "县级": 3})
    hosts = city.industries.within("M7540", "L7221")[firms.industry] & firms.active
    homes = city.least("incubators", hosts, 0.12, 3)
    yield _platforms(city, "incubators", homes, {"科技企业孵化器": 5, "众创空间": 6, "大学科技园": 0.3},
                     {"国家级": 2, "省级": 6, "市级": 5, "县级": 3})  # fmt: skip


def _platforms(city: City, purpose: str, who: c.Ints, kinds: Mapping[str, float], levels: Mapping[str, float]) -> Rows:
    rng = city.rng(purpose)
    firms, count = city.firms, len(who)
    kind = mix(rng, count, kinds)
    recognised = np.maximum(days_between(rng, city.on - 6 * 365, city.on - 100, count), firms.founded[who] + 30)
    homes = np.full(count, purpose == "incubators")
    ended = rng.random(count) < 0.06
    until = np.where(ended, np.minimum(recognised + 900, city.on - 20), recognised + 10 * 365)
    return {
        "platform_no": c.number_text("PT3715" + purpose[0].upper(), who, 8), "uscc": firms.uscc(who),
        "name": c.joined(firms.name.take(c.index(who)), kind), "kind": kind, "level": mix(rng, count, levels),
        "recognised_on": c.days(recognised), "valid_until": c.days(np.maximum(until, recognised + 1)),
        "area": c.number(skewed(rng, count, 4000, 0.6), absent=~homes),
        "tenants": c.integer(12 + rng.poisson(25, count), absent=~homes),
        "instruments": c.integer(rng.poisson(4, count), absent=homes),
        "status": c.choose(("有效", "过期"), (ended & (until < city.on)).astype(np.int64)),
    }  # fmt: skip


def innovation_vouchers(city: City) -> Iterator[Rows]:
    research, firms = city.research, city.firms
    once = city.least("vouchers", research.researching & firms.active, 0.22, 4)
    rng = city.rng("vouchers")
    who = np.repeat(once, 1 + rng.poisson(0.6, len(once)))
    count = len(who)
    ordered = days_between(rng, city.on - 600, city.on - 10, count)
    finished = np.minimum(ordered + rng.integers(5, 60, count), city.on - 1)
    fee = np.floor(skewed(rng, count, 14_000, 0.8))
    online = rng.random(count) < 0.85
    state = np.searchsorted([0.7, 0.85, 0.95], rng.random(count))
    yield {
        "order_no": c.number_text("DD3715", np.arange(count) + 1, 8), "uscc": firms.uscc(who),
        "platform_registered": c.boolean(rng.random(count) < 0.93),
        "provider": mix(rng, count, {"鲁西检验检测中心": 3, "光岳材料分析平台": 2, "湖畔大学分析测试中心": 3}),
        "instrument_no": c.number_text("YQ", rng.integers(1, 900, count), 5), "instrument_on_platform": c.boolean(online),
        "ordered_on": c.days(ordered), "finished_on": c.days(finished), "fee": c.money(fee),
        "voucher_no": c.blank(c.number_text("CXQ", np.arange(count) + 1, 8), ~online),
        "voucher_amount": c.money(np.floor(fee * 0.4), absent=~online),
        "status": c.blank(c.choose(("核销", "待用", "锁定", "过期"), state), ~online),
    }  # fmt: skip


_CONTRACTS = {"技术开发": 40, "技术转让": 8, "技术许可": 3, "技术咨询": 12, "技术服务": 37}


def _contracts(city: City) -> tuple[c.Ints, c.Ints, c.Ints, c.Mask]:
    """Of each contract: the firm, the place of its type in _CONTRACTS, the day of signing, and whether it is registered."""
    firms = city.firms
    settled = firms.active & firms.companies & (firms.founded < city.on - 300)
    technical = city.industries.column("technical")[firms.industry] >= 0.5
    some = city.least("contracts", city.research.researching, 0.4, 6)
    once = np.union1d(some, city.least("more contracts", technical & settled, 0.01, 2))
    rng = city.rng("contracts signed")
    who = np.repeat(once, 1 + rng.poisson(0.7, len(once)))
    signed = days_between(rng, np.maximum(firms.founded[who] + 60, city.on - 1000), city.on - 20, len(who))
    kind = weighted(rng, len(who), np.array(list(_CONTRACTS.values()), np.float64))
    return who, kind, signed, (rng.random(len(who)) < 0.72) & (signed + 30 < city.on)


def sellers_of_technology(city: City) -> c.Ints:
    """Firms with a registered contract on the transfer or licence of technology: they have income from it."""
    who, kind, _signed, registered = _contracts(city)
    return np.unique(who[np.isin(kind, (1, 2)) & registered])


def tech_contracts(city: City) -> Iterator[Rows]:
    firms = city.firms
    who, place, signed, registered = _contracts(city)
    rng = city.rng("contracts")
    count, kind = len(who), c.choose(tuple(_CONTRACTS), place)
    amount = np.floor(skewed(rng, count, 2_200_000, 1.3))
    technical_part = np.floor(amount * spread(rng, count, 0.5, 1.0))
    yield {
        "contract_no": c.number_text("2025371500", np.arange(count) + 1, 8), "uscc": firms.uscc(who),
        "counterparty": firms.name.take(c.index(rng.integers(0, len(firms), count))), "name": c.joined(kind, "合同"), "type": kind,
        "side": mix(rng, count, {"卖方": 86, "买方": 12, "中介方": 2}), "signed_on": c.days(signed),
        "registered": c.boolean(registered),
        "registered_on": c.days(np.minimum(signed + rng.integers(5, 28, count), city.on - 1), absent=~registered),
        "in_writing": c.boolean(rng.random(count) < 0.96), "amount": c.money(amount), "technical_amount": c.money(technical_part),
        "income": c.money(np.where(registered, np.floor(technical_part * spread(rng, count, 0.3, 1.0)), 0)),
        "licence_years": c.number(1 + rng.integers(1, 9, count), 1, absent=~np.isin(place, (1, 2))),
    }  # fmt: skip


def science_honours(city: City) -> Iterator[Rows]:
    firms = city.firms
    who = city.least("honours", city.research.researching & firms.active, 0.09, 3)
    rng = city.rng("honours")
    count = len(who)
    kind = rng.integers(0, 6, count)
    kinds = ("科技奖励", "国家标准", "行业标准", "团体标准", "创客中国大赛", "创新创业大赛")
    level = np.select(
        [kind == 0, np.isin(kind, (1, 4))], [np.where(rng.random(count) < 0.15, 0, 1), 0], 1 + rng.integers(0, 2, count)
    )
    standard = np.isin(kind, (1, 2, 3))
    yield {
        "honour_no": c.number_text("KJ3715", who, 8), "uscc": firms.uscc(who), "kind": c.choose(kinds, kind),
        "level": c.choose(("国家级", "省级", "市级"), level),
        "name": c.joined(city.industry_names(firms.industry[who]), "关键技术及应用"),
        "rank": c.integer(np.where(kind == 4, rng.integers(5, 600, count), rng.integers(1, 7, count)), absent=standard),
        "leading": c.boolean(rng.random(count) < 0.4, absent=~standard),
        "granted_on": c.days(np.maximum(days_between(rng, city.on - 5 * 365, city.on - 40, count), firms.founded[who] + 100)),
        "authority": mix(rng, count, {"省科学技术行政部门": 4, "市科学技术行政部门": 4, "国家标准化行政部门": 2}),
    }  # fmt: skip


def science_programmes(city: City) -> Iterator[Rows]:
    firms = city.firms
    who = city.least("programmes", city.research.researching & firms.active, 0.16, 4)
    rng = city.rng("programmes")
    count = len(who)
    started = days_between(rng, np.maximum(firms.founded[who] + 100, city.on - 1500), city.on - 60, count)
    ends = started + 365 * rng.integers(1, 4, count)
    kinds = {
        "市级科技计划": 9, "科技型中小企业创新能力提升工程": 7, "重点研发计划": 4, "科技副总": 6, "揭榜挂帅": 3,
        "重大科技创新工程": 1,
        "自然科学基金": 1, "泰山产业领军人才科技创业类": 1, "泰山产业领军人才创新类": 1,
    }  # fmt: skip
    funding = np.floor(skewed(rng, count, 300_000, 0.8))
    yield {
        "project_no": c.number_text("KJXM3715", who, 8), "uscc": firms.uscc(who),
        "name": c.joined(city.industry_names(firms.industry[who]), "技术攻关与产业化"), "kind": mix(rng, count, kinds),
        "level": mix(rng, count, {"市级": 6, "省级": 5, "国家级": 1}), "role": mix(rng, count, {"牵头": 8, "参与": 2}),
        "leader_id": city.people.citizen_id(city.work.representative[who]), "started_on": c.days(started), "ends_on": c.days(ends),
        "funding": c.money(funding), "self_funding": c.money(np.floor(funding * spread(rng, count, 1, 4))),
        "status": c.choose(("在研", "已结题"), (ends < city.on).astype(np.int64)),
    }  # fmt: skip


def enterprise_titles(city: City) -> Iterator[Rows]:
    for place, (title, level, real, years, office) in enumerate(_TITLES):
        yield _titled(city, place, title, level, _holders(city, title, scaled(real, len(city.firms), 2)), years, office)


def _holders(city: City, title: str, wanted: int) -> c.Ints:
    """Firms that do research, the better for the higher titles."""
    research, firms = city.research, city.firms
    makes = city.industries.within("C")[firms.industry]
    among = {
        "先进制造业加计抵减名单": research.high_tech & makes, "科融信评价企业": research.tech_sme,
        "工业母机企业清单": research.researching & makes, "首台套技术装备目录": research.researching & makes,
        "专精特新小巨人企业": research.high_tech, "小巨人复核申请": research.high_tech,
        "制造业单项冠军企业": research.high_tech & makes,
    }.get(title, research.researching)  # fmt: skip
    return city.least(f"title {title}", among & firms.active, 0.0, wanted)


def _titled(city: City, place: int, title: str, level: str, who: c.Ints, years: int, office: str) -> Rows:
    rng = city.rng(f"titled {title}")
    count = len(who)
    lately = np.full(count, years == 1)
    year = np.where(lately | (rng.random(count) < 0.5), city.year, city.year - 1 - (rng.random(count) < 0.3))
    granted = np.minimum(c.year_start(year) + 100 + rng.integers(0, 180, count), city.on - 10)
    until = np.where(lately, c.year_start(year + 1) - 1, granted + years * 365)
    first = np.full(count, title == "首台套技术装备目录")
    product = city.industry_names(city.firms.industry[who])
    return {
        "title_no": c.number_text(f"CH{place + 10}", who, 8), "uscc": city.firms.uscc(who),
        "kind": c.choose([title], np.zeros(count, np.int64)),
        "level": c.choose([level], np.zeros(count, np.int64)), "year": c.integer(year), "granted_on": c.days(granted),
        "valid_until": c.days(until), "department": c.choose([office], np.zeros(count, np.int64)),
        "product": c.blank(product, ~first),
        "insurance_premium": c.money(np.floor(skewed(rng, count, 120_000, 0.5)), absent=~first),
        "status": c.choose(("有效", "过期"), (until < city.on).astype(np.int64)),
    }  # fmt: skip
