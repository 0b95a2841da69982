"""The officers' desk: who may do what to a draft, what a form keeps, and what is said when something is refused."""

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from chengban.accounts.domain import open_account
from chengban.accounts.models import Account
from chengban.accounts.roles import Role
from chengban.ledger.models import Entry
from chengban.packs import current, tables_dmn
from chengban.policies import catalogue, editions
from chengban.policies.models import Edition, Publication
from chengban.policies.trials import trials
from chengban.portal import draft_fields
from tests import town
from tests.people import SETUP
from tests.policies.drafts import whole

AccountOf = Callable[[Role], Account]
BACKEND = "django.contrib.auth.backends.ModelBackend"
WHO: tuple[Role | None, ...] = (None, *Role)
ACTS = {
    # POST                                   visitor citizen agent clerk officer steward auditor administrator
    "/drafts":                              "302 403 403 403 302 403 403 403",
    "/drafts/{}":                           "302 403 403 403 302 403 403 403",
    "/drafts/{}/trial":                     "302 403 403 403 200 403 403 403",
    "/drafts/{}/subjects.csv":              "302 403 403 403 200 403 403 403",
    "/drafts/{}/submission":                "302 403 403 403 302 403 403 403",
    "/drafts/{}/disposal":                  "302 403 403 403 302 403 403 403",
    "/drafts/{}/approval":                  "302 403 403 403 302 403 403 403",
    "/drafts/{}/return":                    "302 403 403 403 302 403 403 403",
    "/drafts/{}/tables":                    "302 403 403 403 302 403 403 403",
    "/policies/P09/versions/2025/withdrawal": "302 403 403 403 302 403 403 403",
}  # fmt: skip


