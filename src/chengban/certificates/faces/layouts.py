"""A face laid out on pages: ground, head, lines, foot."""

from itertools import accumulate, pairwise
from math import ceil, sqrt

from . import ornament, qr
from .face import Face, chinese
from .fonts import fonts
from .forms import FORMS, POINT, Setting
from .lines import Line, Style, broken, fitting, width
from .photos import check_photo
from .rows import draw, table
from .sheet import Anchor, Page, Picture, Sheet, Text, text


def lay_out(face: Face) -> Sheet:
    """The face as pages. Raises `FontMissing`, `GlyphMissing`, `BadFace`."""
    form = FORMS[face.layout]
    setting = Setting(face, form, ornament.INKS[face.tone], fonts())
    made, parts = table(setting)
    pages = []
    for number, rows in enumerate(parts, 1):
        page, first, last = Page(), number == 1, number == len(parts)
        _ground(setting, page)
        (_head if first else _short_head)(setting, page)
        top, low = (form.first, form.last if last else form.bottom) if first else (form.again, form.again)
        draw(setting, page, made, rows, top, low)
        if last:
            _foot(setting, page)
        _edge_line(setting, page, number, len(parts))
        pages.append(page)
    return Sheet(form.width, form.height, tuple(pages))


def _ground(setting: Setting, page: Page) -> None:
    form, face = setting.form, setting.face
    page.add(*ornament.border(form.width, form.height, form.edge, form.band, face.tone))
    page.add(*ornament.rosette(form.width / 2, form.height * 0.54, min(form.width, form.height) * 0.34, face.tone))
    if face.watermark:
        _watermark(setting, page)


def _watermark(setting: Setting, page: Page) -> None:
    """One large word across the page, pale enough to read over."""
    form, word = setting.form, setting.face.watermark
    size = min(form.height * 0.24, form.width * 0.6 / width(word, Style(1.0, True), setting.fonts))
    page.add(*text(word, form.width / 2, form.height * 0.54 + size * 0.36, Style(size, True), setting.fonts, setting.ink.seal,
                   anchor="middle", alpha=0.09))  # fmt: skip


def _head(setting: Setting, page: Page) -> None:
    (_card_head if setting.card else _grand_head)(setting, page)
    if setting.face.photo:
        _photo(setting, page, setting.face.photo)
    if setting.face.layout != "portrait":
        _code(setting, page)


def _grand_head(setting: Setting, page: Page) -> None:
    face, form, middle = setting.face, setting.form, setting.form.width / 2
    wide = face.layout == "landscape"
    start, _ = _title(setting, page, form.width - 2 * (form.margin + (form.qr + 14 if wide else 0)), "middle", middle)
    y = form.title_y + 9.5
    if face.copy_mark:
        _words(setting, page, f"（{face.copy_mark}）", middle, y, 15 * POINT, setting.ink.deep, anchor="middle")
        y += 7
    if face.subtitle:
        _words(
            setting,
            page,
            face.subtitle,
            middle,
            y,
            10.5 * POINT,
            setting.ink.label,
            anchor="middle",
            room=form.width - 2 * form.margin,
        )
        y += 6
    page.add(*ornament.ripple(middle, y - 1.2, 92 if wide else 104, face.tone))
    if wide:
        _words(setting, page, "证照编号", setting.left, 36, form.small, setting.ink.label)
        _words(
            setting, page, face.number, setting.left, 42.5, 12 * POINT, setting.ink.text, bold=True, room=start - setting.left - 5
        )
    else:
        _words(
            setting,
            page,
            f"编号  {face.number}",
            middle,
            y + 9,
            11 * POINT,
            setting.ink.text,
            anchor="middle",
            room=form.width - 2 * form.margin,
        )


def _card_head(setting: Setting, page: Page) -> None:
    face, form = setting.face, setting.form
    mark = f"（{face.copy_mark}）" if face.copy_mark else ""
    _, end = _title(setting, page, setting.lines_right - setting.left - len(mark) * 2.4, "left", setting.left)
    _words(setting, page, mark, end + 0.6, form.title_y, 6.4 * POINT, setting.ink.deep)
    _words(
        setting,
        page,
        face.subtitle,
        setting.left,
        form.title_y + 3,
        4.8 * POINT,
        setting.ink.label,
        room=setting.lines_right - setting.left,
    )


def _title(setting: Setting, page: Page, room: float, anchor: Anchor, x: float) -> tuple[float, float]:
    """The title, a little spread; a long one shrinks, then breaks into even lines. Answers between where it stands."""
    face, form = setting.face, setting.form
    loose = 0.2 if len(face.title) < 9 else 0.0
    style = fitting(face.title, room / (1 + loose * 1.1), form.titles, setting.fonts, bold=True)
    count = ceil(width(face.title, style, setting.fonts) / room)
    lines = broken(face.title, min(room, width(face.title, style, setting.fonts) / count + style.size), style, setting.fonts)
    made: list[Text] = []
    for at, line in enumerate(lines, 1 - len(lines)):
        spaced = Line(line.text, style.size * loose)
        made += text(spaced, x, form.title_y + at * style.size * 1.25, style, setting.fonts, setting.ink.deep, anchor=anchor)
    page.add(*made)
    return min(piece.x for piece in made), max(piece.x + sum(piece.steps) for piece in made)


