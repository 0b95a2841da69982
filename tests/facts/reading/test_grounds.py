"""On what grounds data is read: every purpose with every kind of matter, and whose, by whom, until when."""

from collections.abc import Callable
from datetime import timedelta
from typing import get_args

import pytest

from chengban.accounts.domain import withdraw_mandate
from chengban.accounts.models import Account
from chengban.accounts.roles import Role
from chengban.facts.profile import open_file
from chengban.facts.reading import emergencies, tasks
from chengban.facts.reading.errors import Lapsed, NotGrounded
from chengban.facts.reading.grounds import OWN, Ground
from chengban.facts.reading.opening import begin_whole
from chengban.ledger import Actor
from chengban.ledger.models import Entry
from chengban.lib import clock
from chengban.packs import Pack
from chengban.packs.purposes import Matter
from tests import town

Staff = Callable[[Role, str], Account]
PURPOSES = (
    "own", "counter", "advice", "delivery", "spot_check", "certificate", "material_free", "sharing", "emergency", "directory",
    "naming", "simulation", "upkeep", "whatever",
)  # fmt: skip
REASON = "独居老人失联，社区请求核对住址和电话"


def read(pack: Pack, under: Ground, by: Actor, subject: str = town.LOTUS) -> None:
    open_file(pack, "enterprise", subject, under=under, by=by, on=town.ON)


def readings(subject: str = town.LOTUS) -> int:
    return Entry.objects.filter(act="facts.read", subject=f"enterprise:{subject}").count()


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_purpose_is_read_for_under_its_own_matters_alone_and_never_under_one_that_is_not_there(city: Pack, purpose: str) -> None:
    stranger = Actor.account(424242)
    declared = city.purposes[purpose].matters if purpose in city.purposes else ()
    open_to_the_city = {"page", "process"}
    for kind in get_args(Matter):
        under = Ground(purpose, f"{kind}:424242")
        if kind in declared and kind in open_to_the_city:
            read(city, under, stranger)
        else:
            with pytest.raises(NotGrounded):
                read(city, under, stranger)
    assert readings() == len(open_to_the_city.intersection(declared))


@pytest.mark.parametrize("matter", ["", ":", "mandate", "mandate:", "mandate:abc", "task:1;drop", "nobody:1", "task:-1"])
def test_a_matter_that_is_none_is_refused(city: Pack, agent: Account, matter: str) -> None:
    for purpose in (OWN, "counter"):
        with pytest.raises(NotGrounded):
            read(city, Ground(purpose, matter), agent.actor)
    assert readings() == 0


def test_a_mandate_lets_its_own_account_read_its_own_subject_until_it_is_withdrawn(
    city: Pack, agent: Account, staff: Staff
) -> None:
    under = Ground(OWN, f"mandate:{agent.pk}")
    read(city, under, agent.actor)
    for by, subject in ((agent.actor, town.WILLOW), (staff(Role.CLERK, "").actor, town.LOTUS)):
        with pytest.raises(NotGrounded):
            read(city, under, by, subject)
    withdraw_mandate(agent.mandates.get(), by=Actor.system("tests"))
    with pytest.raises(NotGrounded):
        read(city, under, agent.actor)
    assert readings() == 1 and readings(town.WILLOW) == 0


def test_a_task_is_its_opener_its_subject_its_purpose_and_its_time(city: Pack, staff: Staff) -> None:
    clerk, officer = staff(Role.CLERK, "administrative_approval"), staff(Role.OFFICER, "tax")
    task = tasks.open_task(city, "enterprise", town.LOTUS, purpose="counter", about="办件 7 企业变更", by=clerk)
    under = tasks.ground_of(task)
    read(city, under, clerk.actor)
    refused = (
        (under, officer.actor, town.LOTUS),
        (under, clerk.actor, town.WILLOW),
        (Ground("advice", str(task)), clerk.actor, town.LOTUS),
    )
    for ground, by, subject in refused:
        with pytest.raises(NotGrounded):
            read(city, ground, by, subject)
    with clock.pinned(task.until - timedelta(seconds=1)):
        read(city, under, clerk.actor)
    with clock.pinned(task.until), pytest.raises(Lapsed):
        read(city, under, clerk.actor)
    entry = Entry.objects.filter(act="facts.read").latest("pk")
    assert entry.payload["matter"] == f"task:{task.pk}" and entry.payload["basis"] == ["《国务院关于在线政务服务的若干规定》第七条"]
    assert entry.payload["until"] > entry.at.isoformat() and entry.payload["registers"]


def test_who_may_open_a_task_for_what(city: Pack, staff: Staff) -> None:
    allowed = {
        role: [purpose.id for purpose in tasks.purposes_for(city, staff(role, ""))] for role in Role
    }  # fmt: skip
    assert allowed == {
        Role.CITIZEN: [], Role.AGENT: [], Role.CLERK: ["counter", "advice"], Role.OFFICER: ["advice"], Role.STEWARD: [],
        Role.AUDITOR: [], Role.ADMINISTRATOR: [],
    }  # fmt: skip
    with pytest.raises(NotGrounded):
        tasks.open_task(city, "enterprise", town.LOTUS, purpose="counter", about="办件 7 企业变更", by=staff(Role.OFFICER, ""))
    for about in ("", "   ", "办", "长" * 121):
        with pytest.raises(NotGrounded):
            tasks.open_task(city, "enterprise", town.LOTUS, purpose="counter", about=about, by=staff(Role.CLERK, ""))


def test_glass_is_broken_by_those_who_may_with_a_reason_for_an_hour_and_reviewed_by_another(city: Pack, staff: Staff) -> None:
    clerk, auditor = staff(Role.CLERK, ""), staff(Role.AUDITOR, "")
    for who, reason in ((auditor, REASON), (clerk, "急"), (clerk, " " * 40)):
        with pytest.raises(NotGrounded):
            emergencies.break_glass(city, "enterprise", town.LOTUS, reason=reason, by=who, on=town.ON)
    made = emergencies.break_glass(city, "enterprise", town.LOTUS, reason=REASON, by=clerk, on=town.ON)
    assert made.review_by.isoformat() == "2025-12-08", "five working days"
    read(city, emergencies.ground_of(made), clerk.actor)
    with clock.pinned(made.until), pytest.raises(Lapsed):
        read(city, emergencies.ground_of(made), clerk.actor)
    with pytest.raises(emergencies.WrongStep):
        emergencies.review(made.pk, justified=True, finding="看过", by=clerk.actor)
    emergencies.review(made.pk, justified=False, finding="不是紧急情况", by=auditor.actor)
    assert not emergencies.waiting().exists() and emergencies.running(clerk, town.LOTUS) is None
    with pytest.raises(emergencies.WrongStep):
        emergencies.review(made.pk, justified=True, finding="改主意", by=auditor.actor)


def test_registers_are_read_whole_for_purposes_that_are_whole_alone(city: Pack) -> None:
    for purpose in city.purposes.values():
        under = Ground(purpose.id, f"{'page' if 'page' in purpose.matters else 'process'}:x")
        fits = under.kind in purpose.matters and purpose.whole
        try:
            begin_whole(city, ["legal_persons"], under=under, by=Actor.system("tests"), on=town.ON)
            assert fits, purpose.id
        except NotGrounded:
            assert not fits, purpose.id
