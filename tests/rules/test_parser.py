"""The grammar: what reads as what, and what is refused where."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengban.rules import FeelSyntaxError, LimitError, RulesError, format_node, names_in, parse, parse_unary_tests
from chengban.rules.nodes import Conjunction, In, Interval, Literal, Name, UnaryComparison


@pytest.mark.parametrize(
    ("text", "names", "same"),
    [
        ("1+2*3**2", (), "1 + 2 * 3 ** 2"),
        ("(1+2)*3", (), "(1 + 2) * 3"),
        ("-3 ** 2", (), "-3 ** 2"),
        ("a and (b and c) or d", (), "a and b and c or d"),
        ("研发 费用 / 营业收入 >= 0.05", (), "研发 费用 / 营业收入 >= 0.05"),
        ("rate+1 > 0", ("rate+1",), "rate+1 > 0"),
        ("days in weekend = 1", ("days in weekend",), "days in weekend = 1"),
        ("x in ]1..3[", (), "x in ((1..3))"),
        ("[1..3[.end included", (), "[1..3).end included"),
        ("date and time(d).time offset", (), "date and time(d).time offset"),
        ("some x in [1], y in 1..3 satisfies x = y", (), "some x in [1], y in 1..3 satisfies x = y"),
        ("a /* no */ + // end\n b", (), "a + b"),
        ('{"a b": 1, c: @"2026-01-01"}.a b', (), '{"a b": 1, c: @"2026-01-01"}.a b'),
        ("x instance of function<number, list<string>> -> context<a: date>", (), None),
    ],
)
def test_text_reads_as(text: str, names: tuple[str, ...], same: str | None) -> None:
    assert format_node(parse(text, names)) == (same or text)


def test_longest_known_name_wins() -> None:
    assert names_in(parse("loan amount - fee + loan", ("loan", "loan amount", "loan amount - fee"))) == {
        "loan",
        "loan amount - fee",
    }


def test_equal_conditions_of_different_places_are_one() -> None:
    first, second = parse("  a > 1"), parse("a>1")
    assert first == second and hash(first) == hash(second) and first.span != second.span
    assert Literal(True) != Literal(1)


def test_unary_tests() -> None:
    assert parse_unary_tests("-").tests == ()
    assert parse_unary_tests("not(1, 2)").negated
    lower, inside, either = parse_unary_tests('< 5, [6..7), "a"').tests
    assert isinstance(lower, UnaryComparison) and isinstance(inside, Interval) and isinstance(either, Literal)


def test_in_with_several_tests_binds_before_and() -> None:
    node = parse('x in ("F01", "F02") and n >= 1')
    assert isinstance(node, Conjunction) and isinstance(node.parts[0], In) and node.parts[0].value == Name("x")


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a >=", 1, 5, "the expression ends too early; expected a value"),
        ("a\nand (b", 2, 7, "the expression ends too early; expected )"),
        ('"abc', 1, 1, "the string is not closed"),
        ("if a thn b else c", 1, 12, "expected then"),
        ('@"2026-02-30"', 1, 2, "is no date, time or duration"),
        ("a # b", 1, 3, "the character '#' has no place here"),
        ("[1, 2", 1, 6, "expected , or ]"),
    ],
)
def test_refusals_name_their_place(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(FeelSyntaxError) as refused:
        parse(text)
    assert (refused.value.line, refused.value.column) == (line, column)
    assert message in str(refused.value)


def test_the_nearest_known_name_is_told() -> None:
    with pytest.raises(FeelSyntaxError) as refused:
        parse("if a > 1 then 2 esle 3")
    assert refused.value.expected == ("else",)


@pytest.mark.parametrize("opening", ["(", "[", "{a:", "not(", "-", "x in (", "if ", "function(a) ", "for x in "])
def test_deep_nesting_is_refused(opening: str) -> None:
    with pytest.raises(RulesError):
        parse(opening * 3000 + "1")


@pytest.mark.parametrize("text", ["+".join("1" * 5000), "a" + ".b" * 5000, "a" + "[1]" * 5000, "x" * 300_000])
def test_large_texts_are_refused_or_read_quickly(text: str) -> None:
    with pytest.raises(LimitError):
        parse(text)


_SCRAPS = st.sampled_from(
    [
        *("if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "and", "or", "between", "not"),
        *("instance", "of", "function", "null", "true", "x", "y", "+", "-", "*", "/", "(", ")", "[", "]", "{", "}"),
        *(",", ".", ":", "<", ">", "=", "..", "**", "<=", "!=", '"s"', '@"P1D"', "1", "2.5", "职工", "?"),
    ]
)


@given(st.lists(_SCRAPS, max_size=25).map(" ".join))
@settings(max_examples=600, deadline=None)
def test_any_scraps_are_read_or_refused(text: str) -> None:
    for read in (parse, parse_unary_tests):
        try:
            node = read(text)
        except RulesError:
            continue
        if read is parse:
            assert parse(format_node(node)) == node


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(RulesError):
        parse(text)
