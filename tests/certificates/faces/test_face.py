"""What a face takes and what it refuses, in which words."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengban.certificates.faces import BadFace, Face, PictureBroken

from .gallery import IDENTITY, LICENCE, portrait


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": ""}, "「证照名称」是空的"),
        ({"title": "证" * 41}, "「证照名称」有 41 字，最多 40 字"),
        ({"number": "  \n "}, "「证照编号」是空的"),
        ({"issuer": None}, "「颁发机构」要写成文字"),
        ({"holder": "张\u202e三"}, "「持证主体」里有看不见的控制符（U+202E）"),
        ({"holder": "张\ue863三"}, "「持证主体」里有造字区的字（U+E863）"),
        ({"holder": "张\ud842"}, "「持证主体」里有不成字的编码（U+D842）"),
        ({"holder": "e\u0301"}, "「持证主体」里有单独的组合符号（U+0301）"),
        ({"holder": "\u1100\u1161"}, "「持证主体」里有不成音节的谚文字母（U+1100）"),
        ({"lines": (("住所", ""),)}, "「住所」是空的"),
        ({"lines": (("", "甲"),)}, "「事项名称」是空的"),
        ({"lines": ("住所",)}, "名称和内容两部分"),
        ({"lines": (("住所", "甲"),) * 81}, "最多 80 项"),
        ({"lines": (("住所", "甲" * 6000),) * 5}, "合计最多"),
        ({"lines": "住所"}, "名称和内容两部分"),
        ({"layout": "scroll"}, "版式「scroll」"),
        ({"tone": "grey"}, "色调「grey」"),
        ({"issued_on": None}, "「颁发日期」是空的"),
        ({"issued_on": "2025-01-01"}, "「颁发日期」要写成日期"),
        ({"valid_until": datetime(2025, 1, 1)}, "「有效期止」要写成日期"),
        ({"valid_from": date(2025, 1, 2), "valid_until": date(2025, 1, 1)}, "早于有效期起"),
    ],
)
def test_what_cannot_be_printed_well_is_refused_in_a_sentence(change: dict[str, Any], words: str) -> None:
    with pytest.raises(
        BadFace, match=words.replace("（", ".").replace("）", ".").replace("，", ".").replace("+", r"\+")
    ) as refused:
        replace(LICENCE, **change)
    assert str(refused.value).endswith("。")


def test_blanks_are_set_right() -> None:
    face = replace(LICENCE, holder="  聊城\u3000 公司\n有限 ", lines=(("住　所", " 甲\t乙 "),))
    assert (face.holder, face.lines) == ("聊城 公司 有限", (("住 所", "甲 乙"),))


@pytest.mark.parametrize(
    ("start", "until", "words"),
    [
        (None, None, ""),
        (date(2025, 1, 1), None, "2025年1月1日至长期"),
        (None, date(2026, 2, 3), "至2026年2月3日"),
        (date(2025, 1, 1), date(2025, 1, 1), "2025年1月1日至2025年1月1日"),
    ],
)
def test_the_term_in_words(start: date | None, until: date | None, words: str) -> None:
    assert replace(LICENCE, valid_from=start, valid_until=until).validity == words


PHOTO = portrait()


@pytest.mark.parametrize(
    "photo", [b"", b"GIF89a", PHOTO[:-1], PHOTO[:40] + b"x" + PHOTO[41:], b"\xff\xd8\xff\xe0", PHOTO + b"\0" * 600_000]
)
def test_a_broken_photo_is_refused(photo: bytes) -> None:
    with pytest.raises(PictureBroken):
        replace(IDENTITY, photo=photo)


@given(
    st.binary(max_size=200)
    | st.binary(max_size=80).map(lambda tail: PHOTO[:60] + tail)
    | st.binary(max_size=80).map(b"\xff\xd8\xff".__add__)
)
def test_any_bytes_as_a_photo_are_taken_or_refused(photo: bytes) -> None:
    try:
        replace(IDENTITY, photo=photo)
    except PictureBroken as refused:
        assert str(refused).endswith("。")


@given(st.text(max_size=50))
def test_any_text_is_taken_or_refused(text: str) -> None:
    try:
        face = replace(LICENCE, holder=text)
    except BadFace:
        return
    assert isinstance(face, Face)
    assert face.holder == " ".join(text.split())
