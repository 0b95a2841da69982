"""The laws of the plan, over random scenes: nothing is asked twice or though it is held, and nothing is dropped."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import product

from hypothesis import given, settings

from chengban.cases.scenes.forming import HeldValue
from chengban.cases.scenes.planning import Plan, plan
from chengban.cases.scenes.timing import end_of, term_of
from chengban.packs.items import Item
from tests.cases.scenes.random_scenes import CONDITIONS, Completion, Made, scenes

ON = date(2025, 12, 1)
EXAMPLES = settings(max_examples=400, deadline=None)
Waits = Mapping[str, tuple[str, ...]]


def planned(made: Made) -> Plan:
    return plan(made.scene, made.answers, on=ON, held={name: HeldValue("值", "某库", 1, None) for name in made.held})


@EXAMPLES
@given(scenes())
def test_an_item_is_chosen_just_when_every_answer_chooses_it_and_dropped_just_when_none_does(made: Made) -> None:
    found = {one.item.id: one for one in planned(made).items}
    for item in made.scene.items:
        ends = {item.id in made.items_of(completion) for completion in made.completions}
        assert found[item.id].outcome.needed is (ends.pop() if len(ends) == 1 else None)
        assert (found[item.id].batch is None) == (found[item.id].outcome.needed is False)


@EXAMPLES
@given(scenes())
def test_no_field_is_asked_twice_and_none_that_is_held(made: Made) -> None:
    found = planned(made)
    names = [one.field.id for one in found.form]
    assert len(set(names)) == len(names)
    assert made.held.isdisjoint(one.field.id for one in found.fields("asked", "made", "depends"))
    assert all(one.held is not None for one in found.fields("held"))
    for one in found.form:
        assert len({asking.item for asking in one.askings}) == len(one.askings)
    papers = [one.name for one in found.documents]
    assert len(set(papers)) == len(papers)


@EXAMPLES
@given(scenes())
def test_what_a_question_asks_the_form_does_not(made: Made) -> None:
    found = planned(made)
    open_questions = {question.id for question in found.questions}
    for one in found.form:
        question = one.field.question
        if question is not None and one.origin == "asked":
            assert question not in open_questions and question not in made.answers.known
        if one.origin == "answered":
            assert question in open_questions or one.answer == made.answers.known[question or ""]


@EXAMPLES
@given(scenes())
def test_what_every_chosen_item_needs_is_asked_or_held_or_made_before_it(made: Made) -> None:
    found = {one.field.id: one for one in planned(made).form}
    for completion in made.completions:
        for name, item in made.asked_of(completion):
            one = found[name]
            assert item in {asking.item for asking in one.askings}
            if one.origin == "made":
                assert always_before(made, completion, item) & set(one.field.produced_by)
    for name, one in found.items():
        assert any((name, asking.item) in made.asked_of(each) for each in made.completions for asking in one.askings)


@EXAMPLES
@given(scenes())
def test_a_document_that_is_not_asked_for_is_made_before_each_item_that_uses_it(made: Made) -> None:
    for paper in planned(made).papers("made"):
        for use in paper.uses:
            makers = {way.result_of for way in use.material.instead}
            for completion in made.completions:
                if use.item in made.items_of(completion):
                    assert makers & always_before(made, completion, use.item)


@EXAMPLES
@given(scenes())
def test_batches_keep_the_order_and_hold_each_item_once(made: Made) -> None:
    found = planned(made)
    place = {item: number for number, batch in enumerate(found.order.batches) for item in batch}
    assert sorted(place) == sorted(one.item.id for one in found.items if one.outcome.needed is not False)
    assert sum(map(len, found.order.batches)) == len(place) and all(found.order.batches)
    for one in found.items:
        if one.item.id not in place:
            continue
        own = place[one.item.id]
        assert own == one.batch and all(place[each] < own for each in one.item.after if each in place)
        alternatives = [place[each] for each in one.item.after_any if each in place]
        assert not alternatives or min(alternatives) < own
        assert own == 0 or any(place[each] == own - 1 for each in (*one.item.after, *one.item.after_any) if each in place)


@EXAMPLES
@given(scenes())
def test_no_answer_makes_it_end_later_than_the_plan_says(made: Made) -> None:
    found = planned(made)
    for completion in made.completions:
        assert longest(made, completion) <= found.timetable.ends
    if found.settled:
        assert longest(made, made.completions[0]) == found.timetable.ends
    lacking = {one.item.id for one in found.items if one.outcome.needed is not False and term_of(one.item) is None}
    assert (found.promised is None) == bool(lacking) and set(found.timetable.without_limit) == lacking


@EXAMPLES
@given(scenes())
def test_the_critical_path_is_a_chain_of_the_graph_that_takes_all_of_the_time(made: Made) -> None:
    found = planned(made)
    items = {item.id: item for item in made.scene.items}
    path = found.timetable.path
    assert bool(path) == bool(found.order.items)
    times = found.timetable.items
    day = ON
    for number, name in enumerate(path):
        assert number == 0 or path[number - 1] in (*items[name].after, *items[name].after_any)
        day = after(items[name], max(day, times[name].starts) if number == 0 else day)
    assert day == found.timetable.ends
    assert not path or path[0] in found.order.batches[0] or times[path[0]].starts == free(made, items[path[0]], made.completions)


def free(made: Made, item: Item, completions: list[Completion]) -> date:
    """The last day of what must have run out before the item begins, under the worst of the answers."""
    holds = {text: holds for text, holds in CONDITIONS}
    ends = [
        end_of(period, ON)
        for period in item.not_before
        if any(holds[period.when](one) for one in completions if item.id in made.items_of(one))
    ]
    return max(ends, default=ON)


def after(item: Item, day: date) -> date:
    term = term_of(item)
    return day if term is None else end_of(term.limit, day)


def selections(made: Made, completion: Completion) -> Iterator[Waits]:
    """Every way to choose, for each item that is done, one of the alternatives that it waits for."""
    done = made.items_of(completion)
    items = [item for item in made.scene.items if item.id in done]
    ways = [[one for one in item.after_any if one in done] or [""] for item in items]
    for chosen in product(*ways):
        yield {
            item.id: tuple(one for one in (*item.after, first) if one in done) for item, first in zip(items, chosen, strict=True)
        }


def longest(made: Made, completion: Completion) -> date:
    """The end of the longest chain, the alternatives chosen as is quickest."""
    items = {item.id: item for item in made.scene.items}

    def ends(waits: Waits, name: str) -> date:
        return after(items[name], max(free(made, items[name], [completion]), *(ends(waits, one) for one in waits[name]), ON))

    found = [max((ends(waits, name) for name in waits), default=ON) for waits in selections(made, completion)]
    return min(found)


def always_before(made: Made, completion: Completion, item: str) -> set[str]:
    """What is finished before an item begins, whichever alternatives came first."""

    def above(waits: Waits, name: str) -> set[str]:
        return set(waits[name]).union(*(above(waits, one) for one in waits[name]))

    return set.intersection(*(above(waits, item) for waits in selections(made, completion)))
