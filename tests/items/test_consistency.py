"""Each rule of consistency: a list that keeps it, one that breaks it, and one that does not say."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengban.items.consistency import RULES, at_most, breaches, may_be_accepted
from chengban.packs.items import Implementation, TimeLimit
from tests.items.test_codes import BODY, CATALOGUE, TASK

CLAUSE = {"title": "某法", "article": "第一条"}


def made(**fields: Any) -> Implementation:
    return Implementation.model_validate({"name": "某事项", "department": "某局", **fields})


def days(number: int, unit: str = "1") -> dict[str, Any]:
    return {"number": number, "unit": unit}


CASES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    # rule: keeps it, breaks it, does not say
    "code_valid": ({"task_code": TASK}, {"task_code": TASK[:-1]}, {}),
    "body_valid": ({"body_code": BODY}, {"body_code": "083372204"}, {}),
    "handling_of_task": (
        {"task_code": TASK, "handling_code": TASK + "01"},
        {"task_code": TASK, "handling_code": "2" + TASK[1:] + "01"},
        {"task_code": TASK},
    ),
    "body_in_code": ({"task_code": TASK, "body_code": BODY}, {"task_code": TASK, "body_code": "X" * 18}, {"body_code": BODY}),
    "level_in_code": ({"task_code": TASK, "level": "3"}, {"task_code": TASK, "level": "4"}, {"level": "3"}),
    "catalogue_in_code": (
        {"handling_code": TASK + "01", "catalogue_code": CATALOGUE},
        {"task_code": TASK, "catalogue_code": "440114004001"},
        {"task_code": TASK},
    ),
    "type_in_code": ({"catalogue_code": CATALOGUE, "task_type": "20"}, {"task_code": TASK, "task_type": "01"}, {"task_type": "01"}),
    "promise_within_law": (
        {"statutory": days(20), "promised": days(20)},
        {"statutory": days(20), "promised": days(21)},
        {"promised": days(5)},
    ),
    "instant_within_a_day": (
        {"handling": "1", "promised": days(1)},
        {"handling": "1", "promised": days(2)},
        {"handling": "2", "promised": days(2)},
    ),
    "charged_has_fees": ({"charged": True, "fees": [{"name": "工本费"}]}, {"charged": True}, {}),
    "free_has_none": ({"charged": False}, {"charged": False, "fees": [{"name": "工本费"}]}, {"fees": [{"name": "工本费"}]}),
    "fees_have_basis": ({"fees": [{"name": "工本费", "citation": CLAUSE}]}, {"fees": [{"name": "工本费"}]}, {"charged": True}),
    "necessary_has_basis": (
        {"materials": [{"name": "申请书", "need": "1", "citation": CLAUSE}]},
        {"materials": [{"name": "申请书", "need": "1"}]},
        {"materials": [{"name": "申请书"}]},
    ),
    "deep_needs_no_visit": ({"online_depth": 4, "visits": 0}, {"online_depth": 4, "visits": 1}, {"online_depth": 4}),
    "visit_has_reason": ({"visits": 1, "visits_reason": "须本人到场"}, {"visits": 1}, {"visits": 0}),
    "stopped_not_offered": ({"state": "2", "online": False}, {"state": "3", "online": True}, {"state": "1", "online": True}),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_kept_broken_or_silent(rule: Any) -> None:
    keeps, breaks, silent = (made(**fields) for fields in CASES[rule.id])
    assert (rule.holds(keeps), rule.holds(breaks)) == (True, False)
    assert rule.holds(silent) is None
    assert rule in list(breaches(breaks)) and rule not in list(breaches(keeps))


def test_every_rule_says_where_it_stands_and_what_it_is() -> None:
    assert list(CASES) == [rule.id for rule in RULES]
    assert all(rule.field in Implementation.model_fields for rule in RULES)
    assert all(rule.sentence.endswith("。") and rule.citation.title for rule in RULES)


def test_what_is_not_known_breaks_nothing() -> None:
    assert list(breaches(made())) == []


@pytest.mark.parametrize(("state", "expected"), [(None, True), ("1", True), ("2", False), ("3", False)])
def test_what_is_paused_or_cancelled_is_not_accepted(state: str | None, expected: bool) -> None:
    assert may_be_accepted(made(state=state)) is expected


limits = st.builds(lambda number, unit: TimeLimit(number=number, unit=unit), st.integers(0, 90), st.sampled_from("12345"))


@settings(deadline=None)
@given(limits)
def test_a_limit_is_at_most_itself(limit: TimeLimit) -> None:
    assert at_most(limit, limit) is True


@settings(deadline=None)
@given(limits, limits)
def test_two_limits_are_never_both_surely_longer(one: TimeLimit, other: TimeLimit) -> None:
    assert not (at_most(one, other) is False and at_most(other, one) is False)


@settings(deadline=None)
@given(limits, limits, limits)
def test_at_most_is_carried_over(one: TimeLimit, other: TimeLimit, third: TimeLimit) -> None:
    if at_most(one, other) and at_most(other, third):
        assert at_most(one, third) is not False


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("10", "1"), ("30", "2"), True),
        (("20", "1"), ("20", "2"), None),
        (("31", "1"), ("1", "4"), None),
        (("32", "1"), ("1", "4"), False),
        (("24", "3"), ("1", "1"), True),
        (("72", "3"), ("1", "1"), None),
        (("1", "5"), ("12", "4"), None),
    ],
)
def test_units_are_compared_where_the_calendar_allows(one: Any, other: Any, expected: bool | None) -> None:
    assert at_most(TimeLimit(number=int(one[0]), unit=one[1]), TimeLimit(number=int(other[0]), unit=other[1])) is expected
