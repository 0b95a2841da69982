"""Lines break where Chinese lines may, keep every sign, and keep to their measure."""

from hypothesis import given
from hypothesis import strategies as st

from chengban.certificates.faces.fonts import fonts
from chengban.certificates.faces.lines import CLOSING, NEVER_LAST, Style, broken, runs, width

SIGNS = st.sampled_from("聊城市行政审批服务局，。；：、（）《》“”‘’！？—…·12345ABCdef ./-%")
TEXTS = st.text(SIGNS, min_size=1, max_size=200).map(lambda text: " ".join(text.split())).filter(bool)


@given(TEXTS, st.floats(12, 90))
def test_lines_joined_are_the_text_and_none_is_wider_than_its_measure(text: str, measure: float) -> None:
    style = Style(4.0)
    lines = broken(text, measure, style, fonts())
    assert "".join(line.text for line in lines) == text
    for line in lines:
        seen = line.text.rstrip(" ")
        assert len(seen) <= 1 or width(seen, style, fonts()) + line.tracking * (len(seen) - 1) <= measure + 1e-6


@given(
    st.lists(st.text(st.sampled_from("聊城市行政审批服务局"), min_size=1, max_size=9), min_size=2, max_size=30),
    st.sampled_from("，。；、）》”"),
)
def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(words: list[str], mark: str) -> None:
    text = "".join(f"（{word}）{mark}" for word in words)
    lines = broken(text, 60, Style(4.0), fonts())
    assert [line.text for line in lines if line.text[0] in CLOSING or line.text[-1] in NEVER_LAST] == []


def test_a_word_or_a_number_stays_whole_where_it_can() -> None:
    lines = [line.text for line in broken("统一社会信用代码91371500MA3EXAMPL0存续", 46, Style(4.0), fonts())]
    assert lines == ["统一社会信用代码", "91371500MA3EXAMPL0", "存续"]


def test_no_sign_is_left_alone_on_the_last_line() -> None:
    lines = [line.text for line in broken("聊城市东昌府区凤凰街道水韵园1702室", 68, Style(4.0), fonts())]
    assert lines == ["聊城市东昌府区凤凰街道水韵园", "1702室"]


def test_a_word_wider_than_the_measure_is_cut() -> None:
    lines = broken("A" * 100, 20, Style(4.0), fonts())
    assert "".join(line.text for line in lines) == "A" * 100
    assert len(lines) == 17


def test_two_marks_that_meet_take_one_and_a_half_ems() -> None:
    style = Style(10.0)
    assert width("甲）；乙", style, fonts()) == 35.0
    assert width("（甲", style, fonts()) == 15.0
    assert width("——", style, fonts()) == 20.0


@given(TEXTS)
def test_runs_keep_every_sign(text: str) -> None:
    made = runs(text, fonts())
    assert "".join(run.text for run in made) == text
    assert all(len(run.text) == len(run.advances) for run in made)
