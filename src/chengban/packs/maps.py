"""The city's schematic map (示意图): a polygon a county in GeoJSON (RFC 7946), drawn by hand, and what a map must hold to."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations, pairwise
from typing import Annotated, Any, Literal

from pydantic import Field

from chengban.packs.model import Declaration, Name

Longitude = Annotated[Decimal, Field(ge=-180, le=180)]
Latitude = Annotated[Decimal, Field(ge=-90, le=90)]
Point = tuple[Longitude, Latitude]
Ring = Annotated[tuple[Point, ...], Field(min_length=4)]
"""Positions, the last the first again."""
Key = tuple[str | int, ...]


class CountyPolygon(Declaration):
    type: Literal["Polygon"]
    coordinates: Annotated[tuple[Ring, ...], Field(min_length=1, max_length=1)]
    """The exterior ring alone: a schematic county has no holes."""


class CountyProperties(Declaration):
    code: str
    name: Name
    label: Point
    """Where the county's name stands, inside the county."""


class CountyFeature(Declaration):
    type: Literal["Feature"]
    properties: CountyProperties
    geometry: CountyPolygon

    @property
    def ring(self) -> tuple[Point, ...]:
        return self.geometry.coordinates[0]


class CityMap(Declaration):
    """The counties as polygons that meet where the counties do. `note` says that the lines are no real borders."""

    type: Literal["FeatureCollection"]
    note: Name
    features: tuple[CountyFeature, ...] = Field(min_length=1)

    def geojson(self) -> dict[str, Any]:
        """The map as JSON values."""
        return self.model_dump(mode="python") | {"features": [_feature(one) for one in self.features]}


def _feature(one: CountyFeature) -> dict[str, Any]:
    label = [float(number) for number in one.properties.label]
    ring = [[float(number) for number in point] for point in one.ring]
    return {
        "type": "Feature",
        "properties": {"code": one.properties.code, "name": one.properties.name, "label": label},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def faults_of(city_map: CityMap, counties: Sequence[str]) -> Iterator[tuple[Key, str]]:
    """What is wrong with a map's meaning: the key of each fault, and a sentence."""
    yield from _each_once(city_map, counties)
    sound = []
    for number, one in enumerate(city_map.features):
        faults = list(_ring_faults(one))
        yield from ((("features", number, *key), told) for key, told in faults)
        sound += [] if faults else [(number, one)]
    for (_, first), (number, second) in combinations(sound, 2):
        if _overlap(first, second):
            told = f"{second.properties.name} lies over {first.properties.name}; counties may touch and not overlap"
            yield ("features", number, "geometry"), told


def _each_once(city_map: CityMap, counties: Sequence[str]) -> Iterator[tuple[Key, str]]:
    drawn = [one.properties.code for one in city_map.features]
    for number, code in enumerate(drawn):
        key = ("features", number, "properties", "code")
        if code not in counties:
            yield key, f"{code} is not a county of this city"
        elif code in drawn[:number]:
            yield key, f"county {code} is drawn twice"
    for code in counties:
        if code not in drawn:
            yield ("features",), f"county {code} is not on the map"


def _ring_faults(one: CountyFeature) -> Iterator[tuple[Key, str]]:
    ring, name, key = one.ring, one.properties.name, ("geometry", "coordinates")
    edges = list(pairwise(ring))
    if ring[0] != ring[-1]:
        yield key, f"the ring of {name} is open: its last position must be its first"
    elif any(_cross(first, second) for first, second in combinations(edges, 2)):
        yield key, f"the ring of {name} crosses itself"
    elif _doubled_area(ring) <= 0:
        yield key, f"the ring of {name} must run anticlockwise (RFC 7946, 3.1.6)"
    elif not _is_inside(one.properties.label, ring):
        yield ("properties", "label"), f"the label of {name} stands outside the county"


def _doubled_area(ring: Sequence[Point]) -> Decimal:
    """Twice the area, positive where the ring runs anticlockwise."""
    return sum((x * v - u * y for (x, y), (u, v) in pairwise(ring)), Decimal(0))


def _overlap(one: CountyFeature, other: CountyFeature) -> bool:
    """Whether two counties share some area: edges cross, or one has its label or a piece of its edge inside the other."""
    if any(_cross(first, second) for first in pairwise(one.ring) for second in pairwise(other.ring)):
        return True
    pairs = [(one, other), (other, one)]
    return any(_is_inside(point, around.ring) for inner, around in pairs for point in _inner(inner, around))


def _inner(one: CountyFeature, other: CountyFeature) -> Iterator[Point]:
    """The label, and the middle of each piece of edge between the points where the other county's corners touch it."""
    yield one.properties.label
    for start, end in pairwise(one.ring):
        touching = [point for point in other.ring if _is_on(point, start, end)]
        for near, far in pairwise(sorted({start, *touching, end})):
            yield (near[0] + far[0]) / 2, (near[1] + far[1]) / 2


def _side(start: Point, end: Point, point: Point) -> Decimal:
    """Above 0 where `point` is left of the way from `start` to `end`, 0 where it is on it."""
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])


def _cross(first: tuple[Point, Point], second: tuple[Point, Point]) -> bool:
    """Whether two edges cross inside both: to touch at an end is not to cross."""
    ends = _side(*first, second[0]) * _side(*first, second[1]), _side(*second, first[0]) * _side(*second, first[1])
    return ends[0] < 0 and ends[1] < 0


def _is_inside(point: Point, ring: Sequence[Point]) -> bool:
    """Whether a point is inside a ring and not on it."""
    inside = False
    for start, end in pairwise(ring):
        if _is_on(point, start, end):
            return False
        if (start[1] > point[1]) != (end[1] > point[1]):
            upward = end[1] > start[1]
            inside ^= (_side(start, end, point) > 0) == upward
    return inside


def _is_on(point: Point, start: Point, end: Point) -> bool:
    between = all(min(a, b) <= value <= max(a, b) for value, a, b in zip(point, start, end, strict=True))
    return between and _side(start, end, point) == 0
