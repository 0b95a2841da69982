"""Pages as a painter needs them: texts with exact places, paths and pictures; millimetres from the top left corner.

A face is laid out once (`layouts`), and painted as PDF (`pdf`) and as OFD (`ofd`).
"""

from dataclasses import dataclass, field
from typing import Literal

from .fonts import Font, Fonts
from .lines import CLOSING, Line, Style, full, runs, width

Anchor = Literal["left", "middle", "right"]


@dataclass(frozen=True, slots=True)
class Text:
    """Signs of one font on one baseline; `steps` are the ways from sign to sign, `tracking` what each has beyond its own width."""

    x: float
    y: float
    size: float
    text: str
    font: Font
    steps: tuple[float, ...]
    tracking: float
    colour: str
    alpha: float = 1.0


@dataclass(frozen=True, slots=True)
class Path:
    """`d` has absolute M, L, C and Z alone, each word parted by a blank; colours are #rrggbb, empty for none."""

    d: str
    stroke: str = ""
    weight: float = 0.2
    fill: str = ""
    alpha: float = 1.0


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo in its box."""

    x: float
    y: float
    width: float
    height: float
    data: bytes
    kind: Literal["png", "jpeg"]


Item = Text | Path | Picture


@dataclass(slots=True)
class Page:
    """What is painted, in this order."""

    items: list[Item] = field(default_factory=list)

    def add(self, *items: Item) -> None:
        self.items.extend(items)

    def texts(self) -> list[Text]:
        return [item for item in self.items if isinstance(item, Text)]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole document of pages of one size."""

    width: float
    height: float
    pages: tuple[Page, ...]


def text(
    line: Line | str, x: float, y: float, style: Style, fonts: Fonts, colour: str, *, anchor: Anchor = "left", alpha: float = 1.0
) -> list[Text]:
    """A line as the texts of its fonts, its baseline at `y`."""
    line = Line(line) if isinstance(line, str) else line
    if anchor != "left":
        whole = width(line.text, style, fonts) + line.tracking * (len(line.text) - 1) - _blank(line.text, style, fonts)
        x -= whole if anchor == "right" else whole / 2
    made, passed = [], 0
    for run in runs(line.text, fonts, bold=style.bold):
        steps = tuple(step * style.size + line.tracking for step in run.advances)
        start = x + run.lead * style.size + passed * line.tracking
        made.append(Text(start, y, style.size, run.text, run.font, steps, line.tracking, colour, alpha))
        passed += len(run.text)
    return made


def _blank(text: str, style: Style, fonts: Fonts) -> float:
    """The white half of a closing mark at the end."""
    last = text[-1:]
    return style.size / 2 if last and full(last, fonts.pick(last, bold=style.bold), CLOSING) else 0.0


def spread(label: str, x: float, y: float, measure: float, style: Style, fonts: Fonts, colour: str) -> list[Text]:
    """A label whose signs are spread over the measure, as on Chinese certificates; a single sign or a wide one is not."""
    room = measure - width(label, style, fonts)
    each = room / (len(label) - 1) if len(label) > 1 and room > 0 else 0.0
    return text(Line(label, each), x, y, style, fonts, colour)
