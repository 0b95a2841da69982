"""The map of counties: the city's own holds, and each way to draw it wrongly is found."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengban import packs
from chengban.packs.check import check
from chengban.packs.maps import CityMap, faults_of
from tests.packs.small import FILES, write

Boxes = dict[str, list[list[float]]]
SQUARES: Boxes = {"a": [[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]], "b": [[2, 0], [4, 0], [4, 2], [2, 2], [2, 0]]}


def drawn(rings: Boxes, labels: dict[str, list[float]] | None = None) -> CityMap:
    labels = labels or {code: [ring[0][0] + 1, ring[0][1] + 1] for code, ring in rings.items()}
    features = [
        {
            "type": "Feature", "properties": {"code": code, "name": code, "label": labels[code]},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for code, ring in rings.items()
    ]  # fmt: skip
    return CityMap.model_validate({"type": "FeatureCollection", "note": "示意图", "features": features})


def told(city_map: CityMap) -> list[str]:
    return [message for _, message in faults_of(city_map, ("a", "b"))]


def test_counties_may_touch() -> None:
    assert told(drawn(SQUARES)) == []


WRONG: dict[str, tuple[Callable[[Boxes], Any], str]] = {
    "missing": (lambda boxes: boxes.pop("b"), "county b is not on the map"),
    "strange": (lambda boxes: boxes.update(c=[[6, 0], [8, 0], [8, 2], [6, 2], [6, 0]]), "c is not a county"),
    "open": (lambda boxes: boxes["b"].__setitem__(4, [2, 1]), "the ring of b is open"),
    "clockwise": (lambda boxes: boxes["b"].reverse(), "the ring of b must run anticlockwise"),
    "crossing itself": (lambda boxes: boxes.update(b=[[2, 0], [4, 2], [4, 0], [2, 2], [2, 0]]), "the ring of b crosses itself"),
    "overlapping": (lambda boxes: boxes.update(b=[[1, 0], [4, 0], [4, 2], [1, 2], [1, 0]]), "b lies over a"),
    "the same": (lambda boxes: boxes.update(b=boxes["a"]), "b lies over a"),
    "within": (lambda boxes: boxes.update(b=[[0.5, 0.5], [1.8, 0.5], [1.8, 1.8], [0.5, 1.8], [0.5, 0.5]]), "b lies over a"),
    "label outside": (lambda boxes: boxes.update(b=[[2, 0], [2.5, 0], [2.5, 0.5], [2, 0.5], [2, 0]]), "label of b stands outside"),
}


@pytest.mark.parametrize(("spoil", "says"), WRONG.values(), ids=list(WRONG))
def test_each_fault_is_found(spoil: Callable[[Boxes], Any], says: str) -> None:
    rings = {code: [list(point) for point in ring] for code, ring in SQUARES.items()}
    spoil(rings)
    found = told(drawn(rings))
    assert any(says in message for message in found), found


def test_a_county_drawn_twice_is_found() -> None:
    city_map = drawn(SQUARES)
    twice = city_map.model_copy(update={"features": (*city_map.features, city_map.features[0])})
    assert "county a is drawn twice" in told(twice)


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_two_squares_overlap_exactly_where_both_sides_do(x: float, y: float) -> None:
    """The second is the first moved by (x, y), to four decimals as maps are drawn."""
    dx, dy = Decimal(f"{x:.4f}"), Decimal(f"{y:.4f}")
    other = [[float(Decimal(str(a)) + dx), float(Decimal(str(b)) + dy)] for a, b in SQUARES["a"]]
    overlap = abs(dx) < 2 and abs(dy) < 2
    assert any("lies over" in message for message in told(drawn({"a": SQUARES["a"], "b": other}))) == overlap


def test_neighbours_of_the_city_touch_and_the_lake_city_is_in_the_middle() -> None:
    city_map = packs.current().map
    assert city_map is not None and "示意图" in city_map.note
    points = {one.properties.name: set(one.ring) for one in city_map.features}
    middle = {name for name, ring in points.items() if len(ring & points["东昌府区"]) >= 2}
    assert middle == set(points) - {"高唐县"}
    label = {one.properties.name: one.properties.label for one in city_map.features}
    assert label["临清市"][0] < label["高唐县"][0] and label["茌平区"][0] > label["东昌府区"][0] > label["冠县"][0]
    assert label["莘县"][0] < label["阳谷县"][0] < label["东阿县"][0] and label["莘县"][1] < label["冠县"][1]


def test_a_fault_stands_in_its_file_and_line(tmp_path: Path) -> None:
    text = """{
 "type": "FeatureCollection", "note": "示意图", "features": [
  {"type": "Feature",
   "properties": {"code": "371599", "name": "别处", "label": [1, 1]},
   "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]}}
 ]}"""
    files = FILES | {"pack.yaml": FILES["pack.yaml"] + "map: map.geojson\n", "map.geojson": text}
    write(tmp_path, files)
    found = [str(one) for one in check(tmp_path)]
    assert "map.geojson:4:19: 371599 is not a county of this city" in found
    files["map.geojson"] = text.replace('"Polygon"', '"Point"')
    write(tmp_path, files)
    assert any(one.startswith("map.geojson:5:") and "Polygon" in one for one in map(str, check(tmp_path)))


def test_a_map_that_is_not_there_is_a_fault_of_the_pack(tmp_path: Path) -> None:
    write(tmp_path, FILES | {"pack.yaml": FILES["pack.yaml"] + "map: nowhere.geojson\n"})
    assert [one.message for one in check(tmp_path)] == ["there is no file nowhere.geojson"]


def test_a_figure_s_rule_is_checked_like_a_clause(tmp_path: Path) -> None:
    part = "{id: %s, name: %s, unit: 家, published: 3, %s}"
    figure = """\
figures:
  - id: staff
    name: 职工
    name_en: Staff
    said: 3 家
    said_en: three
    source: {title: 小城日报}
    of_enterprises: 3
    parts:
      - %s
      - %s
"""
    good = figure % (part % ("firms", "企业数", "count: 职工总数 > 0"), part % ("half", "半数", "formula: 企业数 / 2"))
    write(tmp_path, FILES | {"figures.yaml": good})
    assert check(tmp_path) == []
    for old, new, says in (
        ("职工总数 > 0", "职工总人 > 0", "职工总人"),
        ("企业数 / 2", "户数 / 2", "户数"),
        ("count: ", "sum: ", "number"),
    ):
        write(tmp_path, FILES | {"figures.yaml": good.replace(old, new)})
        assert any(says in one.message and one.place.file == "figures.yaml" for one in check(tmp_path)), new
    write(tmp_path, FILES | {"figures.yaml": good.replace("count: 职工总数 > 0", "at_least: true")})
    assert any("one of count, sum and formula" in one.message for one in check(tmp_path))
