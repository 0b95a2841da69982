"""The endpoint of a scene's plan: for anybody, and who may have what the city holds filled in."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from chengban.accounts.domain import give_mandate
from chengban.accounts.models import Account, MandateKind
from chengban.accounts.roles import Role
from chengban.ledger.models import Entry
from tests import town
from tests.people import SETUP

pytestmark = pytest.mark.django_db
AccountOf = Callable[[Role], Account]
WHO: tuple[Role | None, ...] = (None, *Role)
NOWHERE = "91371502MA3C00404X"
MANDATES = {Role.AGENT: (town.LOTUS, MandateKind.ENTERPRISE), Role.CITIZEN: (town.CITIZEN, MandateKind.CITIZEN)}

POSTS = {
    # scene, subject               visitor citizen agent clerk officer steward auditor administrator
    ("S03", None):                 "200 200 200 200 200 200 200 200",
    ("S99", None):                 "404 404 404 404 404 404 404 404",
    ("S03", town.LOTUS):           "401 404 200 404 404 404 404 404",
    ("S03", town.WILLOW):          "401 404 404 404 404 404 404 404",
    ("S03", NOWHERE):              "401 404 404 404 404 404 404 404",
    ("S12", town.CITIZEN):         "401 200 404 404 404 404 404 404",
}  # fmt: skip


@pytest.fixture
def city(tmp_path: Path) -> None:
    town.build(tmp_path)


def post(client: Client, scene: str, subject: str | None = None, **answers: object) -> Any:
    return client.post(f"/api/scenes/{scene}/plan", {"answers": answers, "subject": subject}, content_type="application/json")


def enter(client: Client, role: Role | None, account_of: AccountOf) -> Client:
    client.logout()
    if role is not None:
        account = account_of(role)
        if role in MANDATES:
            subject, kind = MANDATES[role]
            give_mandate(account, subject, kind=kind, by=SETUP)
        client.force_login(account, "django.contrib.auth.backends.ModelBackend")
    return client


def test_who_may_post_what(city: None, client: Client, account_of: AccountOf) -> None:
    met: dict[tuple[str, str | None], list[str]] = {key: [] for key in POSTS}
    for who in WHO:
        enter(client, who, account_of)
        for scene, subject in POSTS:
            met[(scene, subject)].append(str(post(client, scene, subject).status_code))
    assert {key: " ".join(statuses) for key, statuses in met.items()} == POSTS


def test_a_plan_under_answers(client: Client) -> None:
    told = post(client, "S04", signboard=False, gathering=None, tobacco="yes").json()
    assert {item["id"]: item["needed"] for item in told["items"]} == {
        "S04.a": True, "S04.b": True, "S04.c": False, "S04.d": "unknown", "S04.e": True
    }  # fmt: skip
    assert told["batches"] == [["S04.a"], ["S04.b", "S04.d", "S04.e"]] and told["joint"]["number"] == 45
    assert {one["id"]: one["origin"] for one in told["form"]}["uscc"] == "made"
    assert next(one for one in told["documents"] if one["name"] == "营业执照")["made_by"] == ["S04.a"]


def test_what_is_held_stands_in_the_answer_and_the_reading_in_the_ledger(city: None, client: Client, account_of: AccountOf) -> None:
    told = post(enter(client, Role.AGENT, account_of), "S03", town.LOTUS).json()
    held = {one["id"]: one["held"]["value"] for one in told["form"] if one["origin"] == "held"}
    assert held == {"company_name": "聊城清荷软件有限公司", "uscc": town.LOTUS} and told["subject"] == town.LOTUS
    assert Entry.objects.get(act="facts.read", subject=f"enterprise:{town.LOTUS}").payload["purpose"] == "own"


def test_another_firms_answer_is_that_of_no_firm(city: None, client: Client, account_of: AccountOf) -> None:
    agent = enter(client, Role.AGENT, account_of)
    assert post(agent, "S03", town.WILLOW).json() == post(agent, "S03", NOWHERE).json()
    assert not Entry.objects.filter(act="facts.read").exists()


def test_a_session_needs_its_token_to_have_something_read(city: None, account_of: AccountOf) -> None:
    strict = enter(Client(enforce_csrf_checks=True), Role.AGENT, account_of)
    assert post(strict, "S03", town.LOTUS).status_code == 403
    assert post(strict, "S03").status_code == 200


@pytest.mark.parametrize("answers", [{"strange": True}, {"signboard": "perhaps"}])
def test_answers_that_are_none_are_refused_with_a_sentence(client: Client, answers: dict[str, object]) -> None:
    answer = post(client, "S04", **answers)
    assert answer.status_code == 422 and "可以回答" in answer.json()["detail"]


def test_without_a_subject_the_database_is_asked_for_nothing(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        post(client, "S14")
