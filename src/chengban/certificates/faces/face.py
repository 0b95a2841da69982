"""What is printed on a certificate (照面), as plain data that refuses what cannot be printed well."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from .errors import BadFace
from .photos import check_photo

Layout = Literal["landscape", "portrait", "card"]
Tone = Literal["lake", "pine", "plum", "gold", "cinnabar"]

LINES = 80
LENGTHS = {
    "证照名称": 40, "副题": 80, "证照编号": 60, "证照标识": 120, "颁发机构": 60, "持证主体": 120, "印文": 25, "二维码内容": 400,
    "副本标记": 12, "水印": 16,
}  # fmt: skip
LABEL, VALUE, WHOLE = 20, 6000, 24_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One certificate's printed content. Runs of blanks count as one; dates are whole days, both ends included.

    Raises `BadFace`, and `PictureBroken` for the photo.
    """

    title: str
    number: str
    issuer: str
    issued_on: date
    holder: str
    lines: tuple[tuple[str, str], ...]
    layout: Layout = "landscape"
    tone: Tone = "lake"
    subtitle: str = ""
    identifier: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    seal: str = ""
    qr: str = ""
    copy_mark: str = ""
    watermark: str = ""
    photo: bytes | None = None

    def __post_init__(self) -> None:
        for field, name, needed in TEXTS:
            text = _text(getattr(self, field), name, LENGTHS[name], needed)
            object.__setattr__(self, field, text)
        object.__setattr__(self, "lines", _lines(self.lines))
        if self.layout not in get_args(Layout) or self.tone not in get_args(Tone):
            raise BadFace(f"证照版式「{self.layout}」或色调「{self.tone}」不存在。请从已有的版式和色调中选。")
        _check_dates(self.issued_on, self.valid_from, self.valid_until)
        if self.photo is not None:
            check_photo(self.photo)

    @property
    def validity(self) -> str:
        """The term in words; empty where the face states none."""
        if self.valid_from is None and self.valid_until is None:
            return ""
        until = chinese(self.valid_until) if self.valid_until else "长期"
        return f"{chinese(self.valid_from)}至{until}" if self.valid_from else f"至{until}"


TEXTS = (
    ("title", "证照名称", True), ("number", "证照编号", True), ("issuer", "颁发机构", True), ("holder", "持证主体", True),
    ("subtitle", "副题", False), ("identifier", "证照标识", False), ("seal", "印文", False), ("qr", "二维码内容", False),
    ("copy_mark", "副本标记", False), ("watermark", "水印", False),
)  # fmt: skip


def chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _lines(lines: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    if not isinstance(lines, tuple | list):
        raise BadFace("照面事项要写成一项一项的列表，每一项有名称和内容两部分。")
    if len(lines) > LINES:
        raise BadFace(f"照面事项最多 {LINES} 项。请减少事项，或者把长内容放进附件。")
    clean = tuple(_line(line) for line in lines)
    if sum(len(label) + len(value) for label, value in clean) > WHOLE:
        raise BadFace(f"照面事项合计最多 {WHOLE} 字。请把长内容放进附件。")
    return clean


def _line(line: tuple[str, str]) -> tuple[str, str]:
    if not isinstance(line, tuple | list) or len(line) != 2:
        raise BadFace("照面事项的每一项都要有名称和内容两部分。")
    label = _text(line[0], "事项名称", LABEL, True)
    return label, _text(line[1], label, VALUE, True)


def _text(given: str, name: str, most: int, needed: bool) -> str:
    if not isinstance(given, str):
        raise BadFace(f"「{name}」要写成文字。")
    _refuse(given, name)
    text = " ".join(given.split())
    if needed and not text:
        raise BadFace(f"「{name}」是空的。请填写后再制作证照。")
    if len(text) > most:
        raise BadFace(f"「{name}」有 {len(text)} 字，最多 {most} 字。请缩短。")
    return text


def _refuse(text: str, name: str) -> None:
    """Characters that print as nothing, as something else, or differently from machine to machine."""
    for character in text:
        reason = _reason(character)
        if reason:
            raise BadFace(f"「{name}」里有{reason}（U+{ord(character):04X}），不能印在证照上。请删去或换成正式用字。")


def _reason(character: str) -> str:
    kind = unicodedata.category(character)
    if kind == "Co":
        return "造字区的字"
    if kind in ("Cs", "Cn"):
        return "不成字的编码"
    if kind in ("Cc", "Cf", "Zl", "Zp") and character not in "\t\n\r\u3000":
        return "看不见的控制符"
    if kind.startswith("M"):
        return "单独的组合符号"
    return (
        "不成音节的谚文字母"
        if unicodedata.name(character, "").startswith(("HANGUL CHOSEONG", "HANGUL JUNG", "HANGUL JONG"))
        else ""
    )


def _check_dates(issued: date, start: date | None, until: date | None) -> None:
    for day, name in ((issued, "颁发日期"), (start, "有效期起"), (until, "有效期止")):
        if day is not None and type(day) is not date:
            raise BadFace(f"「{name}」要写成日期。")
    if issued is None:
        raise BadFace("「颁发日期」是空的。请填写后再制作证照。")
    if start and until and until < start:
        raise BadFace(f"有效期止（{chinese(until)}）早于有效期起（{chinese(start)}）。请改正后再制作证照。")
