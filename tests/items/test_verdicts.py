"""The verdict over what is held: the best way that holds, never worse by more evidence, each shortfall with its department."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengban import packs
from chengban.certificates.standing import Stands
from chengban.items import guiding
from chengban.items.case import Applicant, Case, applicant_of, case_of
from chengban.items.errors import NoSuchApplicant
from chengban.items.held import Bar, FailedCheck, Held, HeldCertificate, HeldRegister, OpenDispute, Trouble
from chengban.items.verdicts import MaterialVerdict, Verdict, judge
from chengban.items.ways import Cause, Mode, mode_of
from chengban.packs.items import Implementation
from tests import town

PACK = packs.current()
ON = town.ON
FIRM, CITIZEN = Applicant("enterprise", town.LOTUS), Applicant("person", town.CITIZEN)
ITEMS = [item for item in PACK.items.values() if item.materials]

standings = st.sampled_from(Stands)
troubles = st.sampled_from([None, None, None, *Trouble])


def answers_to(code: str) -> st.SearchStrategy[dict[str, str]]:
    guide = guiding.guide_of(PACK.scenes[PACK.items[code].scene], code)
    given_to = {q.id: st.sampled_from(["", guiding.UNSURE, *map(guiding.spoken, guiding.values_of(q))]) for q in guide.questions}
    return st.fixed_dictionaries(given_to)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    item = draw(st.sampled_from(ITEMS))
    return case_of(PACK, item.id, item, draw(st.sampled_from([FIRM, CITIZEN])), draw(answers_to(item.id)), on=ON)


def certificate(kind: str, stands: Stands = Stands.VALID) -> HeldCertificate:
    return HeldCertificate(kind, "A-1", "1.2.156", date(2020, 1, 1), date(2030, 1, 1), stands)


def whole(name: str) -> HeldRegister:
    """A register that was brought today, with a row of the applicant in which everything is known."""
    return HeldRegister(({field.id: "甲" for field in PACK.registers[name].fields},), ON, None, 1)


@st.composite
def registers(draw: st.DrawFn, name: str) -> HeldRegister:
    fields = {field.id: draw(st.sampled_from(["甲", None])) for field in PACK.registers[name].fields}
    rows = draw(st.sampled_from([(), (fields,)]))
    age = draw(st.sampled_from([None, 0, PACK.registers[name].refresh_days, PACK.registers[name].refresh_days + 1]))
    brought = None if age is None else ON - timedelta(days=age)
    return HeldRegister(rows, brought, None, None if age is None else 7, draw(troubles))


@st.composite
def holdings(draw: st.DrawFn, case: Case) -> Held:
    kinds = {way.certificate for way in case.ways() if way.certificate}
    names = {way.register_ for way in case.ways() if way.register_}
    checks = {(way.department, one.name) for one in case.item.materials for way in one.instead if way.department}
    found = {kind: tuple(certificate(kind, one) for one in draw(st.lists(standings, max_size=2))) for kind in kinds}
    data = [f"certificate:{kind}" for kind in kinds] + [f"register:{name}" for name in names]
    return Held(
        draw(st.sampled_from([found, found, found, None])),
        {name: draw(registers(name)) for name in names},
        Bar(draw(st.sampled_from([True, False, None])), draw(st.sampled_from([(), ("public_credit",)]))),
        {name: OpenDispute(1, ON) for name in data if draw(st.integers(0, 4)) == 0},
        {key: FailedCheck(ON, "对方系统没有答复。") for key in checks if draw(st.booleans())},
    )


@st.composite
def held_cases(draw: st.DrawFn) -> tuple[Case, Held]:
    case = draw(cases())
    return case, draw(holdings(case))


def better(case: Case, held: Held) -> list[Held]:
    """The same with one more thing known or put right, in each way that there is."""
    certificates = held.certificates or {}
    kinds = {way.certificate for way in case.ways() if way.certificate}
    names = {way.register_ for way in case.ways() if way.register_}
    return [
        *(replace(held, certificates={**certificates, kind: (certificate(kind),)}) for kind in kinds),
        *(replace(held, registers={**held.registers, name: whole(name)}) for name in names),
        *(replace(held, disputes={key: one for key, one in held.disputes.items() if key != gone}) for gone in held.disputes),
        *(
            replace(held, failed_checks={k: one for k, one in held.failed_checks.items() if k != gone})
            for gone in held.failed_checks
        ),
        replace(held, bar=Bar(False)),
    ]


def modes(verdict: Verdict) -> dict[str, int]:
    return {one.material.name: one.mode.rank for one in verdict.materials if one.needed is not False}


@given(held_cases())
@settings(max_examples=300, deadline=None)
def test_more_evidence_never_makes_a_mode_worse(drawn: tuple[Case, Held]) -> None:
    case, held = drawn
    before = modes(judge(PACK, case, held))
    for more in better(case, held):
        after = modes(judge(PACK, case, more))
        assert all(after[name] <= before[name] for name in before)


@given(held_cases())
@settings(max_examples=300, deadline=None)
def test_every_shortfall_is_told_with_its_department(drawn: tuple[Case, Held]) -> None:
    case, held = drawn
    verdict = judge(PACK, case, held)
    assert [one.material for one in verdict.materials] == list(case.item.materials)
    for one in verdict.materials:
        assert (one.evidence is None) == (one.mode is Mode.UPLOAD)
        assert one.blockers or one.needed is False or one.mode is not Mode.UPLOAD
        assert all(blocker.mode.rank <= one.mode.rank for blocker in one.blockers)
        for said in [*one.blockers, *([one.evidence] if one.evidence else [])]:
            assert said.department and said.department in said.sentence and said.sentence[-1] in "。？", said


@given(held_cases())
@settings(max_examples=200, deadline=None)
def test_the_mode_is_the_best_of_the_declared_ways_that_hold(drawn: tuple[Case, Held]) -> None:
    """Judged one way at a time, as if each were the only one."""
    case, held = drawn
    for one in judge(PACK, case, held).materials:
        if one.needed is False:
            continue
        alone = []
        for way in one.material.instead:
            only = one.material.model_copy(update={"instead": (way,)})
            item = case.item.model_copy(update={"materials": (only,)})
            alone += [found.mode for found in judge(PACK, replace(case, item=item), held).materials]
        assert one.mode is min([*alone, Mode.UPLOAD], key=lambda mode: mode.rank)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_an_answer_never_makes_a_mode_worse_and_what_is_open_is_never_no(data: st.DataObject) -> None:
    item = data.draw(st.sampled_from([one for one in ITEMS if PACK.scenes[one.scene].questions]))
    answers = data.draw(answers_to(item.id))
    case = case_of(PACK, item.id, item, FIRM, answers, on=ON)
    held = data.draw(holdings(case_of(PACK, item.id, item, FIRM, {}, on=ON)))
    verdict = judge(PACK, case, held)
    for fewer in answers:
        rest = {name: value for name, value in answers.items() if name != fewer}
        less = judge(PACK, case_of(PACK, item.id, item, FIRM, rest, on=ON), held)
        for now, before in zip(verdict.materials, less.materials, strict=True):
            assert before.needed in (None, now.needed)
            assert now.needed is False or now.mode.rank <= before.mode.rank


def material(
    code: str, name: str, held: Held, applicant: Applicant = FIRM, answers: Mapping[str, str] | None = None
) -> MaterialVerdict:
    case = case_of(PACK, code, PACK.items[code], applicant, answers or {}, on=ON)
    return next(one for one in judge(PACK, case, held).materials if one.material.name.startswith(name))


@pytest.mark.parametrize("stands", [one for one in Stands if one is not Stands.VALID])
def test_a_certificate_counts_only_while_it_is_in_force(stands: Stands) -> None:
    held = Held({"identity_card": (certificate("identity_card", stands),)})
    found = material("S01.a", "身份证", held, CITIZEN)
    assert found.mode is Mode.UPLOAD and found.blockers[0].cause is Cause.NOT_IN_FORCE
    valid = Held({"identity_card": (certificate("identity_card", stands), certificate("identity_card"))})
    good = material("S01.a", "身份证", valid, CITIZEN)
    assert good.mode is Mode.CERTIFICATE and good.evidence is not None and not good.may_ask
    assert "编号 A-1" in good.evidence.sentence and "有效期至2030年1月1日" in good.evidence.sentence


def test_a_persons_certificate_never_stands_for_a_firm() -> None:
    held = Held({"identity_card": (certificate("identity_card"),)})
    found = material("S01.a", "身份证", held)
    assert found.mode is Mode.UPLOAD and found.blockers[0].cause is Cause.NOT_THEIRS


@pytest.mark.parametrize(
    ("register", "cause"),
    [
        (HeldRegister((), ON, None, 1), Cause.MISSING),
        (HeldRegister(), Cause.MISSING),
        (HeldRegister(({"marital_status": None},), ON, None, 1), Cause.INCOMPLETE),
        (HeldRegister(({"marital_status": "20"},), ON - timedelta(days=2), None, 1), Cause.STALE),
        (HeldRegister((), ON, None, 1, Trouble.DOWN), Cause.DOWN),
        (HeldRegister((), ON, None, 1, Trouble.SLOW), Cause.SLOW),
    ],
)
def test_shared_data_counts_only_while_it_is_fresh_and_known(register: HeldRegister, cause: Cause) -> None:
    code, name = next((i.id, m.name) for i in ITEMS for m in i.materials for w in m.instead if w.fields == ("marital_status",))
    found = material(code, name, Held(registers={"population": register}), CITIZEN)
    assert found.mode is not Mode.SHARED
    (told,) = [one for one in found.blockers if one.mode is Mode.SHARED]
    assert (told.cause, told.department) == (cause, "聊城市公安局")
    good = HeldRegister(({"marital_status": "20"},), ON - timedelta(days=1), None, 1)
    now = material(code, name, Held(registers={"population": good}), CITIZEN)
    assert now.mode is Mode.SHARED and now.evidence is not None and now.evidence.data[0].value == "已婚"


@pytest.mark.parametrize(
    ("bar", "cause"), [(Bar(True), Cause.BARRED), (Bar(), Cause.UNKNOWN), (Bar(None, ("public_credit",)), Cause.UNKNOWN)]
)
def test_who_is_barred_or_may_be_may_not_commit(bar: Bar, cause: Cause) -> None:
    answers = {"premises": "租赁"}
    found = material("S01.a", "住所证明（租赁", Held(bar=bar), answers=answers)
    assert found.mode is Mode.UPLOAD and found.blockers[-1].cause is cause
    free = material("S01.a", "住所证明（租赁", Held(bar=Bar(False)), answers=answers)
    assert free.mode is Mode.COMMITMENT and free.evidence is not None and free.evidence.citation is not None


def test_a_commitment_without_a_clause_does_not_count() -> None:
    item = PACK.items["S01.a"]
    bare = [
        one.model_copy(update={"instead": tuple(w.model_copy(update={"citation": None}) for w in one.instead)})
        for one in item.materials
    ]
    case = case_of(PACK, item.id, item, FIRM, {}, on=ON)
    verdict = judge(PACK, replace(case, item=item.model_copy(update={"materials": tuple(bare)})), Held(bar=Bar(False)))
    commits = [one for one in verdict.materials if any(mode_of(way) is Mode.COMMITMENT for way in one.material.instead)]
    assert commits and all(one.blockers[-1].cause is Cause.NO_CLAUSE for one in commits)


def test_the_result_of_an_earlier_item_counts_only_where_it_is_done() -> None:
    case = case_of(PACK, "S01.b", PACK.items["S01.b"], FIRM, {}, on=ON)
    licence = next(one for one in judge(PACK, case, Held()).materials if one.material.name == "营业执照")
    assert licence.mode is Mode.EARLIER and licence.evidence is not None and licence.evidence.result_of == "S01.a"
    undone = replace(case, earlier={"S01.a": guiding.Outcome(False)})
    assert next(one for one in judge(PACK, undone, Held()).materials if one.material.name == "营业执照").mode is Mode.UPLOAD


def test_what_the_answers_rule_out_is_not_asked_and_says_why() -> None:
    found = material("S01.a", "住所证明（产权", Held(), answers={"premises": "租赁"})
    assert found.needed is False and found.free and found.reason == "经营场所是怎么来的？租来的或借用的"
    open_ = material("S01.a", "住所证明（产权", Held(), answers={"premises": "?"})
    assert open_.needed is None and [question.id for question in open_.turns_on] == ["premises"]


def test_an_item_of_no_scene_asks_for_all_its_materials() -> None:
    item = Implementation.model_validate({"name": "某事", "department": "某局", "materials": [{"name": "申请书"}]})
    verdict = judge(PACK, case_of(PACK, "YL-1", item, FIRM, {}, on=ON), Held())
    assert [one.blockers[0].sentence for one in verdict.asked] == ["某局还没有写明《申请书》可以用什么代替。"]


@pytest.mark.parametrize("subject", ["", "1", "91371502MA3C00999X", "370102"])
def test_a_number_that_is_nobodys_is_refused(subject: str) -> None:
    with pytest.raises(NoSuchApplicant, match="请核对"):
        applicant_of(subject)
