"""The endpoints of reading under law: tasks, answers in place of data, who read what, questions, department requests."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.errors import HttpError

from chengban import packs
from chengban.accounts.models import Account
from chengban.accounts.permissions import Verb, may_read_file
from chengban.api.guard import ground_or_403, require, signed_in
from chengban.api.shapes import Mistake
from chengban.facts.errors import FactsError, UnknownSubject
from chengban.facts.frame import kind_of
from chengban.facts.models import DataRequest, Question
from chengban.facts.reading import answers, questions, requests, tasks, using
from chengban.facts.reading.errors import NotGrounded, WrongStep
from chengban.lib import clock
from chengban.portal import request_pages
from chengban.portal.readings import Reading, readings_of

router = Router(tags=["readings"], auth=signed_in)
REFUSED = {401: Mistake, 403: Mistake, 404: Mistake, 409: Mistake}


class TaskIn(Schema):
    """Whose data (USCC or citizen number), for which declared purpose, and what is being done."""

    subject: str = Field(min_length=15, max_length=18)
    purpose: str
    about: str


class TaskOut(Schema):
    matter: str
    until: datetime


class AskIn(Schema):
    """Questions in FEEL by any key, such as `{"adult": "年龄 >= 18"}`. `request`: a granted data request to ask under."""

    subject: str = Field(min_length=15, max_length=18)
    questions: dict[str, str]
    request: int | None = None


class AnswersOut(Schema):
    """true, false, or null where the city does not know."""

    answers: dict[str, bool | None]


class QuestionOut(Schema):
    text: str
    answer_by: date
    answered_at: datetime | None
    improper: bool | None
    answer: str


class ReadingOut(Schema):
    """One reading, or several alike on one day: who by office, for what, under which clause, and what was read."""

    number: int
    at: datetime
    who: str
    purpose: str
    about: str
    basis: list[str]
    what: str
    answers: list[str]
    own: bool
    times: int
    question: QuestionOut | None


class QuestionIn(Schema):
    subject: str
    text: str = ""


class RequestIn(Schema):
    register_id: str
    fields: list[str]
    subjects: list[str] = []
    basis: str
    reason: str
    days: int
    answers_only: bool = False


class StepOut(Schema):
    step: str
    on: date
    reason: str


class RequestOut(Schema):
    """A data request and where it stands: waiting, withdrawn, refused, granted, expired or revoked."""

    number: int
    department: str
    register_id: str
    fields: list[str]
    subjects: int
    answers_only: bool
    basis: str
    reason: str
    days: int
    stands: str
    until: date | None
    steps: list[StepOut]


class ReasonIn(Schema):
    reason: str = ""


class SubjectIn(Schema):
    subject: str = Field(min_length=15, max_length=18)


@router.post("/tasks", response={201: TaskOut, **REFUSED})
def open_task(request: HttpRequest, given: TaskIn) -> tuple[int, TaskOut]:
    """Say what a subject's data is needed for; while the task runs, the subject's file may be read."""
    account, subject = require(request, Verb.OPEN_TASK), given.subject.strip().upper()
    pack = packs.current()
    task = _or_409(lambda: tasks.open_task(pack, kind_of(subject), subject, purpose=given.purpose, about=given.about, by=account))
    return 201, TaskOut(matter=str(task), until=task.until)


@router.post("/answers", response={200: AnswersOut, **REFUSED})
def ask(request: HttpRequest, given: AskIn) -> AnswersOut:
    """Answers in place of data, about the own subject, under a running task, or under a granted data request."""
    account: Account = request.user  # type: ignore[assignment]
    pack, subject, on = packs.current(), given.subject.strip().upper(), clock.today()
    if given.request is not None:
        require(request, Verb.ASK_FOR_DATA)
        found = _request(request, given.request)
        return AnswersOut(answers=_or_409(lambda: using.answered(pack, found, subject, given.questions, by=account.actor, on=on)))
    if not may_read_file(account, subject):
        raise HttpError(404, "没有这个主体，或者它不由您办理。")
    under = ground_or_403(account, subject)
    said = _or_409(lambda: answers.ask(pack, kind_of(subject), subject, given.questions, under=under, by=account.actor, on=on))
    return AnswersOut(answers=said)


@router.get("/enterprises/{subject}/readings", response={200: list[ReadingOut], 401: Mistake, 404: Mistake})
def readings(request: HttpRequest, subject: str) -> list[ReadingOut]:
    """Who read an enterprise's data, the newest first, at most 100; for the enterprise itself."""
    if subject not in getattr(request.user, "subjects", ()):
        raise HttpError(404, "没有这户企业，或者它不由您办理。")
    return [_reading(one) for one in readings_of(packs.current(), "enterprise", subject)]


@router.get("/me/readings", response={200: list[ReadingOut], 401: Mistake, 404: Mistake})
def my_readings(request: HttpRequest) -> list[ReadingOut]:
    """Who read the data of the citizen that the account is."""
    person = next((one for one in getattr(request.user, "subjects", ()) if kind_of(one) == "person"), None)
    if person is None:
        raise HttpError(404, "您的账号不是以公民身份开通的。")
    return [_reading(one) for one in readings_of(packs.current(), "person", person)]


