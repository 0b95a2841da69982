"""The Chinese fonts of a machine: which there are, what they can write, how wide, and their outlines.

Only fonts under the SIL Open Font License are looked for by themselves, since a face embeds what it uses. `CHENGBAN_FONTS` names a
folder that is looked at first; its other fonts write what the main one lacks (rare characters of names, 生僻字).
"""

import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from fontTools.misc.transform import Transform
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, TTLibError

from .errors import FontMissing, GlyphMissing

EM = 1000
"""Units of an em in all that this file gives out."""
PLACES = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/Library/Fonts", "~/Library/Fonts")
FAMILIES = (
    ("Noto Serif CJK SC", ("NotoSerifCJK", "NotoSerifCJKsc")), ("Source Han Serif SC", ("SourceHanSerif", "SourceHanSerifSC")),
    ("Noto Serif SC", ("NotoSerifSC",)), ("Noto Sans CJK SC", ("NotoSansCJK", "NotoSansCJKsc")),
    ("Source Han Sans SC", ("SourceHanSans", "SourceHanSansSC")), ("Noto Sans SC", ("NotoSansSC",)),
)  # fmt: skip
"""Family, and how its files begin; the first that is whole is taken."""
ENDINGS = (".ttc", ".otf", ".ttf")
ADVICE = (
    "这台机器上没有可以用来制作证照的中文字体，所以没有制作。"
    "请管理员安装思源宋体（Debian、Ubuntu：apt-get install fonts-noto-cjk），"
    "或者把它的字体文件放进一个文件夹，再把 CHENGBAN_FONTS 设为这个文件夹。"
)
LOCK = threading.RLock()
"""fontTools reads lazily from one open file."""


@dataclass(frozen=True, eq=False)
class Font:
    """One font of a file; `number` counts within a collection."""

    path: Path
    number: int
    bold: bool
    widths: dict[str, float] = field(default_factory=dict)
    outlines: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def tables(self) -> TTFont:
        return TTFont(self.path, fontNumber=self.number, lazy=True)

    @cached_property
    def family(self) -> str:
        return _family(self.tables)

    @cached_property
    def characters(self) -> Mapping[int, str]:
        with LOCK:
            return dict(self.tables.getBestCmap() or {})

    def has(self, character: str) -> bool:
        return ord(character) in self.characters

    def advance(self, character: str) -> float:
        """The width in ems."""
        if character not in self.widths:
            with LOCK:
                self.widths[character] = self.tables["hmtx"][self.characters[ord(character)]][0] / self._units
        return self.widths[character]

    def outline(self, character: str) -> Any:
        """The glyph with quadratic curves, `EM` units an em, as a `glyf` table wants it. Raises nothing for a character it has."""
        with LOCK:
            if character not in self.outlines:
                if len(self.outlines) > 4000:
                    self.outlines.clear()
                self.outlines[character] = self._drawn(character)
            return self.outlines[character]

    def _drawn(self, character: str) -> Any:
        pen = TTGlyphPen(None)
        scale = Transform().scale(EM / self._units)
        quadratic = Cu2QuPen(pen, 1.0, reverse_direction="glyf" not in self.tables)
        self._glyphs[self.characters[ord(character)]].draw(TransformPen(quadratic, scale))
        return pen.glyph()

    @cached_property
    def _glyphs(self) -> Any:
        return self.tables.getGlyphSet()

    @cached_property
    def _units(self) -> int:
        units: int = self.tables["head"].unitsPerEm
        return units


@dataclass(frozen=True, eq=False)
class Fonts:
    """A main font in two weights, and spare ones for what it lacks."""

    regular: Font
    bold: Font
    spare: tuple[Font, ...] = ()

    def pick(self, character: str, *, bold: bool = False) -> Font:
        """The font that writes a character. Raises `GlyphMissing`."""
        for font in (self.bold if bold else self.regular, self.regular, *self.spare):
            if font.has(character):
                return font
        raise GlyphMissing(
            f"这台机器的字体里没有「{character}」（U+{ord(character):04X}）这个字，所以没有制作证照。"
            "请管理员把有这个字的字体放进 CHENGBAN_FONTS 文件夹后再试。"
        )

    def folders(self) -> list[Path]:
        return sorted({font.path.parent for font in (self.regular, self.bold, *self.spare)})


def fonts() -> Fonts:
    """The fonts of this machine, looked for once. Raises `FontMissing`."""
    return _found(os.environ.get("CHENGBAN_FONTS", ""))


@lru_cache(maxsize=4)
def _found(own: str) -> Fonts:
    if own and not Path(own).is_dir():
        raise FontMissing(f"CHENGBAN_FONTS 指的文件夹 {own} 不存在，所以没有制作证照。请管理员改正后再试。")
    files = _files([Path(own)] if own else [], [Path(place).expanduser() for place in PLACES])
    for family, beginnings in FAMILIES:
        regular, bold = (_font(files, family, beginnings, weight) for weight in ("Regular", "Bold"))
        if regular is not None:
            return Fonts(regular, bold or regular, tuple(_spare(Path(own), regular, bold)) if own else ())
    raise FontMissing(ADVICE)


def _files(*places: list[Path]) -> dict[str, Path]:
    """Font files by name; the earlier place wins."""
    found: dict[str, Path] = {}
    for place in (place for group in places for place in group):
        for path in sorted(place.rglob("*")) if place.is_dir() else []:
            if path.suffix.lower() in ENDINGS:
                found.setdefault(path.name, path)
    return found


def _font(files: dict[str, Path], family: str, beginnings: tuple[str, ...], weight: str) -> Font | None:
    names = (f"{beginning}-{weight}{ending}" for beginning in beginnings for ending in ENDINGS)
    for path in (files[name] for name in names if name in files):
        for number, tables in _members(path):
            if _family(tables) == family:
                return Font(path, number, weight == "Bold")
    return None


def _spare(folder: Path, *main: Font | None) -> Iterator[Font]:
    taken = {font.path for font in main if font is not None}
    for path in sorted(_files([folder]).values()):
        if path not in taken:
            yield from (Font(path, number, False) for number, _ in _members(path))


def _members(path: Path) -> Iterator[tuple[int, TTFont]]:
    """The fonts of a file; a file that is none has none."""
    number, count = 0, 1
    while number < count:
        try:
            tables = TTFont(path, fontNumber=number, lazy=True)
        except (TTLibError, OSError):
            return
        count = getattr(tables.reader, "numFonts", 1)
        yield number, tables
        number += 1


def _family(tables: TTFont) -> str:
    names = tables["name"]
    return str(names.getDebugName(16) or names.getDebugName(1))
