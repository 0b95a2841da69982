"""The home page's reminders: whom what waits for, and that more of it costs no more queries."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chengban import packs
from chengban.accounts.domain import give_mandate, open_account
from chengban.accounts.models import Account, MandateKind
from chengban.accounts.roles import Role
from chengban.ledger import Actor
from chengban.policies import editions, offers
from chengban.portal.reminders import reminders
from chengban.reach.domain import tell
from tests import town
from tests.api.test_doors import AccountOf, enter
from tests.people import SETUP, person
from tests.policies.drafts import whole
from tests.policies.test_offers import proposed, verdict_of
from tests.portal.test_money_pages import pay

pytestmark = pytest.mark.filterwarnings("ignore::chengban.rules.columnar.rows.RowByRowWarning")


@pytest.fixture(autouse=True)
def city(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_TODAY", town.ON.isoformat())
    town.build(tmp_path)


def seen(role: Role) -> dict[str, int] | None:
    found = reminders(packs.current(), fresh(person(role)))
    return None if found is None else {f"{one.address}": one.count for one in found}


def fresh(account: Account) -> Account:
    """As a new request reads it: what an account holds is kept while it is answered."""
    return Account.objects.get(pk=account.pk)


OWN = f"/enterprises/{town.LOTUS}/offers"


def some(number: int) -> None:
    """One more of each thing that waits, for everybody."""
    for subject, policy in ((town.LOTUS, "P12"), (town.CITIZEN, "P25")):
        offer = offers.propose(packs.current(), verdict_of(policy), subject, str(2023 + number), on=town.ON, by=SETUP)
        offers.confirm(offer, by=SETUP)  # a letter each
    proposed(f"S{number}", "P09")
    edition = editions.begin(whole(f"P{50 + number}"), by=Actor.account(0))
    editions.submit(edition, by=Actor.account(0))
    pay(f"R{number}", refuse=True)


def test_each_role_is_told_of_what_it_may_act_on() -> None:
    give_mandate(person(Role.AGENT), town.LOTUS, kind=MandateKind.ENTERPRISE, by=SETUP)
    give_mandate(person(Role.CITIZEN), town.CITIZEN, kind=MandateKind.CITIZEN, by=SETUP)
    assert [seen(role) for role in Role] == [{}, {}, None, {}, None, None, {}]
    some(0)
    assert seen(Role.CITIZEN) == {"/me/offers": 1, "/letters": 1}
    assert seen(Role.AGENT) == {OWN: 1, "/letters": 1}
    assert seen(Role.OFFICER) == {"/drafts": 1, "/delivery": 1, "/delivery#returned": 1}
    assert seen(Role.ADMINISTRATOR) == {"/exchange#messages": 1}
    assert {seen(role) is None for role in (Role.CLERK, Role.STEWARD, Role.AUDITOR)} == {True}


def test_what_was_answered_read_or_is_ones_own_is_not_waited_for(client: Client, account_of: AccountOf) -> None:
    give_mandate(person(Role.AGENT), town.LOTUS, kind=MandateKind.ENTERPRISE, by=SETUP)
    offer = proposed(town.LOTUS, "P10")
    offers.confirm(offer, by=SETUP)
    offers.accept(offer, account="62001", by=person(Role.AGENT).actor)
    enter(client, Role.AGENT, account_of).post("/letters/readings")
    assert seen(Role.AGENT) == {}
    edition = editions.begin(whole(), by=person(Role.OFFICER).actor)
    editions.submit(edition, by=Actor.account(0))
    assert seen(Role.OFFICER) == {}


def test_an_officer_is_told_of_the_own_department_alone() -> None:
    some(0)
    Account.objects.filter(pk=person(Role.OFFICER).pk).update(department="science")
    assert seen(Role.OFFICER) == {"/drafts": 1}


def test_the_page_says_it_and_says_where_nothing_waits(client: Client, account_of: AccountOf) -> None:
    nobody = open_account("nobody", display_name="某", password=None, by=SETUP)
    client.force_login(nobody, "django.contrib.auth.backends.ModelBackend")
    assert "等您办的" not in client.get("/").content.decode()
    assert "等您办的" not in Client().get("/").content.decode()
    assert "现在没有等您办的" in enter(client, Role.ADMINISTRATOR, account_of).get("/").content.decode()
    tell(town.LOTUS, "offer_paid", "payment:1", "已到账", "正文", by=SETUP)
    page = enter(client, Role.AGENT, account_of).get("/").content.decode()
    assert '<span class="count">1</span> 封来信没有读' in page


@pytest.mark.parametrize("role", [Role.CITIZEN, Role.AGENT, Role.OFFICER, Role.ADMINISTRATOR])
def test_more_that_waits_costs_no_more_queries(role: Role, client: Client, account_of: Callable[[Role], Account]) -> None:
    give_mandate(person(Role.CITIZEN), town.CITIZEN, kind=MandateKind.CITIZEN, by=SETUP)
    enter(client, role, account_of)
    asked = []
    for numbers in ((0,), (1, 2)):
        for number in numbers:
            some(number)
        client.get("/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/")
        asked.append(len(queries))
    assert asked[0] == asked[1]
