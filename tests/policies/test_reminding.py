"""What a night tells of by itself: who hears of a new policy, which instalments are reminded of, and nothing twice."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengban import packs
from chengban.accounts.domain import give_mandate
from chengban.accounts.models import MandateKind
from chengban.accounts.roles import Role
from chengban.packs import Pack
from chengban.policies import catalogue, editions
from chengban.policies.recovery import agree_instalments, demand, receive, waive
from chengban.policies.reminding import Reminded, remind
from chengban.reach.models import Letter
from tests import town
from tests.people import SETUP, person
from tests.policies.drafts import whole
from tests.policies.test_editions import LI, WANG, published
from tests.policies.test_recovery import DAY, OFFICER, SECOND, WHY, demanded, paid

NEW = date(2025, 12, 2)


@pytest.fixture
def city(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_TODAY", town.ON.isoformat())
    town.build(tmp_path)
    give_mandate(person(Role.AGENT), town.LOTUS, kind=MandateKind.ENTERPRISE, by=SETUP)
    give_mandate(person(Role.CITIZEN), town.CITIZEN, kind=MandateKind.CITIZEN, by=SETUP)


def applied_for(mode: str = "申报") -> dict[str, Any]:
    written = whole("P40", "2026", NEW.isoformat())
    return {**written, "policy": {**written["policy"], "mode": mode}}


def night(on: date) -> Reminded:
    return remind(catalogue.current(), on=on, by=SETUP)


def test_who_qualifies_for_a_new_policy_hears_of_it_once(city: None) -> None:
    published(applied_for())
    assert night(NEW - timedelta(days=1)) == Reminded(0, 0), "not in force yet"
    assert night(NEW) == Reminded(1, 0)
    assert night(NEW + timedelta(days=1)) == Reminded(0, 0)
    letter = Letter.objects.get()
    assert (letter.subject, letter.kind, letter.about) == (town.LOTUS, "policy_new", "policy:P40/2026")
    assert letter.title == "新的政策：稳定用工补贴" and "申报" in letter.body and "{" not in letter.body + letter.body_en
    assert letter.link == f"/enterprises/{town.LOTUS}/policies"


def test_who_comes_to_act_for_a_firm_hears_of_it_while_it_is_new(city: None) -> None:
    published(applied_for("自行申报"))
    last = NEW + timedelta(days=packs.current().city.reach.new_days - 1)
    assert night(NEW) == Reminded(1, 0)
    give_mandate(person(Role.AGENT), town.WILLOW, kind=MandateKind.ENTERPRISE, by=SETUP)
    assert night(last + timedelta(days=1)) == Reminded(0, 0), "no longer new"
    assert night(last) == Reminded(1, 0)
    assert set(Letter.objects.values_list("subject", flat=True)) == {town.LOTUS, town.WILLOW}


@pytest.mark.parametrize("mode", ["免申即享", "确认即享"])
def test_what_is_offered_is_told_by_the_offer_alone(mode: str, city: None) -> None:
    published(applied_for(mode))
    assert night(NEW) == Reminded(0, 0)


def test_what_pays_nothing_is_told_though_nobody_applies(city: None) -> None:
    written = applied_for("免申即享")
    written["version"]["amount"] = {"kind": "status", "text": "认定"}
    written["version"].pop("delivery")
    written["examples"][0].pop("amount")
    published(written)
    assert night(NEW) == Reminded(1, 0)


def test_a_withdrawn_policy_is_not_told_of(city: None) -> None:
    published(applied_for())
    editions.withdraw("P40", "2026", on=NEW, by=LI, reason="有误")
    assert night(NEW) == Reminded(0, 0) and WANG != LI


# Instalments ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def pack() -> Pack:
    return packs.current()


def reminders() -> list[str]:
    return list(Letter.objects.filter(about__contains="/").order_by("pk").values_list("about", flat=True))


@pytest.mark.django_db
def test_an_instalment_is_reminded_of_once_before_its_day(pack: Pack) -> None:
    recovery = demanded()  # due in 30 days
    nights = [DAY + timedelta(days=number) for number in range(40)]
    told = [on for on in nights if remind(pack, on=on, by=OFFICER).due]
    assert told == [DAY + timedelta(days=30 - pack.city.reach.due_days)]
    assert reminders() == [f"recovery:{recovery.pk}/1.1"] and "100 元" in Letter.objects.latest("pk").title


@pytest.mark.django_db
def test_what_is_paid_or_waived_or_was_just_demanded_is_not_reminded_of(pack: Pack) -> None:
    first, second = demanded(), demand(paid(subject="S2"), Decimal("50"), DAY, DAY + timedelta(days=30), by=OFFICER, **WHY)
    receive(first, Decimal("100"), DAY, "B1", by=OFFICER)
    waive(second, by=SECOND, reason="企业已注销")
    demand(paid(subject="S3"), Decimal("50"), DAY, DAY + timedelta(days=3), by=OFFICER, **WHY)
    assert sum(remind(pack, on=DAY + timedelta(days=number), by=OFFICER).due for number in range(40)) == 0


@pytest.mark.django_db
def test_a_new_plan_is_reminded_of_anew_and_by_what_is_left(pack: Pack) -> None:
    recovery = demanded()
    agree_instalments(recovery, [(Decimal("40"), DAY + timedelta(days=5)), (Decimal("60"), DAY + timedelta(days=60))], by=OFFICER)
    receive(recovery, Decimal("15"), DAY, "B1", by=OFFICER)
    assert remind(pack, on=DAY, by=OFFICER).due == 1
    assert reminders() == [f"recovery:{recovery.pk}/2.1"] and "25 元" in Letter.objects.latest("pk").title
    receive(recovery, Decimal("25"), DAY, "B2", by=OFFICER)
    assert remind(pack, on=DAY + timedelta(days=54), by=OFFICER).due == 1 and len(reminders()) == 2


@pytest.mark.django_db
@given(st.lists(st.integers(0, 80), max_size=12), st.lists(st.integers(1, 80), min_size=1, max_size=4, unique=True))
@settings(max_examples=25, deadline=None)
def test_whichever_nights_there_are_each_instalment_in_reach_is_told_once(nights: list[int], days: list[int]) -> None:
    from django.db import transaction

    pack = packs.current()
    with transaction.atomic():
        recovery = demanded(f"{len(days)}.00")
        parts = [(Decimal(1), DAY + timedelta(days=day)) for day in sorted(days)]
        agree_instalments(recovery, parts, by=OFFICER)
        for number in nights:
            remind(pack, on=DAY + timedelta(days=number), by=OFFICER)
        reached = {
            f"recovery:{recovery.pk}/2.{number}"
            for number, (_, due) in enumerate(parts, 1)
            if any(0 <= (due - DAY).days - one <= pack.city.reach.due_days for one in nights)
        }
        assert sorted(reminders()) == sorted(reached)
        transaction.set_rollback(True)
