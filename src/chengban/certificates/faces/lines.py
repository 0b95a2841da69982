"""Chinese lines: how wide a text is, where it may break (避头尾), how it fills its measure.

Of two full-width marks that meet one gives up half an em, and so does an opening mark at the head of a line. typst does the same
with the same font, so a PDF and an OFD of one face are set alike.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

from .fonts import Font, Fonts

OPENING = frozenset("“‘（《〈「『【〔〖［｛")
CLOSING = frozenset("”’）》〉」』】〕〗］｝，。、；：！？．")
NEVER_FIRST = CLOSING | frozenset("…—·・,.;:!?)]}%‰℃°々ー～")
NEVER_LAST = OPENING | frozenset("([{￥¥$#№")
PIECES = re.compile(r"[A-Za-z0-9À-ɏͰ-ϿЀ-ӿ@&_/.\-+'#]+|—+|…+| |.", re.DOTALL)
"""What does not break inside: words and numbers, dashes, dots; and each single sign."""
LOOSEST = 0.12
"""Ems that a full line may add after each sign; a line that would need more stays ragged."""


@dataclass(frozen=True, slots=True)
class Style:
    """Size in millimetres, and weight."""

    size: float
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its text (with the blank it broke at), and what each sign gets in addition, in millimetres."""

    text: str
    tracking: float = 0.0


@dataclass(frozen=True, slots=True)
class Run:
    """Signs of one font in a line; `lead` is where the run begins and `advances` how far each sign goes, all in ems."""

    text: str
    font: Font
    lead: float
    advances: tuple[float, ...]


def runs(text: str, fonts: Fonts, *, bold: bool = False) -> list[Run]:
    """A line's text as pieces of one font each."""
    picked = [fonts.pick(sign, bold=bold) for sign in text]
    steps = _advances(text, picked)
    lead = -0.5 if text and full(text[0], picked[0], OPENING) else 0.0
    made, start = [], 0
    for end in range(1, len(text) + 1):
        if end == len(text) or picked[end] is not picked[start]:
            made.append(Run(text[start:end], picked[start], lead, tuple(steps[start:end])))
            lead += sum(steps[start:end])
            start = end
    return made


def full(sign: str, font: Font, marks: frozenset[str]) -> bool:
    """Whether a sign is one of these marks, at full width."""
    return sign in marks and font.advance(sign) == 1.0


def width(text: str, style: Style, fonts: Fonts) -> float:
    """How wide a line is, in millimetres."""
    return style.size * Measured.of(text, style.bold, fonts).between(0, len(text))


def broken(text: str, measure: float, style: Style, fonts: Fonts) -> list[Line]:
    """The text in lines of at most `measure` millimetres. Their texts joined are the text."""
    measured = Measured.of(text, style.bold, fonts)
    cuts = _cuts(measured, measure / style.size)
    lines = [_filled(measured, one, next_, measure, style) for one, next_ in pairwise(cuts)]
    return [*lines[:-1], Line(lines[-1].text)] if lines else []


@dataclass(frozen=True, slots=True)
class Measured:
    """A text with the sums of its advances, so that any part of it is measured at once; in ems."""

    text: str
    sums: tuple[float, ...]
    shortened: frozenset[int]
    opening: frozenset[int]

    @staticmethod
    def of(text: str, bold: bool, fonts: Fonts) -> "Measured":
        picked = [fonts.pick(sign, bold=bold) for sign in text]
        shortened = frozenset(_shortened(text, picked))
        opening = frozenset(at for at, sign in enumerate(text) if full(sign, picked[at], OPENING))
        return Measured(text, tuple(accumulate(_advances(text, picked), initial=0.0)), shortened, opening)

    def between(self, start: int, end: int) -> float:
        """The width of `text[start:end]` as a line of its own."""
        if end <= start:
            return 0.0
        return (
            self.sums[end]
            - self.sums[start]
            + 0.5 * (end - 1 in self.shortened and end < len(self.text))
            - 0.5 * (start in self.opening)
        )


def fitting(text: str, measure: float, sizes: tuple[float, ...], fonts: Fonts, *, bold: bool = False) -> Style:
    """The largest size at which a text fits on one line, else the smallest."""
    styles = [Style(size, bold) for size in sizes]
    return next((style for style in styles if width(text, style, fonts) <= measure), styles[-1])


def _advances(text: str, picked: list[Font]) -> list[float]:
    steps = [
        1.0 if sign == "—" and "——" in text[max(0, at - 1) : at + 2] else picked[at].advance(sign) for at, sign in enumerate(text)
    ]
    for at in _shortened(text, picked):
        steps[at] -= 0.5
    return steps


def _shortened(text: str, picked: list[Font]) -> Iterator[int]:
    """Where a full-width mark meets another and gives way."""
    marks = OPENING | CLOSING
    for at, (one, following) in enumerate(pairwise(text)):
        inside = one in OPENING and following in CLOSING
        if not inside and full(one, picked[at], marks) and full(following, picked[at + 1], marks):
            yield at


def _pieces(text: str) -> list[int]:
    """Where the text may break: the ends of its pieces, each with the marks that may not stand apart from it."""
    ends: list[int] = []
    for piece in PIECES.finditer(text):
        bound = ends and (piece[0][0] in NEVER_FIRST or piece[0] == " " or text[piece.start() - 1] in NEVER_LAST)
        if bound:
            ends[-1] = piece.end()
        else:
            ends.append(piece.end())
    return ends


def _cuts(measured: Measured, measure: float) -> list[int]:
    """Where lines begin and the last one ends."""
    cuts, last, ends = [0], 0, _pieces(measured.text)
    for end in ends:
        if last > cuts[-1] and _seen(measured, cuts[-1], end) > measure:
            cuts.append(last)
        while _seen(measured, cuts[-1], end) > measure and end - cuts[-1] > 1:
            cuts.append(_forced(measured, cuts[-1], end, measure))
        last = end
    return [*_not_alone(measured, cuts, ends, measure), last] if last > cuts[-1] else cuts


def _not_alone(measured: Measured, cuts: list[int], ends: list[int], measure: float) -> list[int]:
    """The lines' beginnings, where one sign alone on the last line (孤字) takes the piece before it along."""
    if len(cuts) < 2 or len(ends) < 3 or ends[-1] - cuts[-1] > 1:
        return cuts
    earlier = ends[-3]
    fits = earlier > cuts[-2] and _seen(measured, earlier, ends[-1]) <= measure
    return [*cuts[:-1], earlier] if fits else cuts


def _seen(measured: Measured, start: int, end: int) -> float:
    """The width without the blanks at the end."""
    return measured.between(start, start + len(measured.text[start:end].rstrip(" ")))


def _forced(measured: Measured, start: int, end: int, measure: float) -> int:
    """Where a piece that is wider than the measure is cut; at least one sign goes on the line."""
    far = min(end - 1, bisect_right(measured.sums, measured.sums[start] + measure + 1.0))
    return next((cut for cut in range(far, start + 1, -1) if measured.between(start, cut) <= measure), start + 1)


def _filled(measured: Measured, start: int, end: int, measure: float, style: Style) -> Line:
    """The line stretched to the measure, where it is not too short for that."""
    text = measured.text[start:end]
    room = measure - style.size * _seen(measured, start, end)
    each = room / max(1, len(text.rstrip(" ")) - 1)
    return Line(text, each if 0 < each <= LOOSEST * style.size else 0.0)
