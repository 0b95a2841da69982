"""What is written is what a reader of the file finds: property tests over names and long lines, rare signs, and code as text."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from chengban.certificates.faces import ofd, pdf, read_ofd
from chengban.certificates.faces.fonts import fonts
from chengban.certificates.faces.forms import FORMS
from chengban.certificates.faces.layouts import lay_out

from . import reading
from .gallery import IDENTITY, LICENCE, SCOPE

HAN = st.sampled_from([chr(code) for code in range(0x4E00, 0x9FA6)])
BEYOND = st.deferred(lambda: st.sampled_from(["𠮷", "䶮", "龘", "㛃", *beyond_the_plane()]))
NAMES = st.one_of(
    st.text(HAN | BEYOND, min_size=2, max_size=6),
    st.lists(st.text(HAN, min_size=2, max_size=6), min_size=2, max_size=4).map("·".join),
)
VALUES = st.text(
    HAN | BEYOND | st.sampled_from("，。；：（）《》“”、—…·①Ⅱ㎡℃ ABCxyz0123456789.-/%#$*\\\"'<>&[]{}@~_`"), min_size=1, max_size=300
).filter(str.strip)
ROUNDS = settings(max_examples=40, deadline=None)


def beyond_the_plane() -> list[str]:
    """What the main font has of extension B and later, 𠮷 among them."""
    return [chr(code) for code in fonts().regular.characters if 0x20000 <= code < 0x2F800]


@ROUNDS
@given(NAMES, VALUES)
def test_both_prints_say_what_was_given(name: str, value: str) -> None:
    face = replace(LICENCE, holder=name, lines=(("名称", name), ("经营范围", value)))
    for told in (reading.text(pdf(face)), reading.squeezed(read_ofd(ofd(face)).text)):
        assert reading.squeezed(name) in told
        assert reading.squeezed(value) in told


def test_long_contents_go_on_over_pages_and_lose_nothing() -> None:
    face = replace(LICENCE, lines=(*LICENCE.lines, ("附注", SCOPE * 9)), watermark="")
    pages = read_ofd(ofd(face)).pages
    assert len(pages) > 2
    for told in (reading.text(pdf(face)), reading.squeezed(read_ofd(ofd(face)).text)):
        for number in range(1, len(pages) + 1):
            assert f"第{number}页，共{len(pages)}页" in told
            told = told.replace(f"第{number}页，共{len(pages)}页", "").replace(f"{face.title}（续）{face.number}", "")
        assert SCOPE * 9 in told.replace(f"电子证照标识{face.identifier}", "")


@given(st.integers(1, 30), st.integers(1, 700), st.sampled_from(["landscape", "portrait", "card"]))
@settings(max_examples=25, deadline=None)
def test_no_page_is_without_a_row_and_nothing_leaves_it(count: int, length: int, layout: str) -> None:
    face = replace(
        IDENTITY,
        layout=layout,
        valid_from=None,
        valid_until=None,
        holder="内容",
        lines=tuple((f"事项{at}", ("内容" * length)[:length]) for at in range(count)),
    )
    form = FORMS[layout]
    for page in lay_out(face).pages:
        rows = [item for item in page.texts() if "内" in item.text or "容" in item.text]
        assert rows
        assert all(item.y <= form.bottom + 0.01 and item.x + sum(item.steps) <= form.width - form.margin + 0.5 for item in rows)


def test_code_in_a_text_is_text() -> None:
    """Neither typst nor XML nor SVG reads what a face says."""
    nasty = '#eval("1+1") $x$ *b* _i_ `r` \\u{41} @ref <tag> </svg><script>1</script> ]]> &amp; "); #panic() //c /*d*/ \\'
    face = replace(LICENCE, holder=nasty, title="#panic()", issuer="</text>&lt;", number="<&>\"'", lines=(("<b>", nasty),))
    for told in (reading.text(pdf(face)), reading.squeezed(read_ofd(ofd(face)).text)):
        for words in (nasty, "#panic()", "</text>&lt;", "<&>\"'", "<b>"):
            assert reading.squeezed(words) in told
