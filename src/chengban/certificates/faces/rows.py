"""The lines of a face: broken, put side by side where they are short, shrunk to one page or carried over to the next."""

from dataclasses import dataclass

from . import ornament
from .face import Face
from .forms import Setting
from .lines import Line, Style, broken, fitting, width
from .sheet import Page, spread, text

LEADING = 1.55
"""From baseline to baseline within a value, in sizes."""
GAP, WIDEST_GAP = 1.0, 1.9
"""Between two rows, in sizes, beside the leading's own; the second where there is room."""
LABEL = 6.2
"""How wide labels may make their column, in sizes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A label and its value, both broken into lines."""

    label: list[Line]
    value: list[Line]
    labels: Style
    values: Style

    @property
    def depth(self) -> int:
        return max(len(self.label), len(self.value))


@dataclass(frozen=True, slots=True)
class Row:
    """One entry, or two side by side."""

    entries: tuple[Entry, ...]

    @property
    def depth(self) -> int:
        return max(entry.depth for entry in self.entries)

    @property
    def labels(self) -> int:
        """Lines of the longest label, which stay together."""
        return max(len(entry.label) for entry in self.entries)

    def split(self, depth: int) -> tuple["Row", "Row"]:
        """The row's first lines, and what is left of it."""
        parts = [(_cut(entry, 0, depth), _cut(entry, depth, None)) for entry in self.entries]
        return Row(tuple(one for one, _ in parts)), Row(tuple(other for _, other in parts))


@dataclass(frozen=True, slots=True)
class Table:
    """All rows at one size, and how wide its labels are."""

    size: float
    label: float
    rows: tuple[Row, ...]

    def tall(self, rows: list[Row] | tuple[Row, ...], gap: float = GAP) -> float:
        """From the first baseline to the last."""
        depth = sum(row.depth for row in rows)
        return self.size * (LEADING * (depth - 1) + (gap - 0.35) * (len(rows) - 1)) if rows else 0.0


def table(setting: Setting) -> tuple[Table, list[list[Row]]]:
    """The rows at the largest size that fits one page, else on several pages at a middle size; page by page."""
    form = setting.form
    for size in form.sizes:
        made = _set(setting, size)
        if made.tall(made.rows) <= form.last - form.first:
            return made, [list(made.rows)]
    made = _set(setting, form.sizes[-3])
    return made, _pages(setting, made)


def draw(setting: Setting, page: Page, made: Table, rows: list[Row], top: float, low: float) -> None:
    """The rows from the baseline `top` on, loosened and lowered a little where there is room above `low`."""
    gap = GAP
    if len(rows) > 1:
        gap = min(WIDEST_GAP, GAP + (low - top - made.tall(rows)) / made.size / (len(rows) - 1))
    y = top + max(0.0, low - top - made.tall(rows, gap)) * 0.22
    for at, row in enumerate(rows):
        _draw_row(setting, page, made, row, y)
        end = y + made.size * LEADING * (row.depth - 1)
        step = made.size * (LEADING + max(GAP, gap) - 0.35)
        if at < len(rows) - 1:
            under = end + made.size * 0.52 + (step - made.size * 1.9) * 0.28
            page.add(ornament.rule(setting.left, under, setting.lines_right, under, setting.ink.fine, 0.12, 0.75))
        y = end + step


def _draw_row(setting: Setting, page: Page, made: Table, row: Row, y: float) -> None:
    start, stride = setting.left, _column(setting, len(row.entries))[1]
    for at, entry in enumerate(row.entries):
        x = start + at * stride
        for number, line in enumerate(entry.label):
            place = y + number * made.size * LEADING
            page.add(*spread(line.text, x, place, made.label, entry.labels, setting.fonts, setting.ink.label))
        for number, line in enumerate(entry.value):
            place = y + number * made.size * LEADING
            page.add(*text(line, x + made.label + made.size, place, entry.values, setting.fonts, setting.ink.text))


def contents(face: Face) -> list[tuple[str, str, bool]]:
    """Label, value and whether it names the holder. The holder and the term are added where no line tells them."""
    told = [(label, value, value == face.holder) for label, value in face.lines]
    if not any(named for _, _, named in told):
        told.insert(0, ("持证主体", face.holder, True))
    if face.validity and not any("有效期" in label for label, _, _ in told):
        told.append(("有效期限", face.validity, False))
    return told


def _set(setting: Setting, size: float) -> Table:
    told = contents(setting.face)
    plain = Style(size)
    label = min(LABEL * size, max(width(label, plain, setting.fonts) for label, _, _ in told))
    rows: list[Row] = []
    waiting: Entry | None = None
    for name, value, bold in told:
        half = _entry(setting, name, value, Style(size, bold), label, setting.form.columns)
        if setting.form.columns == 1 or half.depth > 1 or bold:
            rows += [Row((waiting,))] if waiting else []
            waiting = None
            rows.append(Row((_entry(setting, name, value, Style(size, bold), label, 1),)))
        elif waiting:
            rows.append(Row((waiting, half)))
            waiting = None
        else:
            waiting = half
    return Table(size, label, (*rows, *([Row((waiting,))] if waiting else [])))


def _entry(setting: Setting, name: str, value: str, style: Style, label: float, columns: int) -> Entry:
    names = fitting(name, label, tuple(style.size * part for part in (1.0, 0.93, 0.86, 0.8, 0.74)), setting.fonts)
    measure = _column(setting, columns)[0] - label - style.size
    return Entry(broken(name, label, names, setting.fonts), broken(value, measure, style, setting.fonts), names, style)


def _column(setting: Setting, columns: int) -> tuple[float, float]:
    """How wide a column is, and how far the next begins from it."""
    whole, gutter = setting.lines_right - setting.left, setting.form.gutter
    each = (whole - gutter * (columns - 1)) / columns
    return each, each + gutter


def _pages(setting: Setting, made: Table) -> list[list[Row]]:
    """Rows page by page; the last page keeps room for the foot, and is never without a row."""
    form = setting.form
    pages: list[list[Row]] = []
    left = list(made.rows)
    while left and (not pages or made.tall(left) > form.last - form.again):
        top = form.again if pages else form.first
        page, rest = _taken(made, left, form.bottom - top)
        page, left = (page, rest) if rest else _taken(made, left, form.last - top)
        pages.append(page)
    return [*pages, left]


def _taken(made: Table, rows: list[Row], room: float) -> tuple[list[Row], list[Row]]:
    """As many rows as fit the room, the last perhaps in part, and what is left."""
    count = next((count for count in range(len(rows), 0, -1) if made.tall(rows[:count]) <= room), 0)
    if count == len(rows):
        return rows, []
    whole = made.tall(rows[:count])
    before = whole + made.size * (GAP - 0.35 + LEADING) if count else 0.0
    depth = int((room - before) / (made.size * LEADING)) + 1
    cut = rows[count]
    if depth >= max(2, cut.labels) or count == 0:
        first, rest = cut.split(max(1, min(cut.depth - 1, max(depth, cut.labels))))
        return [*rows[:count], first], [rest, *rows[count + 1 :]]
    return rows[:count], rows[count:]


def _cut(entry: Entry, start: int, end: int | None) -> Entry:
    return Entry(entry.label[start:end], entry.value[start:end], entry.labels, entry.values)