def _short_head(setting: Setting, page: Page) -> None:
    face, form = setting.face, setting.form
    y = form.again - (5.2 if setting.card else 13)
    size = form.small * 1.25
    _words(
        setting,
        page,
        f"{face.title}（续）",
        setting.left,
        y,
        size,
        setting.ink.deep,
        bold=True,
        room=(setting.right - setting.left) * 0.55,
    )
    _words(
        setting,
        page,
        face.number,
        setting.right,
        y,
        form.small,
        setting.ink.label,
        anchor="right",
        room=(setting.right - setting.left) * 0.4,
    )
    low = y + size * 0.8
    page.add(ornament.rule(setting.left, low, setting.right, low, setting.ink.deep, 0.25))


def _photo(setting: Setting, page: Page, data: bytes) -> None:
    w, h = setting.photo
    x, y = setting.right - w, setting.form.title_y - 3 if setting.card else setting.form.first - 5
    page.add(Picture(x, y, w, h, data, check_photo(data).kind), ornament.box(x, y, w, h, stroke=setting.ink.wave, weight=0.2))


def _code(setting: Setting, page: Page) -> None:
    form = setting.form
    if not setting.face.qr:
        return
    code, (x, y) = qr.matrix(setting.face.qr), form.qr_place
    module = form.qr / (code.size + 2 * qr.QUIET)
    page.add(ornament.box(x, y, form.qr, form.qr, fill="#FFFFFF", stroke=setting.ink.wave, weight=0.15))
    page.add(ornament.squares(code.runs, x + qr.QUIET * module, y + qr.QUIET * module, module, "#000000"))
    if not setting.card:
        _words(
            setting, page, "扫码核验真伪和状态", x + form.qr / 2, y + form.qr + 4.2, 7.5 * POINT, setting.ink.label, anchor="middle"
        )


def _foot(setting: Setting, page: Page) -> None:
    (_card_foot if setting.card else _grand_foot)(setting, page)
    if setting.face.layout == "portrait":
        _code(setting, page)


def _grand_foot(setting: Setting, page: Page) -> None:
    """Who issued it and when, at the left of the seal."""
    face, form = setting.face, setting.form
    y = form.last + 18
    edge = setting.right - (form.seal + 6 if face.seal else 0)
    room = edge - setting.left - (form.qr + 8 if face.layout == "portrait" and face.qr else 60)
    style = fitting(face.issuer, room, tuple(size * POINT for size in (16, 14.5, 13, 11.5, 10)), setting.fonts, bold=True)
    lines = broken(face.issuer, room, style, setting.fonts)
    for at, line in enumerate(lines):
        place = y - (len(lines) - 1 - at) * style.size * 1.4
        page.add(*text(Line(line.text), edge, place, style, setting.fonts, setting.ink.text, anchor="right"))
    _words(setting, page, chinese(face.issued_on), edge, y + 8.5, 12 * POINT, setting.ink.text, anchor="right")
    _seal(setting, page, setting.right - form.seal, y + 2 - form.seal / 2)


def _card_foot(setting: Setting, page: Page) -> None:
    face, form = setting.face, setting.form
    room = setting.lines_right - setting.left - (form.seal + 2 if face.seal else 0)
    _words(setting, page, f"编号 {face.number}", setting.left, 41.7, 6 * POINT, setting.ink.text, bold=True, room=room)
    _words(setting, page, f"{face.issuer}  {chinese(face.issued_on)}", setting.left, 44.7, form.small, setting.ink.text, room=room)
    _seal(setting, page, setting.lines_right - form.seal, 45.6 - form.seal)


def _edge_line(setting: Setting, page: Page, number: int, count: int) -> None:
    face, form = setting.face, setting.form
    y = form.height - form.edge - form.band - form.fine * 1.5
    if face.identifier:
        _words(
            setting,
            page,
            f"电子证照标识 {face.identifier}",
            setting.left,
            y,
            form.fine,
            setting.ink.label,
            room=(setting.right - setting.left) * 0.8,
        )
    if count > 1:
        _words(setting, page, f"第 {number} 页，共 {count} 页", setting.right, y, form.fine, setting.ink.label, anchor="right")


def _seal(setting: Setting, page: Page, x: float, y: float) -> None:
    """A square seal: columns from right to left, each filled from top to bottom."""
    words, side = setting.face.seal, setting.form.seal
    if not words:
        return
    page.add(*ornament.seal_frame(x, y, side, side, setting.ink.seal, side / 25))
    columns = _columns(words)
    deep = len(columns[0])
    inner, pad = side * 0.82, side * 0.09
    across = inner / len(columns)
    for at, column in enumerate(columns):
        down = inner / len(column)
        style = Style(min(across, down, inner / deep * 1.15) * 0.94, True)
        for number, sign in enumerate(column):
            middle, base = x + pad + inner - (at + 0.5) * across, y + pad + (number + 0.5) * down + style.size * 0.38
            page.add(*text(sign, middle, base, style, setting.fonts, setting.ink.seal, anchor="middle", alpha=0.92))


def _columns(words: str) -> list[str]:
    """As square as may be, and no column more than one sign shorter than another."""
    count = ceil(len(words) / ceil(sqrt(len(words))))
    short, longer = divmod(len(words), count)
    ends = list(accumulate([short + (at < longer) for at in range(count)], initial=0))
    return [words[start:end] for start, end in pairwise(ends)]


def _words(setting: Setting, page: Page, words: str, x: float, y: float, size: float, colour: str, *, anchor: Anchor = "left",
           bold: bool = False, room: float = 0.0) -> None:  # fmt: skip
    """One line of words, shrunk to its room where it has one."""
    if not words:
        return
    natural = width(words, Style(size, bold), setting.fonts)
    style = Style(size * min(1.0, room / natural) if room else size, bold)
    page.add(*text(words, x, y, style, setting.fonts, colour, anchor=anchor))
