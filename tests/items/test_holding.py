"""What the town holds: golden verdicts of its firms and citizen, what is read for them, disputes, and departments' own checks."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from chengban.facts.models import Batch, Ticket
from chengban.facts.quality import inspect_all
from chengban.items.checks import tell_check
from chengban.items.disputes import answer_dispute, of_subject, open_dispute
from chengban.items.errors import NoSuchItem, NotChecked, NothingToDispute
from chengban.items.verdicts import Verdict, verdict_of
from chengban.items.ways import Cause, Mode
from chengban.ledger import Actor
from chengban.ledger.models import Entry
from chengban.packs import Pack
from tests import town
from tests.certificates import issued

pytestmark = pytest.mark.django_db
HOLDER, OWNER = Actor.account(1), Actor.account(2)
GOLDEN = Path(__file__).with_name("verdicts.txt")
ITEMS = ("S01.b", "S04.b", "S07.a", "S16.a", "S24.a", "S26.a")
PEOPLE_ITEMS = ("S10.a", "S14.a1", "S18.f", "S19.a")
NAMES = {town.LOTUS: "清荷", town.WILLOW: "古柳", town.EASTGATE: "东关", town.CITIZEN: "周清荷"}


def verdict(pack: Pack, code: str, subject: str = town.LOTUS, **answers: str) -> Verdict:
    return verdict_of(pack, code, subject, answers, on=town.ON, by=HOLDER, under=town.UPKEEP)


def told(pack: Pack) -> Iterator[str]:
    for subject, name in NAMES.items():
        for code in PEOPLE_ITEMS if subject == town.CITIZEN else ITEMS:
            found = verdict(pack, code, subject)
            yield f"{name} {code} {found.item.name}"
            for one in found.materials:
                asked = {True: "", None: "（看情形）", False: "（不用）"}[one.needed]
                yield f"  {one.mode} {one.material.name}{asked}"
                yield from (f"    {said.sentence}" for said in (one.evidence, *one.blockers) if said is not None)


def test_the_towns_verdicts_are_these(pack: Pack) -> None:
    issued.licence(pack)
    issued.card(pack)
    met = re.sub(r"编号 \d+", "编号 …", "\n".join(told(pack)) + "\n")
    assert met == GOLDEN.read_text(encoding="utf-8")


def test_what_is_read_is_what_the_case_asks_for_and_its_subject_sees_it(pack: Pack) -> None:
    verdict(pack, "S24.a")
    entry = Entry.objects.get(act="facts.read", subject=f"enterprise:{town.LOTUS}")
    assert entry.payload["about"] == "item:S24.a" and entry.payload["registers"] == ["legal_persons", "tax_registration"]
    assert set(entry.payload["fields"]["legal_persons"]) == {"name"}


def test_a_verdict_asks_a_constant_number_of_times(pack: Pack, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with CaptureQueriesContext(connection) as first:
        verdict(pack, "S24.a")
    issued.licence(pack)
    for number in range(3):
        issued.permit(pack)
        Batch.objects.create(
            register="tax_registration", file_name=f"{number}", digest="", rows_read=0, rows_new=0, rows_changed=0, rows_same=0,
            rows_bad=0, business_date=town.ON, at="2025-12-01T00:00Z", by="x",
        )  # fmt: skip
    with django_assert_num_queries(len(first)):
        verdict(pack, "S24.a")


def test_a_certificate_that_was_issued_stands_for_the_material(pack: Pack) -> None:
    licence = issued.licence(pack)
    found = next(one for one in verdict(pack, "S24.a").materials if one.material.name.startswith("营业执照"))
    assert found.mode is Mode.CERTIFICATE and found.evidence is not None and found.evidence.certificate is not None
    assert found.evidence.certificate.identifier == licence.identifier
    other = next(one for one in verdict(pack, "S24.a", town.WILLOW).materials if one.material.name.startswith("营业执照"))
    assert other.mode is Mode.UPLOAD and other.blockers[0].cause is Cause.MISSING


def test_no_such_item(pack: Pack) -> None:
    with pytest.raises(NoSuchItem, match="没有编号为"):
        verdict(pack, "S99.z")


# This is wrong --------------------------------------------------------------------------------------------------------


def test_a_dispute_asks_the_owner_once_and_its_answer_closes_the_ticket(pack: Pack) -> None:
    datum = "register:tax_registration"
    opened = open_dispute(pack, verdict(pack, "S24.a"), datum, on=town.ON, by=HOLDER, reason=" 我们 已经注销 ")
    again = open_dispute(pack, verdict(pack, "S24.a"), datum, on=town.ON, by=HOLDER, reason="再说一次")
    assert again.pk == opened.pk and opened.reason == "我们 已经注销"
    ticket = Ticket.objects.get()
    assert (ticket.department, ticket.register, ticket.sample, ticket.opened_on) == (
        "tax",
        "tax_registration",
        [town.LOTUS],
        town.ON,
    )
    assert opened.ticket == ticket and ticket.rule.startswith("disputed:item:S24.a#")
    inspect_all(pack, by=OWNER, on=town.ON)
    assert Ticket.objects.get(pk=ticket.pk).closed_at is None
    shown = next(one for one in verdict(pack, "S24.a").materials if "清税" in one.material.name)
    assert shown.mode is Mode.UPLOAD and shown.blockers[0].cause is Cause.DISPUTED and shown.blockers[0].dispute == opened.pk
    answer_dispute(opened, on=town.ON, by=OWNER, answer="已改正")
    assert Ticket.objects.get(pk=ticket.pk).closed_on == town.ON
    assert [one.answer for one in of_subject(town.LOTUS, "S24.a")] == ["已改正"]
    assert next(one for one in verdict(pack, "S24.a").materials if "清税" in one.material.name).mode is Mode.SHARED
    assert Entry.objects.filter(act__startswith="items.").values_list("act", flat=True).order_by("id")[0] == "items.open_dispute"


def test_two_firms_each_have_their_own_dispute_of_the_same_datum(pack: Pack) -> None:
    datum = "register:tax_registration"
    for subject in (town.LOTUS, town.WILLOW):
        open_dispute(pack, verdict(pack, "S24.a", subject), datum, on=town.ON, by=HOLDER, reason="不对")
    assert Ticket.objects.filter(closed_at=None).count() == 2


def test_a_certificate_is_disputed_with_its_issuer(pack: Pack) -> None:
    issued.licence(pack)
    opened = open_dispute(pack, verdict(pack, "S24.a"), "certificate:business_licence", on=town.ON, by=HOLDER, reason="地址旧了")
    assert opened.department == pack.certificates["business_licence"].department and opened.ticket is not None
    assert opened.ticket.register == "legal_persons"


@pytest.mark.parametrize(("datum", "reason"), [("register:population", "不对"), ("", "不对"), ("register:tax_registration", " ")])
def test_nothing_is_disputed_that_does_not_stand_there_or_says_nothing(pack: Pack, datum: str, reason: str) -> None:
    with pytest.raises(NothingToDispute):
        open_dispute(pack, verdict(pack, "S24.a"), datum, on=town.ON, by=HOLDER, reason=reason)
    assert not Ticket.objects.exists()


# A department's own check ---------------------------------------------------------------------------------------------


def check(pack: Pack, material: str = "营业执照正副本", department: str = "administrative_approval", **more: Any) -> None:
    given = {"found": False, "on": town.ON, "by": OWNER, "reason": "档案系统不通。", **more}
    tell_check(pack, "S03.b", material, town.LOTUS, department, **given)


def test_a_check_that_fails_makes_the_verdict_fall_until_it_succeeds(pack: Pack) -> None:
    def mode(subject: str = town.LOTUS) -> tuple[Mode, list[Cause]]:
        found = next(one for one in verdict(pack, "S03.b", subject).materials if one.material.name == "营业执照正副本")
        return found.mode, [one.cause for one in found.blockers]

    assert mode() == (Mode.CHECK, [])
    check(pack)
    assert mode() == (Mode.UPLOAD, [Cause.CHECK_FAILED]) and mode(town.WILLOW) == (Mode.CHECK, [])
    check(pack, found=True, reason="查到了。")
    assert mode() == (Mode.CHECK, [])


@pytest.mark.parametrize("wrong", [{"material": "没有"}, {"department": "tax"}, {"reason": " "}])
def test_a_check_that_nobody_declared_is_refused(pack: Pack, wrong: dict[str, str]) -> None:
    with pytest.raises(NotChecked):
        check(pack, **wrong)
