"""The six faces, printed both ways. `CHENGBAN_GALLERY` names a folder that keeps them, to be looked at."""

import os
import zlib
from dataclasses import replace
from pathlib import Path

import numpy
import ofdkit
import pypdfium2
import pytest

from chengban.certificates.faces import Face, PictureBroken, ofd, pdf, read_ofd
from chengban.certificates.faces.forms import FORMS
from chengban.certificates.faces.layouts import lay_out
from chengban.certificates.faces.sheet import Text

from . import reading
from .gallery import GALLERY, LICENCE, portrait

EACH = pytest.mark.parametrize("name", GALLERY)


@EACH
def test_a_face_is_one_page_of_its_size_with_all_that_it_says(name: str) -> None:
    face = GALLERY[name]
    made = pdf(face)
    keep(name, face)
    document = pypdfium2.PdfDocument(made)
    form = FORMS[face.layout]
    assert len(document) == 1
    assert document[0].get_size() == pytest.approx((form.width / reading.MILLIMETRES, form.height / reading.MILLIMETRES), abs=0.1)
    for told in (reading.text(made), reading.squeezed(read_ofd(ofd(face)).text)):
        for words in said(face):
            assert reading.squeezed(words) in told


@EACH
def test_both_prints_put_every_sign_at_the_same_place(name: str) -> None:
    """Where the layout, and with it the OFD, puts a sign, pdfium finds it in the PDF."""
    face = GALLERY[name]
    wanted = [place for page in lay_out(face).pages for item in page.texts() for place in places(item)]
    found = sorted(reading.signs(pdf(face)))
    assert [sign for sign, _, _ in sorted(wanted)] == [sign for sign, _, _ in found]
    for (_, x, y), (sign, at, base) in zip(sorted(wanted), found, strict=True):
        assert (at, base) == (pytest.approx(x, abs=0.06), pytest.approx(y, abs=0.06)), sign


@EACH
def test_nothing_is_printed_over_the_border_and_the_page_is_neither_blank_nor_dark(name: str) -> None:
    face = GALLERY[name]
    form = FORMS[face.layout]
    inside = form.edge + form.band
    for sign, x, y in (place for page in lay_out(face).pages for item in page.texts() for place in places(item)):
        assert inside <= x <= form.width - inside and inside <= y <= form.height - inside, sign
    light = reading.pixels(pdf(face)).mean()
    assert 200 < light < 252


@EACH
def test_the_same_face_gives_the_same_bytes(name: str) -> None:
    assert pdf(GALLERY[name]) == pdf(GALLERY[name])
    assert ofd(GALLERY[name]) == ofd(GALLERY[name])


@EACH
def test_another_reader_of_ofd_finds_the_same_lines(name: str) -> None:
    face = GALLERY[name]
    with ofdkit.open(ofd(face)) as document:
        found = "".join(run.text for page in document.pages for run in page.runs)
        assert document.info.title == f"{face.title} {face.number}"
        assert document.warnings == []
    assert reading.squeezed(found) == reading.squeezed(read_ofd(ofd(face)).text)


def test_a_photo_is_in_both_prints() -> None:
    made = pypdfium2.PdfDocument(pdf(GALLERY["identity"]))
    assert [thing.type for thing in made[0].get_objects(max_depth=6)].count(pypdfium2.raw.FPDF_PAGEOBJ_IMAGE) == 1
    assert any(part.endswith(".png") for part in read_ofd(ofd(GALLERY["identity"])).parts)


def test_a_photo_that_is_whole_outside_and_broken_inside_is_not_printed() -> None:
    """Its chunks are in order, and its pixels are not."""
    data = portrait()
    start = data.index(b"IDAT")
    length = int.from_bytes(data[start - 4 : start], "big")
    chunk = b"IDAT" + b"x" * length
    broken = data[:start] + chunk + zlib.crc32(chunk).to_bytes(4, "big") + data[start + 8 + length :]
    with pytest.raises(PictureBroken):
        pdf(replace(GALLERY["identity"], photo=broken))


def test_a_sample_is_marked_as_one() -> None:
    plain, marked = (reading.pixels(pdf(replace(LICENCE, watermark=word))) for word in ("", "演示"))
    assert numpy.abs(plain.astype(int) - marked.astype(int)).sum() > 100_000


def said(face: Face) -> list[str]:
    words = [
        face.title,
        face.number,
        face.issuer,
        face.holder,
        face.subtitle,
        face.copy_mark,
        face.validity,
        face.identifier,
        face.watermark,
    ]
    return [word for word in words if word] + [part for line in face.lines for part in line] + list(face.seal)


def places(item: Text) -> list[tuple[str, float, float]]:
    """Each visible sign of a text with where it stands."""
    x, found = item.x, []
    for sign, step in zip(item.text, item.steps, strict=True):
        if sign.strip():
            found.append((sign, x, item.y))
        x += step
    return found


def keep(name: str, face: Face) -> None:
    folder = os.environ.get("CHENGBAN_GALLERY")
    if folder:
        Path(folder, f"{name}.pdf").write_bytes(pdf(face))
        Path(folder, f"{name}.ofd").write_bytes(ofd(face))
