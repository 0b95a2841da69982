"""The foot of a face: who issued it and when, the seal, the identifier and the page's number."""

from itertools import accumulate, pairwise
from math import ceil, sqrt

from . import ornament
from .face import chinese
from .forms import POINT
from .lines import Line, Style, broken, fitting
from .pen import Pen
from .sheet import text

ISSUER = tuple(size * POINT for size in (16, 14.5, 13, 11.5, 10))


def foot(pen: Pen) -> None:
    (_card_foot if pen.setting.card else _grand_foot)(pen)


def edge_line(pen: Pen, number: int, count: int) -> None:
    """The identifier, and the page's number where there are several."""
    setting, face, form, colour = pen.setting, pen.setting.face, pen.setting.form, pen.setting.ink.label
    y = form.height - form.edge - form.band - form.fine * 0.53
    if face.identifier:
        pen.words(f"电子证照标识 {face.identifier}", setting.left, y, form.fine, colour, room=setting.measure * 0.8)
    if count > 1:
        pen.words(f"第 {number} 页，共 {count} 页", setting.right, y, form.fine, colour, anchor="right")


def _grand_foot(pen: Pen) -> None:
    """Issuer and date at the left of the seal."""
    setting, face, form = pen.setting, pen.setting.face, pen.setting.form
    y = form.last + 18
    edge = setting.right - (form.seal + 6 if face.seal else 0)
    room = edge - setting.left - (form.qr + 8 if face.layout == "portrait" and face.qr else 60)
    style = fitting(face.issuer, room, ISSUER, setting.fonts, bold=True)
    lines = broken(face.issuer, room, style, setting.fonts)
    for at, line in enumerate(lines, 1 - len(lines)):
        place = y + at * style.size * 1.4
        pen.page.add(*text(Line(line.text), edge, place, style, setting.fonts, setting.ink.text, anchor="right"))
    pen.words(chinese(face.issued_on), edge, y + 8.5, 12, anchor="right")
    _seal(pen, setting.right - form.seal, y + 2 - form.seal / 2)


def _card_foot(pen: Pen) -> None:
    setting, face, form = pen.setting, pen.setting.face, pen.setting.form
    room = setting.lines_right - setting.left - (form.seal + 2 if face.seal else 0)
    pen.words(f"编号 {face.number}", setting.left, 41.7, 6, bold=True, room=room)
    pen.words(f"{face.issuer}  {chinese(face.issued_on)}", setting.left, 44.7, form.small, room=room)
    _seal(pen, setting.lines_right - form.seal, 45.6 - form.seal)


def _seal(pen: Pen, x: float, y: float) -> None:
    """A square seal: columns from right to left, each filled from top to bottom."""
    words, side, colour = pen.setting.face.seal, pen.setting.form.seal, pen.setting.ink.seal
    if not words:
        return
    pen.page.add(*ornament.seal_frame(x, y, side, side, colour, side / 25))
    columns = _columns(words)
    inner, pad = side * 0.82, side * 0.09
    across = inner / len(columns)
    for at, column in enumerate(columns):
        down = inner / len(column)
        style = Style(min(across, down, inner / len(columns[0]) * 1.15) * 0.94, True)
        for number, sign in enumerate(column):
            middle, base = x + pad + inner - (at + 0.5) * across, y + pad + (number + 0.5) * down + style.size * 0.38
            pen.page.add(*text(sign, middle, base, style, pen.setting.fonts, colour, anchor="middle", alpha=0.92))


def _columns(words: str) -> list[str]:
    """As square as may be, and no column more than one sign shorter than another."""
    count = ceil(len(words) / ceil(sqrt(len(words))))
    short, longer = divmod(len(words), count)
    ends = list(accumulate([short + (at < longer) for at in range(count)], initial=0))
    return [words[start:end] for start, end in pairwise(ends)]
