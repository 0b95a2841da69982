"""Where the fonts are, and what is said where there is none or a character is missing."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

from chengban.certificates.faces import FontMissing, GlyphMissing, ofd, pdf, read_ofd
from chengban.certificates.faces import fonts as place
from chengban.certificates.faces.fonts import EM, fonts
from chengban.certificates.faces.subset import subset

from . import reading
from .gallery import LICENCE

STRANGE = "\U00012000"
"""A cuneiform sign, which no Chinese font has."""


@pytest.fixture(autouse=True)
def _looked_for_anew():
    place._found.cache_clear()
    yield
    place._found.cache_clear()


def test_where_no_font_is_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(place, "PLACES", (str(tmp_path),))
    for make in (pdf, ofd):
        with pytest.raises(FontMissing, match=r"fonts-noto-cjk.*CHENGBAN_FONTS"):
            make(LICENCE)


def test_a_folder_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHENGBAN_FONTS", str(tmp_path / "gone"))
    with pytest.raises(FontMissing, match="gone 不存在"):
        pdf(LICENCE)


def test_a_font_is_found_again_once_it_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = fonts().regular.path
    place._found.cache_clear()
    monkeypatch.setattr(place, "PLACES", (str(tmp_path),))
    with pytest.raises(FontMissing):
        fonts()
    (tmp_path / found.name).symlink_to(found)
    assert fonts().regular.path == tmp_path / found.name


def test_a_character_that_no_font_has_is_named() -> None:
    for make in (pdf, ofd):
        with pytest.raises(GlyphMissing, match=rf"「{STRANGE}」（U\+12000）"):
            make(replace(LICENCE, holder=f"张{STRANGE}"))


def test_a_spare_font_writes_what_the_main_one_lacks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The folder named by CHENGBAN_FONTS may hold a font for a rare character; broken files in it are passed over."""
    (tmp_path / "rare.ttf").write_bytes(with_sign(STRANGE))
    (tmp_path / "broken.otf").write_bytes(b"OTTO no font")
    monkeypatch.setenv("CHENGBAN_FONTS", str(tmp_path))
    face = replace(LICENCE, holder=f"张{STRANGE}三", lines=(("名称", f"张{STRANGE}三"),))
    assert f"张{STRANGE}三" in reading.text(pdf(face))
    assert f"张{STRANGE}三" in read_ofd(ofd(face)).text.split("\n")


def test_a_subset_holds_its_characters_alone_with_their_widths() -> None:
    font = fonts().regular
    made = subset(font, "聊城市𠮷A·聊")
    tables = TTFont(BytesIO(made))
    assert {chr(code) for code in tables.getBestCmap()} == set("聊城市𠮷A·")
    for code, name in tables.getBestCmap().items():
        assert tables["hmtx"][name][0] == round(font.advance(chr(code)) * EM)
        assert tables["glyf"][name].numberOfContours > 0
    assert made == subset(font, "A·𠮷市城聊")


def with_sign(sign: str) -> bytes:
    """A font of another family that has one strange sign, drawn like 口."""
    font = TTFont(BytesIO(subset(fonts().regular, "口")))
    for table in font["cmap"].tables:
        table.cmap = {ord(sign): name for name in table.cmap.values()}
    for record in font["name"].names:
        record.string = "Test Rare" if record.nameID in (1, 3, 4, 6) else record.string
    cmap = font["cmap"]
    cmap.tables = [table for table in cmap.tables if table.format == 12] or cmap.tables
    if cmap.tables[0].format != 12:
        table = CmapSubtable.newSubtable(12)
        table.platformID, table.platEncID, table.language, table.cmap = (
            3,
            10,
            0,
            {ord(sign): next(iter(cmap.tables[0].cmap.values()))},
        )
        cmap.tables = [table]
    made = BytesIO()
    font.save(made)
    return made.getvalue()