@pytest.fixture
def city(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_TODAY", town.ON.isoformat())
    # What a test writes only its own connection sees, so that the frame is read on it.
    monkeypatch.setattr(trials, "start", lambda work: work())
    monkeypatch.setattr(trials, "_held", OrderedDict())
    town.build(tmp_path)


def posted(written: dict[str, Any], revision: int = 1) -> dict[str, Any]:
    """The draft as a browser posts its form."""
    flat: dict[str, Any] = {"revision": str(revision)}

    def put(path: str, value: Any) -> None:
        if isinstance(value, dict):
            for key, one in value.items():
                put(f"{path}.{key}" if path else key, one)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for number, one in enumerate(value):
                put(f"{path}.{number}", one)
        else:
            flat[path] = value

    put("", written)
    return flat


def test_who_may_act_on_drafts(city: None, client: Client, account_of: AccountOf) -> None:
    met: dict[str, list[str]] = {path: [] for path in ACTS}
    for who in WHO:
        client.logout()
        if who is not None:
            client.force_login(account_of(who), BACKEND)
        for path in ACTS:
            edition = editions.begin(whole(), by=SETUP)
            met[path].append(str(client.post(path.format(edition.pk), posted(whole())).status_code))
    assert {path: " ".join(statuses) for path, statuses in met.items()} == ACTS


@pytest.fixture
def officer(city: None, client: Client, account_of: AccountOf) -> Client:
    client.force_login(account_of(Role.OFFICER), BACKEND)
    return client


def second_officer() -> Client:
    from chengban.accounts.domain import grant_role

    account = open_account("b-officer", display_name="许问渠", password=None, by=SETUP)
    grant_role(account, Role.OFFICER, by=SETUP)
    client = Client()
    client.force_login(account, BACKEND)
    return client


def test_a_form_comes_back_as_it_was_posted() -> None:
    from django.http import QueryDict

    form = QueryDict(mutable=True)
    for name, value in posted(whole()).items():
        form.setlist(name, value if isinstance(value, list) else [value])
    assert draft_fields.read(dict(form.lists())) == whole()


names = st.sampled_from(["version.clauses.0.when", "version.clauses.99.when", "policy.id.x", "policy", "policy.departments"])


@given(st.dictionaries(st.text(max_size=30) | names, st.lists(st.text(max_size=20), min_size=1, max_size=3), max_size=8))
@settings(max_examples=300, deadline=None)
def test_no_posted_form_breaks_the_reader_or_puts_what_the_table_does_not_know(fields: dict[str, list[str]]) -> None:
    written = draft_fields.read(fields)
    assert written.keys() <= {"policy", "version", "examples"}
    assert len(draft_fields.shown(current(), written, [])) == len(draft_fields.GROUPS)


def test_from_a_draft_to_a_policy_that_everybody_sees(officer: Client) -> None:
    officer.post("/drafts", {"policy": ""})
    edition = Edition.objects.get()
    officer.post(f"/drafts/{edition.pk}", posted(whole()))
    assert "最低参保人数" in officer.get(f"/drafts/{edition.pk}").content.decode()
    officer.post(f"/drafts/{edition.pk}/submission")
    mine = officer.post(f"/drafts/{edition.pk}/approval", follow=True).content.decode()
    assert "不能自己审核" in mine and not Publication.objects.exists()
    answer = second_officer().post(f"/drafts/{edition.pk}/approval", follow=True).content.decode()
    assert "已公布" in answer
    assert "稳定用工补贴" in Client().get("/policies").content.decode()
    assert Client().get("/policies/P40").status_code == 200
    assert any(row["id"] == "P40" for row in Client().get("/api/policies").json())


def test_mistakes_stand_at_their_fields_and_nothing_is_lost(officer: Client) -> None:
    draft = whole()
    draft["version"]["clauses"][0]["when"] = "上年度参保人 >= 最低参保人数"
    edition = editions.begin(draft, by=SETUP)
    page = officer.get(f"/drafts/{edition.pk}").content.decode()
    assert 'href="#f-version-clauses-0-when"' in page and "上年度参保人 &gt;= 最低参保人数" in page
    assert "第 1 行第 1 字" in page
    refused = officer.post(f"/drafts/{edition.pk}/submission", follow=True).content.decode()
    assert "没有叫“上年度参保人”的指标或参数" in refused


def test_who_saves_second_keeps_what_they_typed_on_the_page(officer: Client) -> None:
    edition = editions.begin(whole(), by=SETUP)
    officer.post(f"/drafts/{edition.pk}", posted(whole(heads="20")))
    answer = officer.post(f"/drafts/{edition.pk}", posted(whole(heads="30")))
    assert answer.status_code == 409 and 'value="30"' in answer.content.decode()


def test_the_living_figures_are_those_of_the_city_and_the_list_is_recorded(officer: Client) -> None:
    edition = editions.begin(whole("P09", "2026", "2025-12-02"), by=SETUP)
    page = officer.post(f"/drafts/{edition.pk}/trial", posted(whole("P09", "2026", "2025-12-02"))).content.decode()
    assert "和现行版本比" in page and "各县(市、区)" in page
    answer = officer.post(f"/drafts/{edition.pk}/subjects.csv")
    lines = answer.content.decode().splitlines()
    assert lines[0].startswith("subject,change,") and town.LOTUS in "".join(lines)
    assert Entry.objects.filter(act="policies.simulate").count() == 1


def test_a_table_is_imported_named_in_a_formula_and_exported(officer: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    table = {"id": "bonus", "name": "阶梯标准", "inputs": ["上年度参保人数"],
             "rules": [{"when": ["< 10"], "then": "100"}, {"when": ["-"], "then": "200"}]}  # fmt: skip
    draft = whole()
    draft["version"]["amount"]["formula"] = "上年度参保人数 * 阶梯标准"
    draft["examples"][0]["amount"] = "2400"
    edition = editions.begin(draft, by=SETUP)
    file = SimpleUploadedFile("bonus.dmn", tables_dmn.write(table))
    officer.post(f"/drafts/{edition.pk}/tables", {"file": file, "revision": "1"})
    edition.refresh_from_db()
    kept = edition.written["version"]["tables"][0]
    assert kept["rules"] == table["rules"] and kept["inputs"] == table["inputs"]
    from chengban.policies.drafting import mistakes_in

    assert mistakes_in(catalogue.current(), edition.written) == []
    assert tables_dmn.read(officer.get(f"/drafts/{edition.pk}/tables/bonus.dmn").content)[0]["rules"] == table["rules"]
    wrong = SimpleUploadedFile("x.dmn", b"<html/>")
    answer = officer.post(f"/drafts/{edition.pk}/tables", {"file": wrong, "revision": "2"}, follow=True)
    assert "不是能读的 DMN 文件" in answer.content.decode()


def test_a_withdrawal_says_so_on_the_policys_page(officer: Client) -> None:
    answer = officer.post("/policies/P09/versions/2025/withdrawal", {"reason": "文件废止"}, follow=True).content.decode()
    assert "已撤回" in answer and "文件废止" in Client().get("/policies/P09?version=2025").content.decode()
