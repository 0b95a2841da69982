"""QR codes: the matrix of a text, for painters that fill squares. Error level M, a quiet zone of four squares."""

from dataclasses import dataclass
from functools import lru_cache
from html import escape

import segno

from .errors import BadFace

QUIET = 4
"""Squares of white that ISO/IEC 18004 asks for on each side; the painter keeps them free."""


MOST = 400
"""Bytes of the longest text: version 15, squares of 0.3 mm on a certificate."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """A QR code: `size` squares a side without the quiet zone, dark ones as runs (column, row, length)."""

    size: int
    runs: tuple[tuple[int, int, int], ...]


@lru_cache(maxsize=256)
def matrix(payload: str) -> Matrix:
    """The code of a text in UTF-8, the smallest that holds it at level M (15 % may be lost). Raises `BadFace`."""
    data = payload.encode()
    if not 0 < len(data) <= MOST:
        raise BadFace(f"二维码内容有 {len(data)} 字节，要在 1 到 {MOST} 字节之间，印小了才扫得出来。请缩短。")
    code = segno.make_qr(data, error="m", mode="byte", boost_error=False)
    rows = [bytes(row) for row in code.matrix]
    return Matrix(len(rows), tuple(run for number, row in enumerate(rows) for run in _runs(number, row)))


def svg(payload: str, *, label: str) -> str:
    """An SVG for pages, scaled by its container; `label` is what a screen reader says."""
    code = matrix(payload)
    side = code.size + 2 * QUIET
    squares = "".join(f"M{x + QUIET} {y + QUIET}h{length}v1h-{length}z" for x, y, length in code.runs)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img" aria-label="{escape(label)}">'
        f'<path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/><path fill="#000" d="{squares}"/></svg>'
    )


def _runs(number: int, row: bytes) -> list[tuple[int, int, int]]:
    runs, start = [], None
    for column, dark in enumerate([*row, 0]):
        if dark and start is None:
            start = column
        elif not dark and start is not None:
            runs.append((start, number, column - start))
            start = None
    return runs
