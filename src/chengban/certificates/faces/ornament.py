"""The drawn part of a face: a border of interlaced waves, a rosette under the text, a ripple, a seal's frame. Our own, no emblem.

Curves are computed, so that a face needs no picture file and prints sharply at any size.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import cos, pi, sin

from .sheet import Path

Point = tuple[float, float]
HALF_WAVE = 0.3642
"""How far the handles of a cubic reach so that it draws half a sine wave."""


@dataclass(frozen=True, slots=True)
class Ink:
    """A tone's colours: of titles and rules, of the waves, of the fine second wave, of the ground."""

    deep: str
    wave: str
    fine: str
    ground: str = "#FDFBF5"
    label: str = "#5A6663"
    text: str = "#1B2426"
    seal: str = "#B3261E"


INKS = {
    "lake": Ink("#0B4F5C", "#2E8796", "#B89A5B"),
    "pine": Ink("#23563C", "#4C8C6A", "#B89A5B"),
    "plum": Ink("#5E2A4A", "#9A6386", "#B89A5B", "#FDFAF8"),
    "gold": Ink("#6B4E16", "#B08A3C", "#8C9C8E"),
    "cinnabar": Ink("#7E231C", "#B9655B", "#C2A25F", "#FEFAF5"),
}


@lru_cache(maxsize=64)
def border(width: float, height: float, edge: float, band: float, tone: str) -> tuple[Path, ...]:
    """A band of waves between double rules, `edge` from the page's edge, with a rosette in each corner."""
    ink = INKS[tone]
    ground = Path(_box(0, 0, width, height), fill=ink.ground)
    outer, inner, fine = edge, edge + band, max(0.35, band / 10)
    rules = [
        Path(_inset(width, height, outer - 0.9 * fine), stroke=ink.deep, weight=0.22 * fine),
        Path(_inset(width, height, outer), stroke=ink.deep, weight=0.5 * fine),
        Path(_inset(width, height, inner), stroke=ink.deep, weight=0.35 * fine),
        Path(_inset(width, height, inner + 0.8 * fine), stroke=ink.fine, weight=0.18 * fine),
    ]
    tint = Path(f"{_inset(width, height, outer)} {_inset(width, height, inner, turned=True)}", fill=ink.wave, alpha=0.08)
    centres = [(x, y) for x in (edge + band / 2, width - edge - band / 2) for y in (edge + band / 2, height - edge - band / 2)]
    corners = [path for x, y in centres for path in _corner(x, y, band, ink, fine)]
    return (ground, tint, *_waves(width, height, edge, band, ink, fine), *corners, *rules)


@lru_cache(maxsize=64)
def rosette(x: float, y: float, radius: float, tone: str, alpha: float = 0.13) -> tuple[Path, ...]:
    """A flower of turned curves, pale enough to be read over."""
    ink = INKS[tone]
    rings = ((ink.wave, 1.0, 0.20, 16, 8), (ink.fine, 0.80, 0.46, 12, 8), (ink.wave, 0.46, 0.66, 8, 8))
    return tuple(
        Path(_flower((x, y), radius * reach, depth, petals, turn / strands), stroke=colour, weight=0.16, alpha=alpha)
        for colour, reach, depth, petals, strands in rings
        for turn in range(strands)
    )


def ripple(x: float, y: float, width: float, tone: str) -> tuple[Path, ...]:
    """The line under a title: two strands of still water that meet in the middle, and a lozenge."""
    ink, gap, half = INKS[tone], 3.2, width / 2
    lozenge = Path(
        f"M {_n(x)} {_n(y - 1.1)} L {_n(x + 1.7)} {_n(y)} L {_n(x)} {_n(y + 1.1)} L {_n(x - 1.7)} {_n(y)} Z", fill=ink.deep
    )
    rules = [
        Path(
            f"M {_n(x + side * gap)} {_n(y + shift)} L {_n(x + side * (half - cut))} {_n(y + shift)}",
            stroke=ink.deep,
            weight=weight,
        )
        for side in (-1, 1)
        for shift, weight, cut in ((-0.45, 0.35, 0.0), (0.45, 0.15, half * 0.22))
    ]
    return (lozenge, *rules)


def seal_frame(x: float, y: float, width: float, height: float, colour: str, scale: float) -> tuple[Path, ...]:
    """The frame of a square seal (方章): a strong line with rounded corners and a fine one inside."""
    inset = 1.15 * scale
    return (
        Path(_rounded(x, y, width, height, 1.6 * scale), stroke=colour, weight=0.95 * scale, alpha=0.92),
        Path(
            _rounded(x + inset, y + inset, width - 2 * inset, height - 2 * inset, 0.8 * scale),
            stroke=colour,
            weight=0.22 * scale,
            alpha=0.92,
        ),
    )


def rule(x1: float, y1: float, x2: float, y2: float, colour: str, weight: float = 0.15, alpha: float = 1.0) -> Path:
    return Path(f"M {_n(x1)} {_n(y1)} L {_n(x2)} {_n(y2)}", stroke=colour, weight=weight, alpha=alpha)


def squares(runs: Iterable[tuple[int, int, int]], x: float, y: float, module: float, colour: str) -> Path:
    """Filled squares of a QR code whose own corner is at (x, y)."""
    parts = (_box(x + column * module, y + row * module, length * module, module, digits=4) for column, row, length in runs)
    return Path(" ".join(parts), fill=colour)


def box(x: float, y: float, width: float, height: float, *, fill: str = "", stroke: str = "", weight: float = 0.2) -> Path:
    return Path(_box(x, y, width, height), fill=fill, stroke=stroke, weight=weight)


