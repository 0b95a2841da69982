"""Values of expressions: arithmetic, null, time, lists, functions, and what is unknown."""

from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengban.rules import UNKNOWN, LimitError, Limits, RulesError, Unknown, evaluate, to_python
from chengban.rules.builtins.registry import BUILTINS
from chengban.rules.text import literal_text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1 + 0.2 = 0.3", "true"),
        ("1 / 3 * 3", "0.9999999999999999999999999999999999"),
        ("1 / 0", "null"),
        ('"a" + 1', "null"),
        ("null = true", "false"),
        ("not(null = true)", "true"),
        ("null and false", "false"),
        ("null or true", "true"),
        ("null >= 1", "null"),
        ("1 = true", "null"),
        ("[1, 2, 3][item > 1]", "[2, 3]"),
        ("[{a: 1}, {a: 2}][a = 2].a", "[2]"),
        ("[1, 2, 3][-1]", "3"),
        ("for i in 0..4 return if i = 0 then 1 else i * partial[-1]", "[1, 1, 2, 6, 24]"),
        ("every x in [] satisfies x > 1", "true"),
        ("(function(a, b: number) a + b)(b: 2, a: 1)", "3"),
        ("{f: function(n) if n < 2 then 1 else n * f(n - 1), r: f(5)}.r", "120"),
        ('@"2024-01-31" + @"P1M"', '@"2024-02-29"'),
        ('@"2021-01-02" - @"2021-01-01"', '@"P1D"'),
        ('@"2021-03-28T12:00:00@Europe/Paris" - @"2021-03-28T00:00:00@Europe/Paris"', '@"PT11H"'),
        ('date("-0044-03-15").weekday', "4"),
        ('string length("办好")', "2"),
        ('replace("研发费用", "(研发)(费用)", "$2$1")', '"费用研发"'),
        ('matches("91371500MA3", "^[0-9A-Z]+$")', "true"),
        ("decimal(2.5, 0)", "2"),
        ("5 in [1..10]", "true"),
        ("5 in (< 3, > 4)", "true"),
        ("[1..3] = [1..3]", "true"),
        ('is(@"23:00:50Z", @"23:00:50+00:00")', "true"),
        ("overlaps before([1..5], [3..8])", "true"),
        ("no_such_thing(1)", "null"),
        ("stddev([2, 4, 7, 5])", "2.081665999466132735282297706979931"),
        ("10 ** 9999", "null"),
    ],
)
def test_value(text: str, value: str) -> None:
    assert literal_text(evaluate(text)) == value


def test_python_values_at_the_edge() -> None:
    context = {"n": 0.1, "d": date(2026, 5, 1), "t": datetime(2026, 5, 1, 8, tzinfo=timezone(timedelta(hours=8)))}
    assert evaluate("n + 0.2", context) == Decimal("0.3")
    assert to_python(evaluate('d + @"P1M"', context)) == date(2026, 6, 1)
    assert to_python(evaluate("t", context)) == context["t"]
    assert evaluate("n", {"n": float("nan")}) is None
    with pytest.raises(TypeError):
        evaluate("n", {"n": object()})


def test_names_of_the_context_may_hold_spaces_and_marks() -> None:
    assert evaluate("职工 总数 + a-b", {"职工 总数": 1, "a-b": 2}) == 3


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("u and false", False),
        ("u or true", True),
        ("u and true", None),
        ("u > 3", None),
        ("u = null", None),
        ("not(u = true)", None),
        ("u in (1, 2)", None),
        ("if u then 1 else 1", Decimal(1)),
        ("if u then 1 else 2", None),
        ("some x in [u, 1] satisfies x = 1", True),
        ("every x in [u, 1] satisfies x = 2", False),
        ("count([u, 1])", Decimal(2)),
        ("list contains([u, 1], 1)", True),
        ("sum([u, 1])", None),
        ("[u, 1] = [2, 3]", False),
        ("[u, 1][item > 0]", None),
        ("u in []", None),
        ("{a: u, b: 1}.b", Decimal(1)),
        ("5 between 6 and u", False),
        ("u.year", None),
        ("u(1)", None),
    ],
)
def test_unknown_spreads_by_the_strong_tables(text: str, value: Any) -> None:
    found = evaluate(text, {"u": UNKNOWN})
    assert found == (Unknown(frozenset({"u"})) if value is None else value)


