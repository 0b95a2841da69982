"""Registers about places and the whole city: geography, the macro-economy. Their figures are invented."""

from collections.abc import Iterator

import numpy as np

from chengban.demo.city import columns as c
from chengban.demo.city.chance import days_between, mix, skewed
from chengban.demo.city.model import City, Rows

_CENTRES = {
    "371502": (115.98, 36.45), "371503": (116.25, 36.58), "371581": (115.71, 36.84), "371521": (115.79, 36.11),
    "371522": (115.67, 36.24), "371524": (116.25, 36.33), "371525": (115.44, 36.48), "371526": (116.23, 36.87),
}  # fmt: skip
"""Where each county's seat is, about: degrees east and north (CGCS2000)."""
_INDICATORS = {
    "地区生产总值": (3000, "亿元"), "第一产业增加值": (420, "亿元"), "第二产业增加值": (1050, "亿元"),
    "第三产业增加值": (1530, "亿元"),
    "社会消费品零售总额": (1050, "亿元"), "一般公共预算收入": (220, "亿元"), "进出口总额": (560, "亿元"), "常住人口": (585, "万人"),
    "研究与试验发展经费": (62, "亿元"), "城镇居民人均可支配收入": (36000, "元"), "农村居民人均可支配收入": (20000, "元"),
    "城镇单位就业人员平均工资": (80000, "元"), "规模以上工业增加值增速": (0.06, "比例"), "固定资产投资增速": (0.04, "比例"),
}  # fmt: skip
"""Round figures for the demonstration, no statistics."""
_WHOLE = ("人均", "平均", "增速")
_YEARS = tuple(range(2019, 2025))


def geography(city: City) -> Iterator[Rows]:
    count = max(len(city.firms) // 10, 400)
    rng = city.rng("geography")
    places = city.places
    county = places.counties(city.chance, "geography", count)
    town = places.town_in(city.chance, "geography", county)
    centre = np.array([_CENTRES.get(str(code), (115.98, 36.45)) for code in places.county_codes])[county]
    address = places.addresses(city.chance, "geography", town, "号")
    yield {
        "place_id": c.joined(places.town_text(town), c.number_text("", np.arange(count), 7)), "name": address,
        "kind": mix(rng, count, {"标准地址": 70, "宗地": 15, "建筑物": 14, "园区": 1}),
        "county": places.county_text(county), "town": places.town_text(town), "address": address,
        "longitude": c.number(centre[:, 0] + np.clip(0.06 * rng.standard_normal(count), -0.2, 0.2), 6),
        "latitude": c.number(centre[:, 1] + np.clip(0.05 * rng.standard_normal(count), -0.2, 0.2), 6),
        "area": c.number(skewed(rng, count, 600, 1.2)),
        "land_use": mix(rng, count, {"城镇住宅": 5, "商业服务": 2, "工业": 2, "办公": 1, "农业": 1, "公用设施": 1}),
        "coordinate_system": c.choose(["CGCS2000"], np.zeros(count, np.int64)),
        "surveyed_on": c.days(days_between(rng, city.on - 1500, city.on - 100, count)),
    }  # fmt: skip


def macro_economy(city: City) -> Iterator[Rows]:
    regions = [city.pack.city.region, *(str(code) for code in city.places.county_codes)]
    part = np.r_[1.0, city.places.weights / city.places.weights.sum()]
    region, year, indicator = (
        axis.ravel() for axis in np.meshgrid(range(len(regions)), _YEARS, range(len(_INDICATORS)), indexing="ij")
    )
    names = tuple(_INDICATORS)
    base = np.array([value for value, _unit in _INDICATORS.values()])[indicator]
    shared = np.array([not any(word in name for word in _WHOLE) for name in names])[indicator]
    growth = np.clip(0.055 + 0.015 * city.rng("macro").standard_normal(len(region)), 0.01, 0.1)
    rate = np.array([name.endswith("增速") for name in names])[indicator]
    trend = np.where(rate, 1.0, 1.05 ** (year - 2024.0))
    yield {
        "region": c.choose(regions, region), "year": c.integer(year), "indicator": c.choose(names, indicator),
        "value": c.number(base * trend * np.where(shared, part[region], 1.0), 4),
        "unit": c.choose([unit for _value, unit in _INDICATORS.values()], indicator),
        "growth": c.number(growth, 4, absent=rate), "published_on": c.days(c.year_start(year + 1) + 75),
        "preliminary": c.boolean(year == 2024),
    }  # fmt: skip
