"""A face laid out on pages: ground, head, lines, foot."""

from math import ceil

from . import ornament, qr
from .face import Face
from .fonts import fonts
from .foot import edge_line, foot
from .forms import FORMS, Setting
from .lines import Line, Style, broken, fitting, width
from .pen import Pen
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
        pen, first, last = Pen(setting, Page()), number == 1, number == len(parts)
        _ground(pen)
        (_head if first else _short_head)(pen)
        top, low = (form.first, form.last if last else form.bottom) if first else (form.again, form.again)
        draw(setting, pen.page, made, rows, top, low)
        if last:
            foot(pen)
        if face.layout == "portrait" and last:
            _code(pen)
        edge_line(pen, number, len(parts))
        pages.append(pen.page)
    return Sheet(form.width, form.height, tuple(pages))


def _ground(pen: Pen) -> None:
    form, face = pen.setting.form, pen.setting.face
    pen.page.add(*ornament.border(form.width, form.height, form.edge, form.band, face.tone))
    pen.page.add(*ornament.rosette(form.width / 2, form.height * 0.54, min(form.width, form.height) * 0.34, face.tone))
    if face.watermark:
        _watermark(pen, face.watermark)


def _watermark(pen: Pen, word: str) -> None:
    """One large word across the page, pale enough to read over."""
    form, fonts, colour = pen.setting.form, pen.setting.fonts, pen.setting.ink.seal
    size = min(form.height * 0.24, form.width * 0.6 / width(word, Style(1.0, True), fonts))
    x, y = form.width / 2, form.height * 0.54 + size * 0.36
    pen.page.add(*text(word, x, y, Style(size, True), fonts, colour, anchor="middle", alpha=0.09))


def _head(pen: Pen) -> None:
    (_card_head if pen.setting.card else _grand_head)(pen)
    if pen.setting.face.photo:
        _photo(pen, pen.setting.face.photo)
    if pen.setting.face.layout != "portrait":
        _code(pen)


def _grand_head(pen: Pen) -> None:
    setting, face, form, ink = pen.setting, pen.setting.face, pen.setting.form, pen.setting.ink
    wide, middle = face.layout == "landscape", form.width / 2
    room = setting.measure - (2 * form.qr + 28 if wide else 0)
    start, _ = _title(pen, room, "middle", middle)
    y = form.title_y + 9.5
    if face.copy_mark:
        pen.words(f"（{face.copy_mark}）", middle, y, 15, ink.deep, anchor="middle")
        y += 7
    if face.subtitle:
        pen.words(face.subtitle, middle, y, 10.5, ink.label, anchor="middle", room=room)
        y += 6
    pen.page.add(*ornament.ripple(middle, y - 1.2, 92 if wide else 104, face.tone))
    if wide:
        pen.words("证照编号", setting.left, 36, form.small, ink.label)
        pen.words(face.number, setting.left, 42.5, 12, bold=True, room=start - setting.left - 5)
    else:
        pen.words(f"编号  {face.number}", middle, y + 9, 11, anchor="middle", room=setting.measure)


def _card_head(pen: Pen) -> None:
    setting, face, form = pen.setting, pen.setting.face, pen.setting.form
    mark = f"（{face.copy_mark}）" if face.copy_mark else ""
    room = setting.lines_right - setting.left
    _, end = _title(pen, room - len(mark) * 2.4, "left", setting.left)
    pen.words(mark, end + 0.6, form.title_y, 6.4, setting.ink.deep)
    pen.words(face.subtitle, setting.left, form.title_y + 3, 4.8, setting.ink.label, room=room)


def _title(pen: Pen, room: float, anchor: Anchor, x: float) -> tuple[float, float]:
    """The title, a little spread; a long one shrinks, then breaks into even lines. Answers between where it stands."""
    title, form, fonts = pen.setting.face.title, pen.setting.form, pen.setting.fonts
    loose = 0.2 if len(title) < 9 else 0.0
    style = fitting(title, room / (1 + loose * 1.1), form.titles, fonts, bold=True)
    whole = width(title, style, fonts)
    lines = broken(title, min(room, whole / ceil(whole / room) + style.size), style, fonts)
    made: list[Text] = []
    for at, line in enumerate(lines, 1 - len(lines)):
        spaced = Line(line.text, style.size * loose)
        made += text(spaced, x, form.title_y + at * style.size * 1.25, style, fonts, pen.setting.ink.deep, anchor=anchor)
    pen.page.add(*made)
    return min(piece.x for piece in made), max(piece.x + sum(piece.steps) for piece in made)


def _short_head(pen: Pen) -> None:
    """What a page that goes on says: of which certificate it is one."""
    setting, face, form, ink = pen.setting, pen.setting.face, pen.setting.form, pen.setting.ink
    y = form.again - (5.2 if setting.card else 13)
    pen.words(f"{face.title}（续）", setting.left, y, form.small * 1.25, ink.deep, bold=True, room=setting.measure * 0.55)
    pen.words(face.number, setting.right, y, form.small, ink.label, anchor="right", room=setting.measure * 0.4)
    low = y + form.small * 0.35
    pen.page.add(ornament.rule(setting.left, low, setting.right, low, ink.deep, 0.25))


def _photo(pen: Pen, data: bytes) -> None:
    form, (w, h) = pen.setting.form, pen.setting.photo
    x, y = pen.setting.right - w, form.title_y - 3 if pen.setting.card else form.first - 5
    frame = ornament.box(x, y, w, h, stroke=pen.setting.ink.wave, weight=0.2)
    pen.page.add(Picture(x, y, w, h, data, check_photo(data).kind), frame)


def _code(pen: Pen) -> None:
    """The QR code on its white ground."""
    payload, form, ink = pen.setting.face.qr, pen.setting.form, pen.setting.ink
    if not payload:
        return
    code, (x, y) = qr.matrix(payload), form.qr_place
    module = form.qr / (code.size + 2 * qr.QUIET)
    pen.page.add(ornament.box(x, y, form.qr, form.qr, fill="#FFFFFF", stroke=ink.wave, weight=0.15))
    pen.page.add(ornament.squares(code.runs, x + qr.QUIET * module, y + qr.QUIET * module, module, "#000000"))
    if not pen.setting.card:
        pen.words("扫码核验真伪和状态", x + form.qr / 2, y + form.qr + 4.2, 7.5, ink.label, anchor="middle")