def _waves(width: float, height: float, edge: float, band: float, ink: Ink, fine: float) -> list[Path]:
    """Strands along the four sides that swing about its middle, each a little less than the one before, and a fine one between."""
    start, reach = (edge + band, edge + band / 2), band * 0.44
    strands = [(ink.wave, 0.15, 1.0, part / 4) for part in (-4, -3, -2, -1, 1, 2, 3, 4)] + [
        (ink.fine, 0.2, 0.5, part) for part in (-0.62, 0.62)
    ]
    paths = []
    for colour, weight, length, part in strands:
        long = _wave(start, width - 2 * start[0], band * 1.6 * length, reach * part)
        tall = _wave(start, height - 2 * start[0], band * 1.6 * length, reach * part)
        sides = (long, [(x, height - y) for x, y in long], [(y, x) for x, y in tall], [(width - y, x) for x, y in tall])
        paths.append(Path(" ".join(_cubics(side) for side in sides), stroke=colour, weight=weight * fine))
    return paths


def _wave(start: Point, span: float, length: float, reach: float) -> list[Point]:
    """Ends and handles of cubics, half a wave each, from crest to crest; whole waves fill the span."""
    halves = 2 * max(1, round(span / length))
    step, (x, y) = span / halves, start
    points = [(x, y + reach)]
    for half in range(halves):
        near, far = (y + reach, y - reach) if half % 2 == 0 else (y - reach, y + reach)
        left, right = x + half * step, x + (half + 1) * step
        points += [(left + HALF_WAVE * step, near), (right - HALF_WAVE * step, far), (right, far)]
    return points


def _cubics(points: list[Point]) -> str:
    words = [f"M {_n(points[0][0])} {_n(points[0][1])}"]
    for at in range(1, len(points) - 2, 3):
        words.append("C " + " ".join(f"{_n(x)} {_n(y)}" for x, y in points[at : at + 3]))
    return " ".join(words)


def _corner(x: float, y: float, band: float, ink: Ink, fine: float) -> list[Path]:
    """A plate with a flower of eight petals, drawn by turned curves."""
    half = band / 2
    plate = Path(_box(x - half, y - half, band, band), fill=ink.ground, stroke=ink.deep, weight=0.35 * fine)
    strands = ((ink.wave, 0.55, 0.0), (ink.wave, 0.55, 0.5), (ink.fine, 0.9, 0.0), (ink.fine, 0.9, 0.5), (ink.deep, 0.25, 0.5))
    petals = [
        Path(_flower((x, y), half * 0.88, depth, 8, turn), stroke=colour, weight=0.16 * fine) for colour, depth, turn in strands
    ]
    return [plate, *petals, Path(_flower((x, y), 0.16 * half, 0.0, 2, 0.0), fill=ink.deep)]


def _flower(centre: Point, radius: float, depth: float, petals: int, turn: float) -> str:
    """A closed curve whose distance from the centre swings by `depth` of the radius, once a petal; `turn` shifts it, in swings."""

    def at(angle: float) -> Point:
        r = radius * (1 - depth / 2 + depth / 2 * sin(petals * angle + 2 * pi * turn))
        return centre[0] + r * cos(angle), centre[1] + r * sin(angle)

    return _closed(at, max(64, petals * 6))


def _closed(curve: Callable[[float], Point], pieces: int) -> str:
    """A closed curve over 0 … 2π as cubics through its points, with handles along its direction."""
    step, tiny = 2 * pi / pieces, 1e-4
    points = [curve(at * step) for at in range(pieces)]
    slopes = [
        tuple((b - a) / (2 * tiny) * step / 3 for a, b in zip(curve(at * step - tiny), curve(at * step + tiny), strict=True))
        for at in range(pieces)
    ]
    words = [f"M {_n(points[0][0])} {_n(points[0][1])}"]
    for at in range(pieces):
        to = (at + 1) % pieces
        (x1, y1), (x2, y2) = points[at], points[to]
        handles = (x1 + slopes[at][0], y1 + slopes[at][1], x2 - slopes[to][0], y2 - slopes[to][1], x2, y2)
        words.append("C " + " ".join(map(_n, handles)))
    return " ".join([*words, "Z"])


def _inset(width: float, height: float, by: float, *, turned: bool = False) -> str:
    return _box(by, by, width - 2 * by, height - 2 * by, turned=turned)


def _box(x: float, y: float, width: float, height: float, *, turned: bool = False, digits: int = 2) -> str:
    corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
    places = [f"{_n(a, digits)} {_n(b, digits)}" for a, b in (corners[::-1] if turned else corners)]
    return f"M {places[0]} L {places[1]} L {places[2]} L {places[3]} Z"


def _rounded(x: float, y: float, width: float, height: float, radius: float) -> str:
    k, right, low = radius * 0.4477, x + width, y + height
    corners = (
        ((right - radius, y), (right - k, y), (right, y + k), (right, y + radius)),
        ((right, low - radius), (right, low - k), (right - k, low), (right - radius, low)),
        ((x + radius, low), (x + k, low), (x, low - k), (x, low - radius)),
        ((x, y + radius), (x, y + k), (x + k, y), (x + radius, y)),
    )
    words = [f"M {_n(x + radius)} {_n(y)}"]
    for start, *bend in corners:
        words.append(f"L {_n(start[0])} {_n(start[1])} C " + " ".join(f"{_n(a)} {_n(b)}" for a, b in bend))
    return " ".join([*words, "Z"])


def _n(value: float, digits: int = 2) -> str:
    text = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