def test_unknown_is_no_python_truth() -> None:
    with pytest.raises(TypeError):
        bool(UNKNOWN)


@pytest.mark.parametrize(
    "text",
    [
        "count(for i in 1..1000000000 return i)",
        "count(for a in 1..99999, b in 1..99999 return a)",
        'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "(a+)+$")',
        'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "(a|a)*c")',
        "{f: function(g, n) g(g, n + 1), r: f(f, 0)}.r",
        '{d: function(s) s + s, r: d(d(d(d(d(d(d(d(d(d(d(d(d(d(d(d(d(d("aaaaaaaa"))))))))))))))))))}.r',
        "count([[1..999999999]][count(for i in item return i) > 1])",
        "every i in 1..99999999 satisfies i > 0",
    ],
)
def test_hostile_expressions_end_in_a_clear_error(text: str) -> None:
    with pytest.raises(LimitError):
        evaluate(text, limits=Limits(steps=200_000, seconds=2, size=100_000))


@pytest.mark.parametrize(
    "text",
    ["abs.__class__", "().a", "[].append", '"a".__class__', 'open("/etc/passwd")', "__import__", "x.__init__"],
)
def test_nothing_outside_can_be_reached(text: str) -> None:
    try:
        assert evaluate(text, {"x": {"a": 1}}) in (None, [])
    except Exception as refused:
        assert type(refused).__module__ == "chengban.rules.errors"


_SCRAPS = st.sampled_from(
    [
        *(
            "+",
            "-",
            "*",
            "/",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ",",
            ".",
            ":",
            "<",
            ">",
            "=",
            "..",
            "**",
            "in",
            "and",
            "or",
        ),
        *(
            "not",
            "if",
            "then",
            "else",
            "for x in",
            "return",
            "some x in",
            "satisfies",
            "x",
            "u",
            "null",
            "true",
            '"a1"',
        ),
        *(
            "1",
            "2.5",
            "1e6000",
            "-0",
            '@"P1D"',
            '@"2026-01-31"',
            "function(x)",
            "instance of",
            "list<number>",
            "between",
        ),
        *("number", "date", "string", "count", "sort", "flatten", "replace", "get value", "is", "sum", "modulo"),
        *("substring", "years and months duration", "overlaps", "context put", '"(a+)+$"'),
    ]
)


@given(st.lists(_SCRAPS, max_size=14).map(" ".join))
@settings(max_examples=1500, deadline=None)
def test_any_scraps_have_a_value_or_are_refused(text: str) -> None:
    with suppress(RulesError):
        literal_text(evaluate(text, {"x": [1, {"a": "b"}], "u": UNKNOWN}, limits=Limits(20_000, 1, 10_000)))


_VALUES = ["1", "-2.5", '"a"', "null", "true", "u", "[1, u]", "[]", "{a: 1}", '@"2026-01-31"', '@"10:00:00Z"', "[1..5]"]
_VALUES += ['@"2026-01-31T10:00:00"', '@"P1D"', '@"P1Y"', "function(a) a", "1e6000", "(< 3)", "[[1], 2]", '"(("', "99"]


@given(st.sampled_from(sorted(BUILTINS)), st.lists(st.sampled_from(_VALUES), max_size=4))
@settings(max_examples=2500, deadline=None)
def test_every_built_in_takes_anything(name: str, values: list[str]) -> None:
    with suppress(RulesError):
        literal_text(evaluate(f"{name}({', '.join(values)})", {"u": UNKNOWN}))