@router.post("/readings/{number}/question", response={200: QuestionOut, **REFUSED})
def question(request: HttpRequest, number: int, given: QuestionIn) -> QuestionOut:
    """Ask why one's data was read; asking again is the first question."""
    account = require(request, Verb.QUESTION_READING)
    if given.subject not in account.subjects:
        raise HttpError(404, "没有这次查阅，或者它看的不是您的数据。")
    try:
        made = questions.question(
            packs.current(), number, kind_of(given.subject), given.subject, text=given.text, by=account.actor, on=clock.today()
        )
    except WrongStep as error:
        raise HttpError(404, str(error)) from error
    return _question(made)


@router.get("/data-requests", response={200: list[RequestOut], 401: Mistake, 403: Mistake})
def data_requests(request: HttpRequest) -> list[RequestOut]:
    """The requests that concern the account's department, the newest first, at most 100."""
    account = require(request, Verb.READ_REQUESTS)
    found = request_pages.visible(packs.current(), account)[:100]
    return [_out(line) for line in request_pages.lines(packs.current(), found, account, clock.today())]


@router.post("/data-requests", response={201: RequestOut, **REFUSED})
def ask_for_data(request: HttpRequest, given: RequestIn) -> tuple[int, RequestOut]:
    """Ask the owner of a register for some of its fields."""
    account = require(request, Verb.ASK_FOR_DATA)
    wish = requests.Wish(given.register_id, given.fields, given.subjects, given.basis, given.reason, given.days, given.answers_only)
    made = _or_409(lambda: requests.ask(packs.current(), wish, by=account, on=clock.today()))
    return 201, _one(request, made)


@router.post("/data-requests/{number}/records", response={200: list[dict[str, Any]], **REFUSED})
def look(request: HttpRequest, number: int, given: SubjectIn) -> list[dict[str, Any]]:
    """The granted fields of one subject's rows. Unknown values are null. The subject sees the reading."""
    account, found = require(request, Verb.ASK_FOR_DATA), _request(request, number)
    subject = given.subject.strip().upper()
    return _or_409(lambda: using.records(packs.current(), found, subject, by=account.actor, on=clock.today()))


@router.post("/data-requests/{number}/{act}", response={200: RequestOut, **REFUSED})
def step(request: HttpRequest, number: int, act: str, given: ReasonIn) -> RequestOut:
    """`approval`, `refusal`, `revocation` by the owner; `withdrawal` by the department that asked."""
    if act not in ("approval", "refusal", "revocation", "withdrawal"):
        raise HttpError(404, "没有这个动作。")
    account = require(request, Verb.ASK_FOR_DATA if act == "withdrawal" else Verb.ANSWER_REQUESTS)
    found, pack, on = _request(request, number), packs.current(), clock.today()
    acts: dict[str, Callable[[], None]] = {
        "approval": lambda: requests.approve(pack, found, by=account, on=on),
        "refusal": lambda: requests.refuse(pack, found, reason=given.reason, by=account, on=on),
        "revocation": lambda: requests.revoke(pack, found, reason=given.reason, by=account, on=on),
        "withdrawal": lambda: requests.withdraw(found, by=account, on=on),
    }
    _or_409(acts[act])
    return _one(request, found)


def _or_409(act: Callable[[], Any]) -> Any:
    """Do it. What the city does not hold is a 404, what nothing allows a 403, every other refusal a 409."""
    try:
        return act()
    except UnknownSubject as error:
        raise HttpError(404, str(error)) from error
    except NotGrounded as error:
        raise HttpError(403, str(error)) from error
    except FactsError as error:
        raise HttpError(409, str(error)) from error


def _request(request: HttpRequest, number: int) -> DataRequest:
    found = request_pages.visible(packs.current(), require(request, Verb.READ_REQUESTS)).filter(pk=number).first()
    if found is None:
        raise HttpError(404, "没有这项数据请求，或者它不由您部门办理。")
    return found


def _one(request: HttpRequest, found: DataRequest) -> RequestOut:
    account = require(request, Verb.READ_REQUESTS)
    again = request_pages.visible(packs.current(), account).filter(pk=found.pk)
    return _out(request_pages.lines(packs.current(), again, account, clock.today())[0])


def _out(line: request_pages.RequestLine) -> RequestOut:
    one = line.request
    return RequestOut(
        number=one.pk, department=one.department, register_id=one.register, fields=one.fields, subjects=len(one.subjects),
        answers_only=one.answers_only, basis=one.basis, reason=one.reason, days=one.days, stands=line.stands.value,
        until=line.until, steps=[StepOut(step=step.step, on=step.on, reason=step.reason) for step, _word, _name in line.steps],
    )  # fmt: skip


def _reading(one: Reading) -> ReadingOut:
    return ReadingOut(
        number=one.number, at=one.at, who=one.who, purpose=one.purpose, about=one.about, basis=list(one.basis), what=one.what,
        answers=list(one.answers), own=one.own, times=one.times, question=_question(one.question) if one.question else None,
    )  # fmt: skip


def _question(one: Question) -> QuestionOut:
    return QuestionOut(
        text=one.text, answer_by=one.answer_by, answered_at=one.answered_at, improper=one.improper, answer=one.answer
    )
