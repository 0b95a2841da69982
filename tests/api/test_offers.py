"""Each role at each verb of offers by the API, and the shapes of the answers."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from chengban import packs
from chengban.accounts.models import Account
from chengban.accounts.roles import Role
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.policies import offers
from chengban.policies.models import Offer
from tests import town
from tests.api.test_doors import AccountOf, enter
from tests.offered import BY, FIRM, lotus, lotus_noticed
from tests.people import person
from tests.policies.test_offers import proposed

pytestmark = pytest.mark.filterwarnings("ignore::chengban.rules.columnar.rows.RowByRowWarning")
WHY = {"reason": "查明"}
As = Callable[[Role | None], Client]


@pytest.fixture(autouse=True)
def city(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_TODAY", town.ON.isoformat())
    town.build(tmp_path)


@pytest.fixture
def as_(client: Client, account_of: AccountOf) -> As:
    return lambda role: enter(client, role, account_of)


VERBS = {
    # verb: the offer, the form, then             visitor citizen agent clerk officer steward auditor administrator
    "acceptance":   (lotus_noticed, {"account": "62001"}, "401 404 200 404 404 404 404 404"),
    "declination":  (lotus, {},                           "401 404 200 404 404 404 404 404"),
    "dispute":      (lotus, {"fact": "?", **WHY},         "401 404 200 404 404 404 404 404"),
    "objections":   (lotus_noticed, WHY,                  "401 200 200 200 200 200 200 200"),
    "confirmation": (lotus, {},                           "401 403 403 403 200 403 403 403"),
    "rejection":    (lotus, WHY,                          "401 403 403 403 200 403 403 403"),
}  # fmt: skip


def post(client: Client, offer: Offer | int, verb: str, form: dict[str, Any]) -> Any:
    number = offer if isinstance(offer, int) else offer.pk
    return client.post(f"/api/offers/{number}/{verb}", form, content_type="application/json")


@pytest.mark.parametrize("verb", VERBS)
def test_who_may_do_what(verb: str, as_: As) -> None:
    make, form, expected = VERBS[verb]
    found = []
    for role in (None, *Role):
        Offer.objects.all().delete()
        offer = make()
        given = form | ({"fact": next(iter(offer.explanation[0]["facts"]))} if "fact" in form else {})
        before = offer.steps.count()
        answer = post(as_(role), offer, verb, given)
        assert (offer.steps.count() > before) == (answer.status_code == 200), answer.content
        found.append(str(answer.status_code))
    assert found == expected.split()


def test_an_officer_of_another_department_decides_nothing(as_: As, account_of: AccountOf) -> None:
    Account.objects.filter(pk=account_of(Role.OFFICER).pk).update(department="science")
    assert post(as_(Role.OFFICER), lotus(), "confirmation", {}).status_code == 403


@pytest.mark.parametrize("verb", ["acceptance", "declination", "dispute"])
def test_another_firms_offer_is_that_of_none(verb: str, as_: As) -> None:
    others, form = proposed(town.WILLOW), VERBS[verb][1]
    agent = as_(Role.AGENT)
    there, nowhere = post(agent, others, verb, form), post(agent, 0, verb, form)
    assert (there.status_code, there.json()) == (nowhere.status_code, nowhere.json())


def test_an_objector_learns_nothing_of_the_offer(as_: As) -> None:
    assert set(post(as_(Role.CLERK), lotus_noticed(), "objections", WHY).json()) == {"detail"}
    assert post(as_(Role.CLERK), proposed("S1"), "objections", WHY).status_code == 404


def test_who_objects_too_often_is_told_so_and_others_are_not(as_: As) -> None:
    offer = lotus_noticed()
    for _ in range(3):
        assert post(as_(Role.CLERK), offer, "objections", WHY).status_code == 200
        offers.settle_objection(offer, upheld=False, by=BY, reason="查无此事")
    answer = post(as_(Role.CLERK), offer, "objections", WHY)
    assert answer.status_code == 429 and "已提出过 3 次异议" in answer.json()["detail"]
    assert post(as_(Role.CITIZEN), offer, "objections", WHY).status_code == 200


def test_one_account_stops_no_whole_list(as_: As) -> None:
    from chengban.policies import offering

    listed = [proposed(f"S{number}") for number in range(21)]
    for one in listed:
        offers.confirm(one, by=BY)
        offering.begin_notice(packs.current(), one, on=town.ON, by=BY)
    met = [post(as_(Role.CLERK), one, "objections", WHY).status_code for one in listed]
    assert met == [200] * 20 + [429]
    with clock.pinned(clock.now() + timedelta(days=1, minutes=1)):
        offers.object_to(listed[-1], on=town.ON, by=as_account(Role.CLERK), reason="有欠薪")


def as_account(role: Role) -> Actor:
    return person(role).actor


def test_what_a_verb_refuses_is_a_409_with_its_words(as_: As) -> None:
    answer = post(as_(Role.AGENT), lotus(), "acceptance", {"account": "62001"})
    assert answer.status_code == 409 and "部门确认以后" in answer.json()["detail"]


def test_an_unsafe_call_needs_the_token(account_of: AccountOf) -> None:
    strict = enter(Client(enforce_csrf_checks=True), Role.AGENT, account_of)
    assert post(strict, lotus_noticed(), "acceptance", {"account": "62001"}).status_code == 403


def test_a_list_is_of_a_policy_a_period_and_a_standing(as_: As) -> None:
    first, second = lotus(), proposed("S1")
    offers.confirm(second, by=BY)
    officer = as_(Role.OFFICER)

    def ids(query: str) -> list[int]:
        return [row["id"] for row in officer.get(f"/api/offers?policy=P09{query}").json()]

    assert ids("") == [first.pk, second.pk] and ids(f"&after={first.pk}") == [second.pk]
    assert ids("&period=2025&standing=confirmed") == [second.pk] and ids("&period=2024") == []
    assert officer.get("/api/offers?policy=P09&standing=nowhere").status_code == 422
    row = officer.get("/api/offers?policy=P09").json()[0]
    assert (row["amount"], row["standing"], row["name"]) == ("21600.00", "proposed", "聊城清荷软件有限公司")
    assert "account" not in str(row) and [step["step"] for step in row["steps"]] == ["proposed"]


def test_a_firm_reads_its_own(as_: As) -> None:
    offer = lotus_noticed()
    offers.accept(offer, account="62001", by=FIRM)
    (row,) = as_(Role.AGENT).get(f"/api/enterprises/{town.LOTUS}/offers").json()
    assert (row["standing"], row["notice_until"]) == ("accepted", "2025-12-08")
