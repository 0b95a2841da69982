"""The pages and endpoints of reading under law: who may post what, the whole way of each, and what a subject is told."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chengban.accounts.domain import give_mandate
from chengban.accounts.models import Account, MandateKind
from chengban.accounts.roles import Role
from chengban.facts.models import DataRequest, Emergency, Question, Task
from chengban.facts.reading import emergencies, questions, requests, tasks
from chengban.ledger.models import Entry
from chengban.packs import Pack
from tests import town
from tests.facts.reading.test_grounds import REASON
from tests.facts.reading.test_requests import wish
from tests.people import SETUP, person

BACKEND = "django.contrib.auth.backends.ModelBackend"
WHO: tuple[Role | None, ...] = (None, *Role)
DEPARTMENTS = {Role.CLERK: "administrative_approval", Role.OFFICER: "market_regulation", Role.STEWARD: "human_resources"}
OPENING = {"subject": town.LOTUS, "purpose": "counter", "about": "办件 7 企业变更"}
GLASS, PROPER, IMPROPER = (
    {"subject": town.LOTUS, "reason": REASON},
    {"proper": "yes", "text": "有急情"},
    {"proper": "no", "text": "无"},
)
WISH = {"fields_asked": ["laid_off"], "basis": "甲法 第一条", "reason": "核对", "days": "5"}
CALLED = {"register_id": "social_insurance_employer", "fields": ["laid_off"], "basis": "甲法 第一条", "reason": "核对", "days": 5}
SUBJECT, SMALL = {"subject": town.LOTUS}, {"subject": town.LOTUS, "questions": {"q": 'vat_type = "小规模"'}}
FIRM, CITIZEN = f"/enterprises/{town.LOTUS}", town.CITIZEN


@pytest.fixture
def city(db: None, tmp_path: Path) -> Pack:
    return town.build(tmp_path)


def who(role: Role) -> Account:
    account = person(role)
    account.department = DEPARTMENTS.get(role, "")
    account.save(update_fields=["department"])
    if role is Role.AGENT:
        give_mandate(account, town.LOTUS, kind=MandateKind.ENTERPRISE, by=SETUP)
    if role is Role.CITIZEN:
        give_mandate(account, CITIZEN, kind=MandateKind.CITIZEN, by=SETUP)
    return account


@pytest.fixture
def enter(client: Client) -> Callable[[Role | None], Client]:
    def as_(role: Role | None) -> Client:
        client.logout()
        if role is not None:
            client.force_login(who(role), BACKEND)
        return client

    return as_


Enter = Callable[[Role | None], Client]


class Made:
    """One of each thing that is posted to, and its number in the addresses."""

    def __init__(self, pack: Pack) -> None:
        clerk, officer = who(Role.CLERK), who(Role.OFFICER)
        self.task = tasks.open_task(pack, "enterprise", town.LOTUS, purpose="counter", about="办件 7 企业变更", by=clerk)
        self.glass = emergencies.break_glass(pack, "enterprise", town.LOTUS, reason=REASON, by=clerk, on=town.ON)
        self.request = requests.ask(pack, wish(), by=officer, on=town.ON)
        from chengban.facts.profile import open_file

        open_file(pack, "enterprise", town.LOTUS, under=tasks.ground_of(self.task), by=clerk.actor, on=town.ON, facts=())
        self.entry = Entry.objects.filter(act="facts.read").latest("pk").pk
        self.question = questions.question(
            pack, self.entry, "enterprise", town.LOTUS, text="", by=who(Role.AGENT).actor, on=town.ON
        )


Post = tuple[Callable[[Made], str], dict[str, Any], str]
POSTS: dict[str, Post] = {
    # name, address, what is posted, and for: visitor citizen agent clerk officer steward auditor administrator
    "a task": (lambda made: "/tasks", OPENING, "302 403 403 302 200 403 403 403"),
    "an emergency": (lambda made: "/emergencies", GLASS, "302 403 403 302 302 403 403 403"),
    "a review": (lambda made: f"/emergencies/{made.glass.pk}/review", PROPER, "302 403 403 403 403 403 302 403"),
    "a question": (lambda made: f"/readings/{made.entry}/question", SUBJECT, "302 404 302 403 403 403 403 403"),
    "an answer": (lambda made: f"/oversight/questions/{made.question.pk}/answer", IMPROPER, "302 403 403 403 403 403 302 403"),
    "a request": (lambda made: "/data-requests/new/social_insurance_employer", WISH, "302 403 403 403 302 403 403 403"),
    "an approval": (lambda made: f"/data-requests/{made.request.pk}/approval", {}, "302 403 403 403 404 302 404 403"),
    "a withdrawal": (lambda made: f"/data-requests/{made.request.pk}/withdrawal", {}, "302 403 403 403 302 404 404 403"),
    "no such act": (lambda made: f"/data-requests/{made.request.pk}/deletion", {}, "302 403 403 403 404 404 404 403"),
    "a look": (lambda made: f"/data-requests/{made.request.pk}/records", SUBJECT, "302 403 403 403 200 403 403 403"),
}


@pytest.mark.parametrize("name", POSTS)
def test_who_may_post_what(city: Pack, enter: Enter, name: str) -> None:
    address, given, expected = POSTS[name]
    made = Made(city)
    met = [str(enter(role).post(address(made), given).status_code) for role in WHO]
    assert " ".join(met) == expected


CALLS: dict[str, Post] = {
    "a task": (lambda made: "/api/tasks", OPENING, "401 403 403 201 403 403 403 403"),
    "an answer": (lambda made: "/api/answers", SMALL, "401 404 200 200 403 404 404 404"),
    "a question": (lambda made: f"/api/readings/{made.entry}/question", SUBJECT, "401 404 200 403 403 403 403 403"),
    "a request": (lambda made: "/api/data-requests", CALLED, "401 403 403 403 201 403 403 403"),
    "an approval": (lambda made: f"/api/data-requests/{made.request.pk}/approval", {}, "401 403 403 403 403 200 403 403"),
    "a look": (lambda made: f"/api/data-requests/{made.request.pk}/records", SUBJECT, "401 403 403 403 403 403 403 403"),
    "no such act": (lambda made: f"/api/data-requests/{made.request.pk}/deletion", {}, "401 404 404 404 404 404 404 404"),
}


@pytest.mark.parametrize("name", CALLS)
def test_who_may_call_what(city: Pack, enter: Enter, name: str) -> None:
    address, given, expected = CALLS[name]
    made = Made(city)
    met = [str(enter(role).post(address(made), given, content_type="application/json").status_code) for role in WHO]
    assert " ".join(met) == expected


def test_a_person_is_read_under_a_task_without_the_number_in_the_address_and_sensitive_values_are_masked(
    city: Pack, enter: Enter
) -> None:
    clerk = enter(Role.CLERK)
    answer = clerk.post("/tasks", {"subject": CITIZEN, "purpose": "counter", "about": "办件 8 户口迁移"})
    address = answer["Location"]
    assert re.fullmatch(r"/tasks/\d+", address)
    page = clerk.get(address).content.decode()
    assert "周清荷" in page and CITIZEN not in page and "办件 8 户口迁移" in page
    Task.objects.update(until="2020-01-01T00:00:00+08:00")
    over = clerk.get(address)
    assert over.status_code == 410 and "周清荷" not in over.content.decode()
    assert enter(Role.OFFICER).get(address).status_code == 404, "another's task"
    told = enter(Role.CITIZEN).get("/me/readings").content.decode()
    assert "行政审批服务局窗口人员为窗口办理查看了全部档案" in re.sub(r"<[^>]+>", "", told) and "办件 8 户口迁移" in told


def test_a_subject_sees_the_entry_of_a_reading_of_its_data_and_no_other(city: Pack, enter: Enter) -> None:
    made = Made(city)
    agent = enter(Role.AGENT)
    page = agent.get(f"/ledger/entries/{made.entry}").content.decode()
    assert "counter" in page and "孟晓棠" not in page.split("<main")[1]
    opened = Entry.objects.get(act="facts.open_task").pk
    assert [agent.get(f"/ledger/entries/{number}").status_code for number in (opened, 0)] == [403, 403]
    assert enter(Role.CITIZEN).get(f"/ledger/entries/{made.entry}").status_code == 403
    assert enter(Role.CITIZEN).get(f"/api/ledger/entries/{made.entry}/proof").status_code == 403
    assert "还没有并入" in enter(Role.AGENT).get(f"/api/ledger/entries/{made.entry}/proof").json()["detail"]


def test_an_open_redirect_is_not_followed(city: Pack, enter: Enter) -> None:
    for wanted in ("https://example.com/", "//example.com", f"/enterprises/{town.WILLOW}", "javascript:alert(1)", "/enterprises"):
        answer = enter(Role.CLERK).post("/tasks", {**OPENING, "next": wanted})
        assert answer["Location"].startswith("/tasks/"), wanted


def test_glass_is_broken_told_and_reviewed(city: Pack, enter: Enter) -> None:
    clerk = enter(Role.CLERK)
    assert "请写明紧急情况" in clerk.post("/emergencies", {"subject": town.LOTUS, "reason": ""}).content.decode()
    assert clerk.post("/emergencies", {"subject": town.LOTUS, "reason": REASON, "next": FIRM})["Location"] == FIRM
    assert clerk.get(FIRM).status_code == 200
    waiting = enter(Role.AUDITOR).get("/oversight").content.decode()
    assert REASON in waiting and "最迟" in waiting
    glass = Emergency.objects.get()
    enter(Role.AUDITOR).post(f"/emergencies/{glass.pk}/review", {"proper": "no", "text": "没有急情"})
    assert enter(Role.CLERK).get(FIRM).status_code == 302, "a reviewed emergency opens nothing more"
    assert REASON in enter(Role.AGENT).get(f"{FIRM}/readings").content.decode()


def test_a_question_and_its_answer_stand_beside_the_reading(city: Pack, enter: Enter) -> None:
    clerk = enter(Role.CLERK)
    clerk.post("/tasks", OPENING)
    clerk.get(FIRM)
    agent = enter(Role.AGENT)
    page = agent.get(f"{FIRM}/readings").content.decode()
    number = re.search(r"/readings/(\d+)/question", page)
    assert number and "质疑这次查阅" in page
    agent.post(f"/readings/{number[1]}/question", {"subject": town.LOTUS, "text": "我没有去过窗口"})
    assert "审计员最迟" in agent.get(f"{FIRM}/readings").content.decode()
    question = Question.objects.get()
    watched = enter(Role.AUDITOR).get("/oversight").content.decode()
    assert "我没有去过窗口" in watched and "孟晓棠" in watched
    enter(Role.AUDITOR).post(f"/oversight/questions/{question.pk}/answer", {"proper": "no", "text": "查无此件，已通报"})
    page = enter(Role.AGENT).get(f"{FIRM}/readings").content.decode()
    assert "查无此件，已通报" in page and "不当" in page
    said = enter(Role.AGENT).get(f"/api{FIRM}/readings").json()
    assert [one["question"]["improper"] for one in said if one["question"]] == [True]


def test_a_request_from_asking_to_revoking(city: Pack, enter: Enter) -> None:
    officer = enter(Role.OFFICER)
    assert (
        "单位参保" in officer.get("/data-requests").content.decode()
        or "social_insurance" in officer.get("/data-requests").content.decode()
    )
    wrong = officer.post("/data-requests/new/social_insurance_employer", {"days": "0"}).content.decode()
    assert "请至少选择一个字段" in wrong and "请写明法律依据" in wrong
    given = {"fields_asked": ["insured_average"], "basis": "失业保险条例 第三条", "reason": "核对人数", "days": "5"}
    address = officer.post("/data-requests/new/social_insurance_employer", given)["Location"]
    made = DataRequest.objects.get()
    assert "查一个主体" not in officer.get(address).content.decode()
    enter(Role.STEWARD).post(f"{address}/approval")
    found = enter(Role.OFFICER).post(f"{address}/records", {"subject": town.LOTUS})
    assert "24" in found.content.decode() and "no-store" in found["Cache-Control"]
    assert "没有这个主体的记录" in enter(Role.OFFICER).post(f"{address}/records", {"subject": town.EASTGATE}).content.decode()
    refused = enter(Role.STEWARD).post(f"{address}/revocation", {"reason": ""}, follow=True).content.decode()
    assert "请写明收回的理由" in refused
    enter(Role.STEWARD).post(f"{address}/revocation", {"reason": "不再需要"})
    assert "已经到期、收回" in enter(Role.OFFICER).post(f"{address}/records", {"subject": town.LOTUS}).content.decode()
    told = enter(Role.AGENT).get(f"/api{FIRM}/readings").json()
    mine = next(one for one in told if one["purpose"] == "部门间共享")
    assert mine["about"] == "核对人数" and "平均" in mine["what"] and made.pk


def test_another_departments_request_is_not_there(city: Pack, enter: Enter) -> None:
    made = Made(city)
    outsider = enter(Role.OFFICER)
    Account.objects.filter(login="a-officer").update(department="tax")
    assert outsider.get(f"/data-requests/{made.request.pk}").status_code == 404
    assert outsider.post(f"/data-requests/{made.request.pk}/records", {"subject": town.LOTUS}).status_code == 404
    assert str(made.request.pk) not in re.findall(r'/data-requests/(\d+)"', outsider.get("/data-requests").content.decode())


@pytest.mark.parametrize(
    ("role", "path"), [(Role.AGENT, f"{FIRM}/readings"), (Role.OFFICER, "/data-requests"), (Role.AUDITOR, "/oversight")]
)
def test_a_longer_list_costs_no_more_queries(city: Pack, enter: Enter, role: Role, path: str) -> None:
    def counted() -> int:
        client = enter(role)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    Made(city)
    counted()  # the first page of a session costs a statement more
    one = counted()
    Made(city)
    Made(city)
    assert counted() == one
