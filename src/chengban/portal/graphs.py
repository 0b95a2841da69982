"""A graph of numbered steps, drawn by the server: a column a batch, an arrow for what waits for what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

COLUMN, ROW, RADIUS, TIP = 92, 52, 18, 9
"""The distance of columns and of rows, half the width of a node, and the length of an arrow's tip, in the drawing's own units."""


@dataclass(frozen=True, slots=True)
class Node:
    """A step: its number, where it stands, and how it looks (CSS classes)."""

    number: int
    x: float
    y: float
    look: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one node to a later one, as an SVG path."""

    path: str
    look: str


@dataclass(frozen=True, slots=True)
class Graph:
    """The drawing; a list of the same steps stands beside it."""

    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    width: int
    height: int


def graph(batches: Sequence[Sequence[tuple[int, str]]], waits: Iterable[tuple[int, int, str]]) -> Graph:
    """The graph of batches of (number, look), and of (earlier, later, look) for what waits for what."""
    rows = max((len(batch) for batch in batches), default=0)
    nodes = {
        number: Node(number, column * COLUMN + RADIUS + 2, _height(place, len(batch), rows), look)
        for column, batch in enumerate(batches)
        for place, (number, look) in enumerate(batch)
    }
    arrows = tuple(Arrow(_path(nodes[earlier], nodes[later]), look) for earlier, later, look in waits)
    return Graph(tuple(nodes.values()), arrows, (len(batches) - 1) * COLUMN + 2 * RADIUS + 4, rows * ROW)


def _height(place: int, among: int, rows: int) -> float:
    """A batch stands in the middle of the drawing's height."""
    return (place + (rows - among) / 2) * ROW + ROW / 2


def _path(earlier: Node, later: Node) -> str:
    begins, ends = earlier.x + RADIUS, later.x - RADIUS - TIP
    middle = (begins + ends) / 2
    return f"M{begins:g} {earlier.y:g}C{middle:g} {earlier.y:g} {middle:g} {later.y:g} {ends:g} {later.y:g}"
