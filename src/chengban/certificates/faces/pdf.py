"""The PDF of a face: one sheet painted by typst. The same face gives the same bytes."""

import json
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time
from functools import lru_cache
from importlib.resources import files
from itertools import groupby
from pathlib import Path as FilePath
from typing import Any, Literal

import typst

from .errors import PictureBroken
from .face import Face
from .fonts import fonts
from .layouts import lay_out
from .lines import OPENING, full
from .printed import TOKEN, TOKEN_KIND
from .sheet import Item, Page, Path, Picture, Sheet, Text

STANDARD: Literal["a-3u"] = "a-3u"
"""PDF/A-3u: for archives, every character readable, and with the token of what is printed."""
LOCK = threading.Lock()


def pdf(face: Face, token: str = "") -> bytes:
    """The face as an unsigned PDF/A, with the token attached, if there is one.

    Raises `FontMissing`, `GlyphMissing`, `BadFace`, `PictureBroken`.
    """
    told = json.dumps(_told(face, lay_out(face), token), ensure_ascii=False)
    stamp = datetime.combine(face.issued_on, time(), UTC)
    compiler = _compiler(tuple(fonts().folders()))
    try:
        with LOCK:
            made = compiler.compile(_template(), sys_inputs={"sheet": told}, pdf_standards=STANDARD, timestamp=stamp, format="pdf")
    except typst.TypstError as error:
        if face.photo is None:
            raise
        raise PictureBroken("照片打不开，没有制作证照。请换一张再上传。") from error
    assert isinstance(made, bytes)
    return made


@lru_cache(maxsize=2)
def _compiler(folders: tuple[FilePath, ...]) -> typst.Compiler:
    faces = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(folders))
    return typst.Compiler(font_paths=faces, ignore_system_fonts=True)


@lru_cache(maxsize=1)
def _template() -> bytes:
    return files(__package__).joinpath("sheet.typ").read_bytes()


def _told(face: Face, sheet: Sheet, token: str) -> dict[str, Any]:
    day = face.issued_on
    return {
        "token": token,
        "token_name": TOKEN,
        "token_kind": TOKEN_KIND,
        "title": f"{face.title} {face.number}",
        "author": face.issuer,
        "keywords": [word for word in (face.number, face.identifier) if word],
        "description": f"{face.holder} {face.title}",
        "date": [day.year, day.month, day.day],
        "width": sheet.width,
        "height": sheet.height,
        "pages": [list(_page(face, sheet, page)) for page in sheet.pages],
    }


def _page(face: Face, sheet: Sheet, page: Page) -> Iterator[dict[str, Any]]:
    """Texts and photos one by one; paths that follow each other as one picture."""
    for kind, group in groupby(page.items, type):
        if kind is Path:
            yield {"svg": drawn(sheet, group), "alt": f"{face.title}的图案"}
        else:
            yield from (part for item in group for part in (_words(item) if isinstance(item, Text) else _photo(item)))


def _words(item: Text) -> Iterator[dict[str, Any]]:
    """The text in parts that typst has nothing to shorten in: it does so between two marks, but not where letters are spaced."""
    start, x = 0, item.x
    for at, step in enumerate(item.steps):
        natural = item.font.advance(item.text[at]) * item.size + item.tracking
        if step < natural - item.size / 4 or at == len(item.steps) - 1:
            yield _part(item, item.text[start : at + 1], x)
            x += sum(item.steps[start : at + 1])
            start = at + 1


def _part(item: Text, text: str, x: float) -> dict[str, Any]:
    """typst moves an opening mark at the head of a line by half an em (a quotation mark only where letters are not spaced);
    that is taken back."""
    still = item.tracking and text[0] in "“‘"
    moved = item.size / 2 if full(text[0], item.font, OPENING) and not still else 0.0
    return {
        "x": x + moved, "y": item.y, "size": item.size, "text": text, "font": item.font.family, "alpha": item.alpha,
        "weight": "bold" if item.font.bold else "regular", "tracking": item.tracking, "colour": item.colour,
    }  # fmt: skip


def _photo(item: Item) -> Iterator[dict[str, Any]]:
    assert isinstance(item, Picture)
    kind = {"png": "png", "jpeg": "jpg"}[item.kind]
    yield {"photo": list(item.data), "kind": kind, "x": item.x, "y": item.y, "width": item.width, "height": item.height}


def drawn(sheet: Sheet, items: Iterable[Item]) -> str:
    """Paths as one SVG of the page's size; nothing but numbers and colours goes into it."""
    size = f'width="{sheet.width}mm" height="{sheet.height}mm" viewBox="0 0 {sheet.width} {sheet.height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(map(_shape, items))}</svg>'


def _shape(item: Item) -> str:
    assert isinstance(item, Path)
    stroke = f'stroke="{item.stroke}" stroke-width="{item.weight}"' if item.stroke else ""
    return f'<path d="{item.d}" fill="{item.fill or "none"}" {stroke} opacity="{item.alpha}"/>'
