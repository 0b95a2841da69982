"""What a reader is shown: masks above the purpose's level, answers in place of values, and who read what."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengban import rules
from chengban.accounts.models import Account
from chengban.accounts.roles import Role
from chengban.facts.errors import UnknownSubject
from chengban.facts.profile import Profile, open_file
from chengban.facts.reading import answers, questions, tasks
from chengban.facts.reading.errors import NotAnswerable, WrongStep
from chengban.facts.reading.grounds import OWN, Ground
from chengban.facts.reading.masking import HIDDEN, level_of, masked
from chengban.ledger import Actor
from chengban.ledger.models import Entry
from chengban.packs import Pack
from chengban.packs.purposes import LEVELS
from chengban.packs.vocabulary import calendar_facts, vocabulary
from tests import town
from tests.facts.reading.test_grounds import Staff

VALUES = st.one_of(
    st.text(min_size=1, max_size=30), st.decimals(allow_nan=False, allow_infinity=False), st.booleans(), st.dates(), st.integers()
)


@given(VALUES)
def test_a_mask_never_tells_the_value(value: Any) -> None:
    shown = masked(value)
    assert shown and shown != str(value)
    if isinstance(value, (int, Decimal)):
        assert shown == HIDDEN
    if isinstance(value, date):
        assert shown == f"{value.year}-{HIDDEN}"


@given(st.text("0123456789X", min_size=15, max_size=30))
def test_an_identifier_keeps_its_ends_and_its_length(value: str) -> None:
    shown = masked(value)
    assert len(shown) == len(value) and shown[:6] == value[:6] and shown[-4:] == value[-4:] and set(shown[6:-4]) == {"*"}


def test_short_texts_are_recognised_and_not_read() -> None:
    assert [masked(text) for text in ("周", "周清荷", "聊城清荷软件有限公司", "13800001234", "")] == [
        "周＊", "周＊＊", f"聊城清{HIDDEN}", "138****1234", HIDDEN,
    ]  # fmt: skip


@pytest.fixture
def opened(city: Pack, staff: Staff) -> Callable[[Role, str, str], Profile]:
    def of(role: Role, purpose: str, subject: str) -> Profile:
        account = staff(role, "")
        kind = "person" if subject == town.CITIZEN else "enterprise"
        task = tasks.open_task(city, kind, subject, purpose=purpose, about="办件 7 试一试", by=account)
        return open_file(city, kind, subject, under=tasks.ground_of(task), by=account.actor, on=town.ON)

    return of


def test_whatever_is_above_the_purposes_level_is_masked_and_nothing_else(
    city: Pack, opened: Callable[[Role, str, str], Profile]
) -> None:
    met = set()
    for role, purpose, subject in (
        (Role.CLERK, "counter", town.CITIZEN),
        (Role.OFFICER, "advice", town.LOTUS),
        (Role.OFFICER, "advice", town.CITIZEN),
    ):
        profile = opened(role, purpose, subject)
        clear = LEVELS.index(city.purposes[purpose].clear)
        for view in profile.views:
            level = level_of(city, profile.kind, view.fact)
            assert view.masked == (view.known and LEVELS.index(level) > clear), view.fact.id
            met.add((level, view.masked))
            if view.masked:
                assert isinstance(view.value, str) and view.value == profile.shown(
                    view.fact.id, profile.known.get(view.fact.id, view.value)
                )
    assert any(hidden for _level, hidden in met) and any(not hidden for _level, hidden in met)


def test_only_the_facts_that_were_asked_for_are_read_and_shown(city: Pack, agent: Account) -> None:
    under = Ground(OWN, f"mandate:{agent.pk}")
    profile = open_file(city, "enterprise", town.LOTUS, under=under, by=agent.actor, on=town.ON, facts=["vat_type"])
    assert [view.fact.id for view in profile.views] == ["vat_type"] and list(profile.known) == ["vat_type"]
    entry = Entry.objects.get(act="facts.read")
    assert entry.payload["facts"] == ["vat_type"] and entry.payload["registers"] == ["legal_persons", "tax_registration"]


QUESTIONS = (
    'vat_type = "小规模"', 'vat_type = "一般纳税人"', 'vat_type = "小规模" and rd_expense_eligible > 0', "rd_expense_eligible > 1",
    "职工总数 >= 25", "职工总数 < 25 or rd_expense_eligible > 1", "not(职工总数 > 30)",
)  # fmt: skip


def test_answers_are_what_the_whole_file_would_say_and_tell_no_more(city: Pack, agent: Account) -> None:
    under = Ground(OWN, f"mandate:{agent.pk}")
    profile = open_file(city, "enterprise", town.LOTUS, under=under, by=agent.actor, on=town.ON)
    words = vocabulary(city)
    said = answers.ask(city, "enterprise", town.LOTUS, {text: text for text in QUESTIONS}, under=under, by=agent.actor, on=town.ON)
    for text in QUESTIONS:
        node = words.inline(words.resolve(rules.parse(text, names=words.names)))
        whole = rules.evaluate_known(node, {**calendar_facts(town.ON), **profile.known})
        assert said[text] is (None if rules.is_unknown(whole) else whole), text
    assert {True, False, None} <= set(said.values())
    entry = Entry.objects.filter(act="facts.read").latest("pk")
    assert entry.payload["answers"] == list(QUESTIONS) and "25" in "".join(QUESTIONS)
    assert not {"value", "said", "values"} & set(entry.payload)


@pytest.mark.parametrize(
    "text",
    ["", "1 = 1", "vat_type", "职工总数", "没有这个词 > 1", "vat_type = ", "年龄 >= 18", "x" * 501, 'if true then 1 else "a"'],
)
def test_what_is_no_question_is_refused_and_reads_nothing(city: Pack, agent: Account, text: str) -> None:
    under = Ground(OWN, f"mandate:{agent.pk}")
    with pytest.raises(NotAnswerable):
        answers.ask(city, "enterprise", town.LOTUS, {"q": text}, under=under, by=agent.actor, on=town.ON)


def test_nobody_is_asked_about_who_is_not_there(city: Pack, staff: Staff) -> None:
    clerk = staff(Role.CLERK, "")
    task = tasks.open_task(city, "enterprise", "91371502MA3C00404X", purpose="counter", about="办件 7 试一试", by=clerk)
    with pytest.raises(UnknownSubject):
        asked = {"q": 'vat_type = "小规模"'}
        answers.ask(city, "enterprise", "91371502MA3C00404X", asked, under=tasks.ground_of(task), by=clerk.actor, on=town.ON)
    assert not Entry.objects.filter(act="facts.read").exists()


def test_a_reading_is_questioned_once_by_its_subject_and_answered_by_another(
    city: Pack, opened: Callable[[Role, str, str], Profile], agent: Account, staff: Staff
) -> None:
    opened(Role.CLERK, "counter", town.LOTUS)
    entry, auditor = Entry.objects.get(act="facts.read"), staff(Role.AUDITOR, "")
    with pytest.raises(WrongStep):
        questions.question(city, entry.pk, "enterprise", town.WILLOW, text="为什么", by=agent.actor, on=town.ON)
    first = questions.question(city, entry.pk, "enterprise", town.LOTUS, text="为什么", by=agent.actor, on=town.ON)
    assert questions.question(city, entry.pk, "enterprise", town.LOTUS, text="再问", by=agent.actor, on=town.ON) == first
    assert first.answer_by > town.ON and list(questions.waiting()) == [first]
    for by, text in ((Actor(*entry.actor.split(":")), "正常办件"), (auditor.actor, "  ")):
        with pytest.raises(WrongStep):
            questions.answer(first.pk, improper=False, text=text, by=by)
    answered = questions.answer(first.pk, improper=True, text="没有这个办件", by=auditor.actor)
    assert answered.improper and not questions.waiting().exists()
    with pytest.raises(WrongStep):
        questions.answer(first.pk, improper=False, text="改主意", by=auditor.actor)
