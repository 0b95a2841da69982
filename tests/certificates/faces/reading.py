"""An independent reader of PDFs for the tests: pdfium's view of text, places and pixels."""

import ctypes
from typing import Any

import pypdfium2
from pypdfium2 import raw

MILLIMETRES = 25.4 / 72


def text(data: bytes) -> str:
    """All text without any white space."""
    return squeezed("".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data)))


def squeezed(text: str) -> str:
    return "".join(text.split())


def signs(data: bytes) -> list[tuple[str, float, float]]:
    """Each visible sign with its origin, in millimetres from the top left corner."""
    found: list[tuple[str, float, float]] = []
    for page in pypdfium2.PdfDocument(data):
        view = page.get_textpage()
        units = [_unit(view, at, page.get_height()) for at in range(view.count_chars())]
        found += [unit for unit in _joined(units) if unit[0].strip() and unit[0] != "\0"]
    return found


def pixels(data: bytes, page: int = 0, scale: float = 2.0) -> Any:
    """The page as rows of RGB."""
    return pypdfium2.PdfDocument(data)[page].render(scale=scale, rev_byteorder=True).to_numpy()[:, :, :3]


def _unit(view: Any, at: int, height: float) -> tuple[str, float, float]:
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(view.raw, at, x, y)
    return chr(raw.FPDFText_GetUnicode(view.raw, at)), x.value * MILLIMETRES, (height - y.value) * MILLIMETRES


def _joined(units: list[tuple[str, float, float]]) -> list[tuple[str, float, float]]:
    """Halves of a surrogate pair made one sign."""
    joined: list[tuple[str, float, float]] = []
    for sign, x, y in units:
        if joined and "\udc00" <= sign <= "\udfff":
            high, *place = joined.pop()
            joined.append(((high + sign).encode("utf-16", "surrogatepass").decode("utf-16"), place[0], place[1]))
        else:
            joined.append((sign, x, y))
    return joined
