"""The endpoints of verdicts: own and for clerks, disputes, checks; each role at each post."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from chengban import packs
from chengban.accounts.domain import give_mandate
from chengban.accounts.models import Account, MandateKind
from chengban.accounts.roles import Role
from chengban.items.census import take_census
from chengban.items.models import DepartmentCheck, Dispute
from chengban.ledger.models import Entry
from tests import town
from tests.items.test_importing import row, take
from tests.people import SETUP

AccountOf = Callable[[Role], Account]
WHO: tuple[Role | None, ...] = (None, *Role)
DATUM = "register:tax_registration"


@pytest.fixture(autouse=True)
def city(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_TODAY", town.ON.isoformat())
    town.build(tmp_path)


@pytest.fixture
def enter(client: Client, account_of: AccountOf) -> Callable[..., Client]:
    def as_(role: Role | None, department: str = "") -> Client:
        client.logout()
        if role is not None:
            account = account_of(role)
            account.department = department
            account.save()
            if role is Role.AGENT:
                give_mandate(account, town.LOTUS, kind=MandateKind.ENTERPRISE, by=SETUP)
            if role is Role.CITIZEN:
                give_mandate(account, town.CITIZEN, kind=MandateKind.CITIZEN, by=SETUP)
            client.force_login(account, "django.contrib.auth.backends.ModelBackend")
        return client

    return as_


def told(client: Client, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    return answer.json()


def post(client: Client, path: str, **given: Any) -> Any:
    return client.post(path, given, content_type="application/json")


def dispute(client: Client, **more: Any) -> Any:
    return post(client, "/api/items/S24.a/disputes", **{"datum": DATUM, "reason": "不对", **more})


def check(client: Client, **more: Any) -> Any:
    given = {"material": "营业执照正副本", "subject": town.LOTUS, "department": "administrative_approval", "found": False}
    given["reason"] = "档案不通。"
    return post(client, "/api/items/S03.b/checks", **{**given, **more})


def test_the_own_verdict_and_a_clerks_are_the_same_but_for_the_purpose(enter: Any) -> None:
    own = told(enter(Role.AGENT), "/api/items/S24.a/verdict?for=1")
    clerk = enter(Role.CLERK)
    assert clerk.get(f"/api/enterprises/{town.LOTUS}/items/S24.a").status_code == 403, "no task, no verdict"
    assert post(clerk, "/api/tasks", subject=town.LOTUS, purpose="counter", about="办件 7 变更").status_code == 201
    clerks = told(clerk, f"/api/enterprises/{town.LOTUS}/items/S24.a")
    assert own == clerks and own["subject_name"] == "聊城清荷软件有限公司"
    assert [one["mode"] for one in own["materials"]] == ["U", "D", "F"]
    assert own["materials"][1]["evidence"]["data"] == [{"id": DATUM, "name": "税务登记库", "value": "有记录"}]
    purposes = Entry.objects.filter(act="facts.read").order_by("id").values_list("payload__purpose", flat=True)
    assert list(purposes) == ["own", "counter"]


def test_the_answers_in_the_address_choose(enter: Any) -> None:
    found = told(enter(Role.CITIZEN), "/api/items/S04.d/verdict?gathering=no")
    assert {one["needed"] for one in found["materials"]} == {False} and found["not_asked"] == len(found["materials"])
    open_ = told(enter(Role.CITIZEN), "/api/items/S04.d/verdict")
    assert {one["needed"] for one in open_["materials"]} == {"unknown"}


def test_an_imported_item_is_told_by_its_code(enter: Any, tmp_path: Path) -> None:
    take(tmp_path, [row("YL-7", 事项名称="古树名木移植审批", 申请材料=[{"材料名称": "移植方案"}])])
    assert told(enter(None), "/api/items/YL-7")["name"] == "古树名木移植审批"
    assert "YL-7" in [one["id"] for one in told(enter(None), "/api/items?q=古树名木移植")]
    verdict = told(enter(Role.AGENT), "/api/items/YL-7/verdict")
    assert verdict["materials"][0]["blockers"][0]["cause"] == "undeclared"


def test_a_dispute_and_its_answer(enter: Any) -> None:
    made = dispute(enter(Role.AGENT)).json()
    assert (made["department"], made["item"], made["answer"]) == ("tax", "S24.a", "") and made["ticket"]
    assert dispute(enter(Role.AGENT)).json()["id"] == made["id"]
    blocked = told(enter(Role.AGENT), "/api/items/S24.a/verdict")["materials"][1]["blockers"][0]
    assert (blocked["cause"], blocked["dispute"]) == ("disputed", made["id"])
    done = post(enter(Role.OFFICER, "tax"), f"/api/disputes/{made['id']}/answer", answer="已核实").json()
    assert (done["answer"], done["answered_on"]) == ("已核实", town.ON.isoformat())
    assert post(enter(Role.OFFICER, "tax"), f"/api/disputes/{made['id']}/answer", answer="再答").status_code == 409


@pytest.mark.parametrize("given", [{"datum": "register:population"}, {"reason": ""}])
def test_a_dispute_of_nothing_is_refused_in_words(enter: Any, given: dict[str, str]) -> None:
    answer = dispute(enter(Role.AGENT), **given)
    assert answer.status_code == 409 and "请" in answer.json()["detail"] and not Dispute.objects.exists()


def test_a_check_that_fails_is_told(enter: Any) -> None:
    assert check(enter(Role.CLERK, "administrative_approval")).status_code == 200
    found = told(enter(Role.AGENT), "/api/items/S03.b/verdict")
    licence = next(one for one in found["materials"] if one["name"] == "营业执照正副本")
    assert licence["mode"] == "U" and licence["blockers"][0]["sentence"].endswith("档案不通。")
    assert check(enter(Role.CLERK, "administrative_approval"), material="没有").status_code == 409
    assert check(enter(Role.CLERK, "administrative_approval"), subject="甲").status_code == 409
    assert DepartmentCheck.objects.count() == 1


POSTS = {
    # post              visitor citizen agent clerk officer steward auditor administrator
    "dispute":          "401 200 200 403 403 403 403 403",
    "dispute nothing":  "401 404 404 403 403 403 403 403",
    "answer theirs":    "401 403 403 403 200 200 403 403",
    "answer others'":   "401 403 403 403 404 404 403 403",
    "answer none":      "401 403 403 403 404 404 403 403",
    "check own":        "401 403 403 200 200 403 403 403",
    "check others'":    "401 403 403 403 403 403 403 403",
    "check nothing":    "401 403 403 404 404 403 403 403",
}  # fmt: skip


@pytest.mark.parametrize("what", POSTS)
def test_who_may_post_what(what: str, enter: Any) -> None:
    met = [str(_posted(what, who, enter)) for who in WHO]
    assert " ".join(met) == POSTS[what]


def _posted(what: str, who: Role | None, enter: Any) -> int:
    number = dispute(enter(Role.AGENT)).json()["id"]
    theirs = "science" if "others" in what else "administrative_approval" if what.startswith("check") else "tax"
    client = enter(who, theirs)
    if what == "dispute":
        datum = "register:population" if who is Role.CITIZEN else DATUM
        code = "S10.a" if who is Role.CITIZEN else "S24.a"
        answer = post(client, f"/api/items/{code}/disputes", datum=datum, reason="不对")
        return 200 if who is Role.CITIZEN and answer.status_code == 409 else int(answer.status_code)
    if what == "dispute nothing":
        return int(post(client, "/api/items/S99.a/disputes", datum=DATUM, reason="不对").status_code)
    if what.startswith("answer"):
        return int(post(client, f"/api/disputes/{0 if 'none' in what else number}/answer", answer="好的").status_code)
    return int((check(client) if "nothing" not in what else _no_item(client)).status_code)


def _no_item(client: Client) -> Any:
    given = {"material": "x", "subject": town.LOTUS, "department": "administrative_approval", "found": True, "reason": "x"}
    return post(client, "/api/items/S99.a/checks", **given)


def test_the_newest_census_is_told(enter: Any) -> None:
    assert enter(Role.AUDITOR).get("/api/material-free").status_code == 404
    made = take_census(packs.current(), by=SETUP, on=town.ON)
    found = told(enter(Role.AUDITOR), "/api/material-free")
    assert (found["enterprises"], found["people"], found["rate"]) == (3, 1, made.result["rate"])
    assert found["fixes"] == made.result["fixes"] and found["items"] == made.result["items"]
