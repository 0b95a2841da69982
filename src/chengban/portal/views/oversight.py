"""Watching over readings (查阅监督): a subject questions one; an auditor answers, and reviews emergencies."""

from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from chengban import packs
from chengban.accounts.models import Account
from chengban.accounts.permissions import Verb
from chengban.facts.frame import kind_of
from chengban.facts.reading import emergencies, questions
from chengban.facts.reading.errors import WrongStep
from chengban.lib import clock
from chengban.portal.needs import needs
from chengban.portal.reading_forms import AnswerForm
from chengban.portal.readings import people, read_entries


@never_cache
@require_safe
@needs(Verb.OVERSEE_READINGS)
def oversight(request: HttpRequest) -> HttpResponse:
    """What waits for an auditor: emergencies to review, questions to answer."""
    glass, asked = list(emergencies.waiting()[:100]), list(questions.waiting()[:100])
    entries = read_entries(packs.current(), [one.entry for one in asked])
    names = people([one.by for one in glass] + [entry.actor for entry in entries.values()])
    given = {
        "emergencies": glass, "questions": [(one, entries.get(one.entry)) for one in asked], "names": names,
        "today": clock.today(),
    }  # fmt: skip
    return render(request, "portal/pages/oversight.html", given)


@require_POST
@needs(Verb.OVERSEE_READINGS)
def review(request: HttpRequest, number: int) -> HttpResponse:
    """Review an emergency."""
    by = cast(Account, request.user).actor
    return _decide(
        request, lambda proper, why: emergencies.review(number, justified=proper, finding=why, by=by), _("复核意见已记下。")
    )


@require_POST
@needs(Verb.OVERSEE_READINGS)
def answer(request: HttpRequest, number: int) -> HttpResponse:
    """Answer a subject's question about a reading."""
    by = cast(Account, request.user).actor
    done = _("答复已记下，提出的人看得到。")
    return _decide(request, lambda proper, why: questions.answer(number, improper=not proper, text=why, by=by), done)


def _decide(request: HttpRequest, act: Callable[[bool, str], object], done: str) -> HttpResponse:
    """Do it with the finding that was posted, and come back; where that is not whole, or refused, say so."""
    form = AnswerForm(request.POST)
    try:
        if not form.is_valid():
            raise WrongStep(_("请选择结论并写明理由。"))
        act(form.cleaned_data["proper"] == "yes", form.cleaned_data["text"])
        messages.success(request, done)
    except WrongStep as error:
        messages.error(request, str(error))
    return redirect("oversight")


@require_POST
@needs(Verb.QUESTION_READING)
def question(request: HttpRequest, entry: int) -> HttpResponse:
    """A subject asks why its data was read."""
    account = cast(Account, request.user)
    subject = request.POST.get("subject", "")
    if subject not in account.subjects:
        raise Http404
    kind = kind_of(subject)
    try:
        made = questions.question(
            packs.current(), entry, kind, subject, text=request.POST.get("text", ""), by=account.actor, on=clock.today()
        )
    except WrongStep as error:
        raise Http404 from error
    messages.success(request, _("已转给审计员，最迟 %(day)s 答复，答复会写在这里。") % {"day": made.answer_by.isoformat()})
    return redirect("enterprise-readings", subject) if kind == "enterprise" else redirect("my-readings")
