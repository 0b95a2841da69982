"""Situational guides: only questions that matter are asked, and what is not known is not "no"."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chengban import packs
from chengban.items.guiding import Answers, Guide, Value, asked, guide_of, outcomes, read_answers, spoken, still_asked, values_of
from chengban.packs.items import Scene

PACK = packs.current()
GUIDED = [scene for scene in PACK.scenes.values() if scene.questions]


def scene_of(conditions: list[str]) -> Scene:
    """A scene with two questions of yes and no, one of three options, and an item a condition."""
    return Scene.model_validate(
        {
            "id": "S99", "name": "某事", "lead": "某局", "subject": "法人", "confidence": "K",
            "questions": [
                {"id": "a", "name": "甲", "text": "甲吗？"},
                {"id": "b", "name": "乙", "text": "乙吗？"},
                {"id": "c", "name": "丙", "text": "哪一种？", "options": [{"value": "大"}, {"value": "中"}, {"value": "小"}]},
            ],
            "items": [
                {"id": f"S99.{chr(97 + n)}", "name": f"事项{n}", "department": "某局", "scene": "S99", "when": text,
                 "materials": [{"name": "材料", "when": conditions[-1 - n]}]}
                for n, text in enumerate(conditions)
            ],
        }
    )  # fmt: skip


atoms = st.sampled_from(["甲", "乙", "not(甲)", '丙 = "大"', '丙 != "小"', '丙 in ("大", "小")', "true", "false"])
conditions = st.recursive(
    atoms,
    lambda inner: st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
    max_leaves=4,
)
guides = st.lists(conditions, min_size=1, max_size=3).map(scene_of).map(guide_of)


@st.composite
def answered(draw: st.DrawFn, guide: Guide) -> Answers:
    known = {q.id: draw(st.sampled_from(values_of(q))) for q in guide.questions if draw(st.booleans())}
    unsure = {q.id for q in guide.questions if q.id not in known and draw(st.booleans())}
    return Answers(known, frozenset(unsure))


def completions(guide: Guide, known: Mapping[str, Value]) -> list[dict[str, Value]]:
    choices = [(known[q.id],) if q.id in known else values_of(q) for q in guide.questions]
    return [dict(zip((q.id for q in guide.questions), values, strict=True)) for values in product(*choices)]


def ends(guide: Guide, known: Mapping[str, Value]) -> dict[Any, bool | None]:
    return {key: outcome.needed for key, outcome in outcomes(guide, Answers(known)).items()}


@settings(deadline=None)
@given(st.data(), guides)
def test_a_choice_is_settled_when_every_completion_ends_alike(data: st.DataObject, guide: Guide) -> None:
    answers = data.draw(answered(guide))
    every = [ends(guide, full) for full in completions(guide, answers.known)]
    for key, found in ends(guide, answers.known).items():
        met = {one[key] for one in every}
        assert found == (met.pop() if len(met) == 1 else None)


@settings(deadline=None)
@given(st.data(), guides)
def test_what_is_not_asked_cannot_change_the_outcome(data: st.DataObject, guide: Guide) -> None:
    answers = data.draw(answered(guide))
    shown = {question.id for question in asked(guide, answers)}
    for question in guide.questions:
        others = {name: value for name, value in answers.known.items() if name != question.id}
        differs = any(
            ends(guide, {**full, question.id: one}) != ends(guide, {**full, question.id: other})
            for full in completions(guide, others)
            for one, other in product(values_of(question), repeat=2)
        )
        assert (question.id in shown) == differs


@settings(deadline=None)
@given(st.data(), guides)
def test_when_nothing_is_left_to_ask_and_nobody_was_unsure_all_is_settled(data: st.DataObject, guide: Guide) -> None:
    answers = data.draw(answered(guide))
    assume(not answers.unsure and not still_asked(guide, answers))
    assert None not in ends(guide, answers.known).values()


@settings(deadline=None)
@given(st.data(), guides)
def test_one_more_answer_never_turns_yes_into_no(data: st.DataObject, guide: Guide) -> None:
    answers = data.draw(answered(guide))
    before = ends(guide, answers.known)
    for full in completions(guide, answers.known):
        after = ends(guide, full)
        assert all(found is None or after[key] == found for key, found in before.items())


@settings(deadline=None)
@given(st.data(), guides)
def test_unsure_stays_unknown_and_names_the_question(data: st.DataObject, guide: Guide) -> None:
    answers = data.draw(answered(guide))
    for outcome in outcomes(guide, answers).values():
        assert (outcome.needed is None) == bool(outcome.turns_on)
        assert not {question.id for question in outcome.turns_on} & answers.known.keys()


@pytest.mark.parametrize("scene", GUIDED, ids=lambda scene: scene.id)
def test_the_citys_guides_ask_each_question_at_first_or_after_another(scene: Scene) -> None:
    guide = guide_of(scene)
    assert asked(guide, Answers({}))
    assert set(outcomes(guide, Answers({}))) == {(i.id, name) for i in scene.items for name in ("", *(m.name for m in i.materials))}


def restaurant(**answers: str) -> tuple[set[str], set[str], list[str]]:
    """The items that are needed, those not known yet, and the questions still asked."""
    guide = guide_of(PACK.scenes["S04"])
    given_ = read_answers(guide, answers)
    found = outcomes(guide, given_)
    needed = {item for (item, material), one in found.items() if not material and one.needed}
    unknown = {item for (item, material), one in found.items() if not material and one.needed is None}
    return needed, unknown, [question.id for question in still_asked(guide, given_)]


def test_a_restaurant() -> None:
    assert restaurant() == ({"S04.a", "S04.b"}, {"S04.c", "S04.d", "S04.e"}, ["signboard", "gathering", "commits", "tobacco"])
    assert restaurant(gathering="no", tobacco="yes") == ({"S04.a", "S04.b", "S04.e"}, {"S04.c"}, ["signboard"])
    assert restaurant(gathering="?", signboard="no", tobacco="no") == ({"S04.a", "S04.b"}, {"S04.d"}, ["commits"])


def test_retirement_is_one_of_three() -> None:
    guide = guide_of(PACK.scenes["S14"])
    found = outcomes(guide, read_answers(guide, {"kind": "特殊工种", "fund": "no"}))
    assert [found[(item, "")].needed for item in ("S14.a1", "S14.a3", "S14.a4", "S14.f")] == [False, True, False, False]


def test_a_companys_articles_and_a_partnerships_agreement() -> None:
    guide = guide_of(PACK.scenes["S01"], "S01.a")
    found = outcomes(guide, read_answers(guide, {"entity_kind": "合伙企业"}))
    assert found[("S01.a", "公司章程")].needed is False and found[("S01.a", "合伙协议")].needed is True
    assert [question.id for question in guide.questions] == ["entity_kind", "premises"]


def test_a_newborn_of_parents_who_are_not_married_needs_no_marriage_certificate() -> None:
    guide = guide_of(PACK.scenes["S10"])
    assert outcomes(guide, read_answers(guide, {"married": "no"}))[("S10.c", "结婚证")].needed is False
    assert outcomes(guide, read_answers(guide, {"married": "?"}))[("S10.c", "结婚证")].needed is None


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["signboard", "gathering", "commits", "x"]), st.text(max_size=5)))
def test_any_form_is_read(given_: dict[str, str]) -> None:
    guide = guide_of(PACK.scenes["S04"])
    answers = read_answers(guide, given_)
    assert all(given_[name] == spoken(value) for name, value in answers.known.items())
