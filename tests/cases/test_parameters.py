"""What the law leaves open is a parameter: each the other way than the city has it; and the errors of rules themselves."""

from datetime import date

import pytest

from chengban.cases.clock import events as on
from chengban.cases.clock.forbidden import ExtensionWithoutApprover, Forbidden, OutOfTurn, PromiseTooLong
from chengban.cases.clock.life import State
from chengban.cases.clock.rules import RuleSet, UnknownClock, rule_set, rule_set_of_item
from chengban.cases.clock.standing import admit, standing
from chengban.lib import workdays
from chengban.packs import current
from chengban.packs.clocks import Clock, Limit, PauseRule, Receipt, Renewal
from chengban.packs.model import Citation

RECEIVED = on.Received(on=date(2025, 11, 10))
ACCEPTED = on.Accepted(on=date(2025, 11, 10), document="受1")
SAMPLE = Citation(title="样例办法", article="第一条")


def general() -> Clock:
    return current().clock("general")


def with_receipt(**said: object) -> RuleSet:
    receipt = general().receipt
    assert isinstance(receipt, Receipt)
    return RuleSet(general().model_copy(update={"receipt": receipt.model_copy(update=said)}))


def test_before_anything_came_only_materials_can_come() -> None:
    found = standing([RECEIVED], rule_set(current(), "general"), workdays, on=date(2025, 11, 9))
    assert (found.state, found.deadlines, found.breaches) == (State.NEW, (), ())
    assert [act.kind for act in found.acts if act.allowed] == [on.Received]


def test_without_an_end_a_correction_may_be_waited_for() -> None:
    asked = on.CorrectionAsked(on=date(2025, 11, 12), document="补1", missing=("照片",))
    found = standing([RECEIVED, asked], rule_set(current(), "general"), workdays, on=date(2026, 6, 1))
    assert found.state is State.CORRECTING and found.deadline("answer") is None


def test_with_an_end_a_correction_lapses_the_day_after() -> None:
    rules = with_receipt(answer=Limit(count=10, citation=SAMPLE, confidence="?", note="地方时限"))
    happened = [RECEIVED, on.CorrectionAsked(on=date(2025, 11, 12), document="补1", missing=("照片",))]
    on_the_last = standing(happened, rules, workdays, on=date(2025, 11, 26))
    answer = on_the_last.deadline("answer")
    assert on_the_last.state is State.CORRECTING and answer is not None and (answer.left, answer.sure) == (0, False)
    after = standing(happened, rules, workdays, on=date(2025, 11, 27))
    assert after.state is State.LAPSED and after.breaches == () and "2025-11-26" in after.told[-1].say()
    with pytest.raises(OutOfTurn):
        admit(happened, on.Corrected(on=date(2025, 11, 27)), rules, workdays)


def test_where_corrected_materials_have_no_time_silence_says_nothing() -> None:
    asked = on.CorrectionAsked(on=date(2025, 11, 12), document="补1", missing=("照片",))
    happened = [RECEIVED, asked, on.Corrected(on=date(2025, 11, 14))]
    found = standing(happened, with_receipt(corrected=None), workdays, on=date(2026, 3, 2))
    assert found.state is State.RECEIVED and not found.deemed


def test_a_procedure_that_overruns_may_go_on_stopping_the_clock() -> None:
    pauses = tuple(rule.model_copy(update={"overrun": "does_not"}) for rule in general().pauses)
    rules = RuleSet(general().model_copy(update={"pauses": pauses}))
    paused = on.Paused(on=date(2025, 11, 17), what="expert_review", days=5, document="告1")
    due = [
        str(found.due)
        for day in (date(2025, 11, 18), date(2025, 11, 24), date(2025, 12, 5))
        if (found := standing([RECEIVED, ACCEPTED, paused], rules, workdays, on=day).deadline("decide")) is not None
    ]
    assert due == ["2025-12-15", "2025-12-15", "2025-12-26"]
    ended = [RECEIVED, ACCEPTED, paused, on.Resumed(on=date(2025, 12, 5), what="expert_review")]
    decide = standing(ended, rules, workdays, on=date(2025, 12, 20)).deadline("decide")
    assert decide is not None and decide.due == date(2025, 12, 26)
    assert not decide.sure and any("仍不计入" in step.say() for step in decide.steps)


