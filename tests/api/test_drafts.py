"""Each role at each verb of drafts by the API, and a draft's whole life over it."""

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from chengban.accounts.domain import grant_role, open_account
from chengban.accounts.roles import Role
from chengban.policies import catalogue, editions
from chengban.policies.models import Edition, Publication
from chengban.policies.rewriting import written_from
from chengban.policies.trials import trials
from tests import town
from tests.api.test_doors import AccountOf, enter
from tests.people import SETUP
from tests.policies.drafts import whole

As = Callable[[Role | None], Client]
WHY = {"reason": "文件废止"}
MORE = {"revision": 1, "written": whole(heads="20")}


@pytest.fixture(autouse=True)
def city(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_TODAY", town.ON.isoformat())
    # What a test writes only its own connection sees, so that the frame is read on it.
    monkeypatch.setattr(trials, "start", lambda work: work())
    monkeypatch.setattr(trials, "_held", OrderedDict())
    town.build(tmp_path)


@pytest.fixture
def officer(client: Client, account_of: AccountOf) -> Client:
    return enter(client, Role.OFFICER, account_of)


@pytest.fixture
def second() -> Client:
    account = open_account("b-officer", display_name="许问渠", password=None, by=SETUP)
    grant_role(account, Role.OFFICER, by=SETUP)
    client = Client()
    client.force_login(account, "django.contrib.auth.backends.ModelBackend")
    return client


def call(client: Client, method: str, path: str, form: Any = None) -> Any:
    return getattr(client, method)(f"/api/{path}", {} if form is None else form, content_type="application/json")


def written_draft() -> Edition:
    return editions.begin(whole(), by=SETUP)


def submitted() -> Edition:
    """Of a policy of its own, so that one may be published after another."""
    edition = editions.begin(whole(f"P{40 + Edition.objects.count()}"), by=SETUP)
    editions.submit(edition, by=SETUP)
    return edition


VERBS = {
    # verb: the method, the draft, the form, then                                        visitor citizen agent clerk officer …
    "drafts":               ("post", written_draft, {},                                   "401 403 403 403 201 403 403 403"),
    "drafts/{}":            ("put", written_draft, MORE,                                  "401 403 403 403 200 403 403 403"),
    "drafts/{}/submission": ("post", written_draft, {},                                   "401 403 403 403 200 403 403 403"),
    "drafts/{}/disposal":   ("post", written_draft, WHY,                                  "401 403 403 403 200 403 403 403"),
    "drafts/{}/return":     ("post", submitted, WHY,                                      "401 403 403 403 200 403 403 403"),
    "drafts/{}/approval":   ("post", submitted, {},                                       "401 403 403 403 200 403 403 403"),
    "policies/P09/versions/2025/withdrawal": ("post", written_draft, WHY,                 "401 403 403 403 200 403 403 403"),
}  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_who_may_do_what(verb: str, client: Client, account_of: AccountOf) -> None:
    method, make, form, expected = VERBS[verb]
    found = []
    for role in (None, *Role):
        edition = make()
        before = happened()
        answer = call(enter(client, role, account_of), method, verb.format(edition.pk), form)
        assert (happened() > before) == (answer.status_code < 300), answer.content
        found.append(str(answer.status_code))
    assert found == expected.split()


def happened() -> int:
    from chengban.ledger.models import Entry

    return Entry.objects.filter(act__startswith="policies.").count()


def test_the_life_of_a_draft(officer: Client, second: Client) -> None:
    begun = call(officer, "post", "drafts")
    assert (begun.status_code, begun.json()["step"], begun.json()["mistakes"]) == (201, "written", [])
    at = f"drafts/{begun.json()['id']}"
    wrong = whole()
    wrong["version"]["clauses"][0]["when"] = "上年度参保人 >= 最低参保人数"
    saved = call(officer, "put", at, {"revision": 1, "written": wrong}).json()
    (mistake,) = saved["mistakes"]
    assert (mistake["field"], mistake["line"], mistake["column"]) == ("version.clauses.0.when", 1, 1)
    assert saved["revision"] == 2 and saved["written"] == wrong
    refused = call(officer, "post", f"{at}/submission")
    assert refused.status_code == 409 and "上年度参保人" in refused.json()["detail"]
    assert call(officer, "get", f"{at}/trial").status_code == 409
    assert call(officer, "put", at, {"revision": 2, "written": whole()}).json()["mistakes"] == []
    assert call(officer, "post", f"{at}/submission").json()["may_approve"] is False
    own = call(officer, "post", f"{at}/approval")
    assert own.status_code == 409 and "不能自己审核" in own.json()["detail"] and not Publication.objects.exists()
    assert call(second, "get", at).json()["may_approve"] is True
    assert call(second, "post", f"{at}/approval").json()["step"] == "published"
    assert [row["version"] for row in call(Client(), "get", "policies").json() if row["id"] == "P40"] == [None]  # from 2026 on
    assert catalogue.current().policies["P40"].in_force(town.ON.replace(year=2026)) is not None
    withdrawn = call(second, "post", "policies/P40/versions/2026/withdrawal", WHY)
    assert withdrawn.json() == {"act": "withdrawn", "policy": "P40", "version": "2026", "on": "2025-12-01", "reason": "文件废止"}
    assert catalogue.current().policies["P40"].in_force(town.ON.replace(year=2026)) is None
    assert call(second, "post", "policies/P40/versions/2026/withdrawal", WHY).status_code == 409


def test_who_saves_second_is_told_and_changes_nothing(officer: Client) -> None:
    at = f"drafts/{written_draft().pk}"
    assert call(officer, "put", at, {"revision": 1, "written": whole(heads="20")}).status_code == 200
    late = call(officer, "put", at, {"revision": 1, "written": whole(heads="30")})
    assert late.status_code == 409 and "被别人改过" in late.json()["detail"]
    assert call(officer, "get", at).json()["written"] == whole(heads="20")


def test_a_submitted_draft_is_sent_back_and_given_up(officer: Client, second: Client) -> None:
    at = f"drafts/{submitted().pk}"
    assert call(second, "post", f"{at}/return").status_code == 409  # never without a reason
    sent = call(second, "post", f"{at}/return", {"reason": "第二条的标准有误"}).json()
    assert (sent["step"], sent["steps"][0]["reason"], sent["steps"][0]["by"]) == ("returned", "第二条的标准有误", "许问渠")
    assert call(officer, "post", f"{at}/disposal", WHY).json()["step"] == "discarded"
    assert call(officer, "put", at, {"revision": 1, "written": whole()}).status_code == 409


def test_a_trial_is_of_the_whole_city_beside_what_is_in_force(officer: Client) -> None:
    new = editions.begin(whole("P09", "2026", "2025-12-02"), by=SETUP)
    told = call(officer, "get", f"drafts/{new.pk}/trial").json()
    assert told["subjects"] == 3 and told["draft"]["version"] == "2026"
    assert (told["draft"]["amount"], told["budget"], told["over_budget"]) == ("24000.00", "1000000", None)
    assert told["in_force"]["amount"] == "21600.00" and told["changes"]["amount"] == "2400.00"
    first = call(officer, "get", f"drafts/{written_draft().pk}/trial").json()
    assert first["in_force"] is None and first["changes"] is None


def test_while_the_city_is_still_being_read_a_trial_says_how_far(officer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "start", lambda work: None)
    answer = call(officer, "get", f"drafts/{written_draft().pk}/trial")
    assert (answer.status_code, answer.json()) == (202, {"percent": 0})


def test_what_is_in_force_of_every_policy_is_begun_from_and_saved_unchanged(officer: Client) -> None:
    for policy in catalogue.current().policies.values():
        begun = call(officer, "post", "drafts", {"policy": policy.id}).json()
        assert begun["written"] == written_from(catalogue.current(), policy, on=town.ON)
        saved = call(officer, "put", f"drafts/{begun['id']}", {"revision": 1, "written": begun["written"]})
        assert saved.status_code == 200 and saved.json()["revision"] == 1, (policy.id, saved.content)
    assert call(officer, "post", "drafts", {"policy": "P99"}).status_code == 404


WRONG = [
    {"policy": {"color": "red"}}, {"version": {"clauses": [{"when": 3}]}}, {"policy": {"departments": "human_resources"}},
    {"version": {"tables": [{"id": "不行", "name": "t", "inputs": [], "rules": [], "citation": {}}]}},
    {"policy": {"name": "a\x00b"}}, {"examples": [{}] * 61}, {"version": {"note": "长" * 20_001}},
]  # fmt: skip


@pytest.mark.parametrize("written", WRONG)
def test_what_is_no_form_is_not_taken(written: dict[str, Any], officer: Client) -> None:
    edition = written_draft()
    assert call(officer, "put", f"drafts/{edition.pk}", {"revision": 1, "written": written}).status_code == 422
    edition.refresh_from_db()
    assert edition.written == whole()


def test_the_list_asks_as_much_for_three_as_for_one(officer: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    written_draft()
    call(officer, "get", "drafts")
    for count in (1, 3):
        while Edition.objects.count() < count:
            written_draft()
        with django_assert_num_queries(4):
            rows = call(officer, "get", "drafts").json()
        assert len(rows) == count and {(row["step"], row["policy"]) for row in rows} == {("written", "P40")}


def test_an_unsafe_call_needs_the_token(account_of: AccountOf) -> None:
    strict = enter(Client(enforce_csrf_checks=True), Role.OFFICER, account_of)
    assert call(strict, "post", "drafts").status_code == 403 and not Edition.objects.exists()
