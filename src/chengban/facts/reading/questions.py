"""A subject questions a reading (对查阅的质疑), and an auditor answers by the day that the city promises."""

from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from chengban import ledger
from chengban.facts.frame import Kind
from chengban.facts.models import Question
from chengban.facts.reading.emergencies import days_after
from chengban.facts.reading.errors import WrongStep
from chengban.facts.reading.opening import READ
from chengban.ledger import Actor
from chengban.ledger.models import Entry
from chengban.lib import clock
from chengban.packs import Pack

MOST = 300


@transaction.atomic
def question(pack: Pack, entry: int, kind: Kind, subject: str, *, text: str, by: Actor, on: date) -> Question:
    """Ask why a record was read; asking again is the first question. Raises `WrongStep` for a reading of somebody else's."""
    if not Entry.objects.filter(pk=entry, act=READ, subject=f"{kind}:{subject}").exists():
        raise WrongStep("没有这次查阅，或者它看的不是您的数据。")
    due = days_after(on, pack.city.reading.answer_days)
    words = " ".join(text.split())[:MOST]
    given = {"kind": kind, "subject": subject, "text": words, "asked_at": clock.now(), "asked_by": str(by), "answer_by": due}
    made, new = Question.objects.get_or_create(entry=entry, defaults=given)
    if new:
        ledger.append(by, "facts.question_reading", str(made), {"entry": entry, "answer_by": due.isoformat()})
    return made


@transaction.atomic
def answer(number: int, *, improper: bool, text: str, by: Actor) -> Question:
    """Answer a question: whether the reading was improper, and why. Raises `WrongStep`."""
    found = Question.objects.select_for_update().filter(pk=number).first()
    if found is None or found.answered_at is not None:
        raise WrongStep("没有这件待答复的质疑，或者它已经答复过。")
    if Entry.objects.filter(pk=found.entry, actor=str(by)).exists():
        raise WrongStep("质疑的是您自己的查阅，要由别人答复。")
    words = " ".join(text.split())
    if not words:
        raise WrongStep("请写明答复。")
    found.answered_at, found.answered_by, found.improper, found.answer = clock.now(), str(by), improper, words[:MOST]
    found.save(update_fields=["answered_at", "answered_by", "improper", "answer"])
    ledger.append(by, "facts.answer_question", str(found), {"entry": found.entry, "improper": improper})
    return found


def waiting() -> QuerySet[Question]:
    """Those that nobody has answered, the most urgent first."""
    return Question.objects.filter(answered_at=None).order_by("answer_by", "id")
