"""The city's schematic map with a figure in each county, drawn by the server: five steps of colour, and a number in each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from math import cos, radians

from chengban.packs import Pack
from chengban.packs.maps import CityMap, Point

STEPS = 5
WIDTH, MARGIN = 640, 12


@dataclass(frozen=True, slots=True)
class County:
    """One county's shape in the drawing's own units; `step` 1…STEPS by its value, 0 for none, -1 where it is not known."""

    code: str
    name: str
    points: str
    x: float
    y: float
    step: int
    said: str


@dataclass(frozen=True, slots=True)
class Legend:
    """One colour of the map and the values that it stands for."""

    step: int
    said: str


@dataclass(frozen=True, slots=True)
class MapChart:
    title: str
    width: int
    height: int
    counties: tuple[County, ...]
    legend: tuple[Legend, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a county shows: its value, none where it is not known, and the value in words."""

    value: Decimal | None
    said: str


def map_chart(pack: Pack, title: str, readings: Mapping[str, Reading], legend: Sequence[str]) -> MapChart | None:
    """The map with a reading for each county, in the city's own order; none where the city has no map.

    `legend` says the values of each step, from the lowest.
    """
    if pack.map is None:
        return None
    draw = _Drawing(pack.map)
    names = dict(zip(pack.city.counties, pack.city.short_county_names, strict=True))
    drawn = {one.properties.code: one for one in pack.map.features}
    most = max((reading.value for reading in readings.values() if reading.value is not None), default=Decimal(0))
    counties = []
    for code in pack.city.counties:
        x, y = draw.place(drawn[code].properties.label)
        points = " ".join("{},{}".format(*draw.place(point)) for point in drawn[code].ring[:-1])
        counties.append(County(code, names[code], points, x, y, step_of(readings[code].value, most), readings[code].said))
    marks = tuple(Legend(number, said) for number, said in enumerate(legend, 1))
    return MapChart(title, WIDTH, draw.height, tuple(counties), marks)


def step_of(value: Decimal | None, most: Decimal) -> int:
    """Which of STEPS equal parts of the way from 0 to the largest a value lies in."""
    if value is None:
        return -1
    return int((value * STEPS / most).to_integral_value(ROUND_CEILING)) if value > 0 else 0


def step_limits(most: Decimal) -> list[Decimal]:
    """The upper end of each step."""
    return [most * step / STEPS for step in range(1, STEPS + 1)]


class _Drawing:
    """From longitude and latitude to the drawing: a plain projection, true to the shape at the city's own latitude."""

    def __init__(self, city_map: CityMap) -> None:
        points = [point for one in city_map.features for point in one.ring]
        self.west, east = min(p[0] for p in points), max(p[0] for p in points)
        south, self.north = min(p[1] for p in points), max(p[1] for p in points)
        self.squeeze = cos(radians(float(south + self.north) / 2))
        self.scale = (WIDTH - 2 * MARGIN) / (float(east - self.west) * self.squeeze)
        self.height = round(float(self.north - south) * self.scale) + 2 * MARGIN

    def place(self, point: Point) -> tuple[float, float]:
        x = float(point[0] - self.west) * self.squeeze * self.scale + MARGIN
        return round(x, 1), round(float(self.north - point[1]) * self.scale + MARGIN, 1)
