"""Each role at each endpoint, and the shapes of what they answer."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from chengban.accounts.domain import give_mandate
from chengban.accounts.models import Account, MandateKind
from chengban.accounts.roles import Role
from tests import town
from tests.people import SETUP

AccountOf = Callable[[Role], Account]
WHO: tuple[Role | None, ...] = (None, *Role)
OWN, OTHER = f"/api/enterprises/{town.LOTUS}", f"/api/enterprises/{town.WILLOW}"

DOORS = {
    # path                                  visitor citizen agent clerk officer steward auditor administrator
    "/api/openapi.json":                    "200 200 200 200 200 200 200 200",
    "/api/policies":                        "200 200 200 200 200 200 200 200",
    "/api/policies/P09":                    "200 200 200 200 200 200 200 200",
    "/api/policies/P99":                    "404 404 404 404 404 404 404 404",
    "/api/map":                            "200 200 200 200 200 200 200 200",
    "/api/cockpit":                        "401 403 403 403 200 403 200 200",
    "/api/cockpit?year=2024&policy=P09":   "401 403 403 403 200 403 200 200",
    "/api/cockpit?policy=P99":             "401 403 403 403 404 403 404 404",
    "/api/cockpit?year=12":                "401 403 403 403 404 403 404 404",
    "/api/items?q=开饭店":                  "200 200 200 200 200 200 200 200",
    "/api/items":                           "422 422 422 422 422 422 422 422",
    "/api/items/S04.d":                     "200 200 200 200 200 200 200 200",
    "/api/items/S99.a":                     "404 404 404 404 404 404 404 404",
    "/api/items/S04.d/verdict":             "401 200 200 403 403 403 403 403",
    "/api/items/S99.a/verdict":             "401 404 404 403 403 403 403 403",
    "/api/items/S04.d/verdict?for=many":    "401 422 422 422 422 422 422 422",
    "/api/items/S04.d/disputes":            "405 405 405 405 405 405 405 405",
    "/api/items/S04.d/checks":              "405 405 405 405 405 405 405 405",
    "/api/material-free":                   "401 403 403 403 404 404 404 403",
    "/api/disputes/7/answer":               "405 405 405 405 405 405 405 405",
    f"{OWN}/items/S04.d":                   "401 404 200 403 403 404 404 404",
    f"{OWN}/items/S99.a":                   "401 404 404 403 403 404 404 404",
    f"{OTHER}/items/S04.d":                 "401 404 404 403 403 404 404 404",
    "/api/enterprises/91371502MA3C00404X/items/S04.d": "401 404 404 403 403 404 404 404",
    "/api/scenes/S04?signboard=yes":        "200 200 200 200 200 200 200 200",
    "/api/scenes/S99":                      "404 404 404 404 404 404 404 404",
    "/api/scenes/S04/plan":                 "405 405 405 405 405 405 405 405",
    "/api/registers":                       "200 200 200 200 200 200 200 200",
    OWN:                                    "401 404 200 403 403 404 404 404",
    f"{OWN}/policies":                      "401 404 200 403 403 404 404 404",
    f"{OWN}/offers":                        "401 404 200 200 200 404 404 404",
    f"{OTHER}/offers":                      "401 404 404 200 200 404 404 404",
    "/api/offers?policy=P09":               "401 403 403 403 200 403 200 403",
    "/api/offers/7/acceptance":             "405 405 405 405 405 405 405 405",
    "/api/offers/7/declination":            "405 405 405 405 405 405 405 405",
    "/api/offers/7/dispute":                "405 405 405 405 405 405 405 405",
    "/api/offers/7/objections":             "405 405 405 405 405 405 405 405",
    "/api/offers/7/confirmation":           "405 405 405 405 405 405 405 405",
    "/api/offers/7/rejection":              "405 405 405 405 405 405 405 405",
    "/api/drafts":                          "401 403 403 403 200 403 200 403",
    "/api/drafts/7":                        "401 403 403 403 404 403 404 403",
    "/api/drafts/7/trial":                  "401 403 403 403 404 403 404 403",
    "/api/drafts/7/submission":             "405 405 405 405 405 405 405 405",
    "/api/drafts/7/disposal":               "405 405 405 405 405 405 405 405",
    "/api/drafts/7/return":                 "405 405 405 405 405 405 405 405",
    "/api/drafts/7/approval":               "405 405 405 405 405 405 405 405",
    "/api/policies/P09/versions/x/withdrawal": "405 405 405 405 405 405 405 405",
    OTHER:                                  "401 404 404 403 403 404 404 404",
    f"{OTHER}/policies":                    "401 404 404 403 403 404 404 404",
    f"{OWN}/readings":                      "401 404 200 404 404 404 404 404",
    "/api/me/readings":                      "401 200 404 404 404 404 404 404",
    "/api/tasks":                            "405 405 405 405 405 405 405 405",
    "/api/answers":                          "405 405 405 405 405 405 405 405",
    "/api/readings/7/question":              "405 405 405 405 405 405 405 405",
    "/api/data-requests":                    "401 403 403 403 200 200 200 403",
    "/api/data-requests/7/records":          "405 405 405 405 405 405 405 405",
    "/api/data-requests/7/approval":         "405 405 405 405 405 405 405 405",
    "/api/letters":                         "401 200 200 403 403 403 403 403",
    "/api/letters/404/reading":             "405 405 405 405 405 405 405 405",
    "/api/certificates":                    "401 200 200 403 403 403 403 403",
    "/api/certificates/7":                  "401 404 404 403 403 403 403 403",
    "/api/certificates/7/faces/pdf":        "401 404 404 403 403 403 403 403",
    "/api/certificates/7/codes":            "405 405 405 405 405 405 405 405",
    "/api/certificate-codes/readings":      "405 405 405 405 405 405 405 405",
    "/api/use-requests":                    "401 200 200 403 403 403 403 403",
    "/api/use-requests/asked":              "401 403 403 200 200 403 403 403",
    "/api/use-requests/7":                  "401 404 404 404 404 404 404 404",
    "/api/use-requests/7/consent":          "405 405 405 405 405 405 405 405",
    "/api/use-requests/7/refusal":          "405 405 405 405 405 405 405 405",
    "/api/use-requests/7/revocation":       "405 405 405 405 405 405 405 405",
    "/api/use-requests/7/looks":            "405 405 405 405 405 405 405 405",
    "/api/verification":                    "405 405 405 405 405 405 405 405",
    "/api/verification/documents":          "405 405 405 405 405 405 405 405",
    "/api/status-lists/7":                  "404 404 404 404 404 404 404 404",
    "/api/ledger/entries/0/proof":          "401 403 403 403 403 403 404 403",
    "/api/ledger/consistency?old=1&size=2": "404 404 404 404 404 404 404 404",
    "/api/enterprises/91371502MA3C00404X":  "401 404 404 403 403 404 404 404",
}  # fmt: skip


@pytest.fixture
def city(db: None, tmp_path: Path) -> None:
    town.build(tmp_path)


@pytest.fixture
def agent(client: Client, account_of: AccountOf) -> Client:
    return enter(client, Role.AGENT, account_of)


def enter(client: Client, role: Role | None, account_of: AccountOf) -> Client:
    client.logout()
    if role is not None:
        account = account_of(role)
        if role is Role.CITIZEN:
            give_mandate(account, town.CITIZEN, kind=MandateKind.CITIZEN, by=SETUP)
        if role is Role.AGENT:
            give_mandate(account, town.LOTUS, kind=MandateKind.ENTERPRISE, by=SETUP)
        client.force_login(account, "django.contrib.auth.backends.ModelBackend")
    return client


def test_who_may_call_what(city: None, client: Client, account_of: AccountOf) -> None:
    met: dict[str, list[str]] = {path: [] for path in DOORS}
    for who in WHO:
        enter(client, who, account_of)
        for path in DOORS:
            met[path].append(str(client.get(path).status_code))
    assert {path: " ".join(statuses) for path, statuses in met.items()} == DOORS


def test_no_endpoint_is_left_out_of_the_table(client: Client, db: None) -> None:
    declared = client.get("/api/openapi.json").json()["paths"]
    called = {path.replace(town.LOTUS, "{subject}").replace("P09", "{policy_id}").replace("404/", "{letter_id}/") for path in DOORS}
    called = {path.split("?")[0].replace("/7/", "/{number}/").replace("/0/", "/{number}/") for path in called}
    called = {re.sub(r"/7(?=/|$)", "/{number}", path.split("?")[0]).replace("/x/", "/{version}/") for path in called}
    called = {path.replace("requests/{number}/approval", "requests/{number}/{act}") for path in called}
    called = {path.replace("S04.d", "{item_id}").replace("/S04", "/{scene_id}") for path in called}
    called = {path.replace("S04.d", "{item_id}").replace("/S04", "/{scene_id}").replace("/pdf", "/{form}") for path in called}
    assert set(declared) - called == set()


def test_another_firms_answer_is_that_of_no_firm(city: None, agent: Client) -> None:
    assert agent.get(OTHER).json() == agent.get("/api/enterprises/91371502MA3C00404X").json()


def test_a_verdict_has_its_clauses_and_exact_money(city: None, agent: Client) -> None:
    answer = agent.get(f"{OWN}/policies").json()
    verdict = next(each for each in answer["policies"] if each["policy"] == "P09")
    assert (verdict["verdict"], verdict["amount"], verdict["near"], verdict["missing"]) == ("eligible", "21600.00", None, [])
    assert {clause["verdict"] for clause in verdict["clauses"]} == {"eligible"}
    assert all(clause["citation"]["title"] for clause in verdict["clauses"])


def test_a_fact_that_is_not_known_is_null_and_says_so(city: None, agent: Client) -> None:
    facts = {fact["id"]: fact for fact in agent.get(OWN).json()["facts"]}
    unknown = [fact for fact in facts.values() if not fact["known"]]
    assert unknown and all(fact["value"] is None for fact in unknown)
    assert facts["vat_type"]["value"] == "小规模" and facts["vat_type"]["register_id"] == "tax_registration"


def test_a_policys_unconfirmed_values_are_marked(client: Client, db: None) -> None:
    marks = {
        parameter["confidence"]
        for policy in client.get("/api/policies").json()
        for version in client.get(f"/api/policies/{policy['id']}").json()["versions"]
        for parameter in version["parameters"]
    }
    assert marks <= {"S", "K", "?"} and "?" in marks


def test_lists_ask_the_database_for_what_was_published_alone(
    client: Client, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        client.get("/api/policies")
        client.get("/api/registers")
