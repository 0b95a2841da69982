"""The code on a face is read by a reader of codes, from the printed page."""

import numpy
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from chengban.certificates.faces import BadFace, pdf, qr

from . import reading
from .gallery import GALLERY


def seen(picture: "numpy.ndarray[tuple[int, ...], numpy.dtype[numpy.uint8]]") -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(picture)]


@pytest.mark.parametrize("name", GALLERY)
@pytest.mark.parametrize("scale", [1.6, 3.0])
def test_the_printed_code_is_read(name: str, scale: float) -> None:
    """115 dots an inch and more; a card is small and is looked at more closely."""
    face = GALLERY[name]
    closer = 2.0 if face.layout == "card" else 1.0
    picture = numpy.ascontiguousarray(reading.pixels(pdf(face), scale=scale * closer))
    assert seen(picture) == [face.qr]


@given(st.text(min_size=1, max_size=120))
@settings(max_examples=60, deadline=None)
def test_any_text_comes_back(payload: str) -> None:
    code = qr.matrix(payload)
    side = code.size + 2 * qr.QUIET
    dots = numpy.full((side, side), 255, numpy.uint8)
    for x, y, length in code.runs:
        dots[y + qr.QUIET, x + qr.QUIET : x + qr.QUIET + length] = 0
    assert [code.bytes for code in zxingcpp.read_barcodes(dots.repeat(4, 0).repeat(4, 1))] == [payload.encode()]


def test_a_text_that_no_code_holds_is_refused() -> None:
    for payload in ("", "长" * 1200):
        with pytest.raises(BadFace):
            qr.matrix(payload)


def test_the_code_for_pages_names_itself_and_escapes_its_name() -> None:
    made = qr.svg("https://chengban.example/v/1", label='核验 "A" <b>')
    assert 'aria-label="核验 &quot;A&quot; &lt;b&gt;"' in made
    assert made.count("<path") == 2
    assert "<script" not in made