def test_what_overruns_stops_the_clock_no_longer_than_the_law_lets_it() -> None:
    rule = PauseRule(kinds=("expert_review",), at_most=7, overrun="does_not", citation=SAMPLE, confidence="S")
    rules = RuleSet(general().model_copy(update={"pauses": (rule,)}))
    paused = on.Paused(on=date(2025, 11, 17), what="expert_review", days=5, document="告1")
    for day in (date(2025, 11, 26), date(2025, 12, 12)):
        decide = standing([RECEIVED, ACCEPTED, paused], rules, workdays, on=day).deadline("decide")
        assert decide is not None and decide.due == date(2025, 12, 17)


def test_where_late_asking_counts_silence_renews_all_the_same() -> None:
    renewal = general().renewal
    assert isinstance(renewal, Renewal)
    rules = RuleSet(general().model_copy(update={"renewal": renewal.model_copy(update={"late": "counts"})}))
    granted = on.Granted(on=date(2025, 11, 12), document="准1", valid_until=date(2025, 12, 8))
    happened = [RECEIVED, ACCEPTED, granted, on.RenewalAsked(on=date(2025, 12, 1))]
    assert standing(happened, rules, workdays, on=date(2025, 12, 9)).life.renewed_by_law
    assert standing(happened, rule_set(current(), "general"), workdays, on=date(2025, 12, 9)).state is State.EXPIRED


def test_the_first_review_stops_with_a_procedure_too() -> None:
    """第四十五条 speaks of all limits of its section, that of the lower authority among them."""
    paused = on.Paused(on=date(2025, 11, 17), what="expert_review", days=5, document="告1")
    rules = rule_set(current(), "two_levels")
    found = standing([RECEIVED, ACCEPTED, paused], rules, workdays, on=date(2025, 11, 18))
    review = found.deadline("first_review")
    assert review is not None and (review.due, review.left) == (date(2025, 12, 15), 15)
    assert any("不计入" in step.say() for step in review.steps)
    ended = [on.Resumed(on=date(2025, 11, 20), what="expert_review"), on.FirstReviewed(on=date(2025, 11, 24), document="审1")]
    decide = standing([RECEIVED, ACCEPTED, paused, *ended], rules, workdays, on=date(2025, 11, 24)).deadline("decide")
    assert decide is not None and decide.due == date(2025, 12, 22), "what stopped before does not stop what began after"
    assert not any("不计入" in step.say() for step in decide.steps)


def test_the_principal_head_is_a_head_and_not_the_other_way() -> None:
    def extended(approver: str) -> on.Extended:
        return on.Extended(on=date(2025, 11, 20), document="延1", by=5, approver=approver, reason="复杂")  # type: ignore[arg-type]

    happened = [RECEIVED, ACCEPTED]
    admit(happened, extended("own_principal"), rule_set(current(), "general"), workdays)
    for clock, approver in (("project_approval", "own_head"), ("joint", "own_principal"), ("general", "government_head")):
        with pytest.raises(ExtensionWithoutApprover):
            admit(happened, extended(approver), rule_set(current(), clock), workdays)


def test_a_hearing_that_the_authority_called_by_itself_is_waited_for() -> None:
    """第四十六条."""
    rules = rule_set(current(), "general")
    called = on.HearingCalled(on=date(2025, 11, 12), document="听1", held_on=date(2025, 11, 24), chair="丙", place="三楼")
    with pytest.raises(Forbidden, match="听证还没有举行"):
        admit([RECEIVED, ACCEPTED, called], on.Granted(on=date(2025, 11, 20), document="准1"), rules, workdays)
    held = on.HearingHeld(on=date(2025, 11, 24), record="笔录1", signed=True)
    admit([RECEIVED, ACCEPTED, called, held], on.Granted(on=date(2025, 11, 24), document="准1"), rules, workdays)


@pytest.mark.parametrize("clock", sorted(current().clocks))
def test_no_promise_is_longer_than_the_law(clock: str) -> None:
    within = rule_set(current(), clock).decision.within
    assert rule_set(current(), clock, promised=within.count).promised == within.count
    with pytest.raises(PromiseTooLong) as raised:
        rule_set(current(), clock, promised=within.count + 1)
    assert raised.value.by == within.citation


def test_an_item_follows_the_clock_that_the_pack_gives_it() -> None:
    rules = rule_set_of_item(current(), "S03.b")
    assert (rules.clock.id, rules.promised) == ("market_registration", 1)
    with pytest.raises(UnknownClock, match=r"S03\.a"):
        rule_set_of_item(current(), "S03.a")
    with pytest.raises(UnknownClock, match="是不是 general"):
        rule_set(current(), "genral")


def test_a_clock_that_does_not_run_says_so() -> None:
    bare = Clock(id="bare", name="空", name_en="Bare")
    with pytest.raises(UnknownClock, match="没有写决定期限"):
        RuleSet(bare)
