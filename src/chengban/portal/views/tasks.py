"""Saying what for, before reading (查阅事由), and breaking the glass (应急查阅)."""

from typing import cast

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengban import packs
from chengban.accounts.models import Account
from chengban.accounts.permissions import Verb
from chengban.facts.frame import Kind, kind_of
from chengban.facts.models import Emergency, Task
from chengban.facts.reading import emergencies, tasks
from chengban.facts.reading.errors import NotGrounded
from chengban.facts.reading.grounds import Ground
from chengban.lib import clock
from chengban.portal import file_pages
from chengban.portal.needs import needs
from chengban.portal.reading_forms import EmergencyForm, TaskForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@needs(Verb.OPEN_TASK)
def tasks_page(request: HttpRequest) -> HttpResponse:
    """Open a task for one subject, and go on to its file."""
    account = cast(Account, request.user)
    form = TaskForm(request.POST or None, purposes=tasks.purposes_for(packs.current(), account), initial=_asked(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            subject, purpose = given["subject"], given["purpose"]
            task = tasks.open_task(packs.current(), kind_of(subject), subject, purpose=purpose, about=given["about"], by=account)
            return _onward(request, given["subject"], f"/tasks/{task.pk}")
        except NotGrounded as error:
            form.add_error("about", str(error))
    return _page(request, form, EmergencyForm(initial=_asked(request)), form)


@never_cache
@require_POST
@needs(Verb.OPEN_TASK)
def emergencies_page(request: HttpRequest) -> HttpResponse:
    """Read at once in an emergency, which an auditor reviews."""
    account = cast(Account, request.user)
    form = EmergencyForm(request.POST)
    if form.is_valid():
        subject, reason = form.cleaned_data["subject"], form.cleaned_data["reason"]
        try:
            made = emergencies.break_glass(packs.current(), kind_of(subject), subject, reason=reason, by=account, on=clock.today())
            return _onward(request, subject, f"/emergencies/{made.pk}")
        except NotGrounded as error:
            form.add_error("reason", str(error))
    blank = TaskForm(purposes=tasks.purposes_for(packs.current(), account), initial={"subject": request.POST.get("subject", "")})
    return _page(request, blank, form, form)


@never_cache
@require_safe
@needs(Verb.OPEN_TASK)
def task(request: HttpRequest, number: int) -> HttpResponse:
    """The file that a task was opened for, while it runs. A person's file has no other address for staff."""
    found = Task.objects.filter(pk=number, by=str(cast(Account, request.user).actor)).first()
    return _file(request, found, tasks.ground_of(found) if found else None)


@never_cache
@require_safe
@needs(Verb.OPEN_TASK)
def emergency(request: HttpRequest, number: int) -> HttpResponse:
    """The file that was opened in an emergency, while it runs."""
    found = Emergency.objects.filter(pk=number, by=str(cast(Account, request.user).actor)).first()
    return _file(request, found, emergencies.ground_of(found) if found else None)


def _file(request: HttpRequest, found: "Task | Emergency | None", under: Ground | None) -> HttpResponse:
    if found is None or under is None:
        raise Http404
    kind: Kind = "enterprise" if found.kind == "enterprise" else "person"
    by, on = cast(Account, request.user).actor, clock.today()
    try:
        profile = file_pages.read(packs.current(), kind, found.subject, under=under, by=by, on=on)
    except NotGrounded as error:
        return render(request, "portal/pages/task_over.html", {"sentence": str(error), "subject": found.subject}, status=410)
    if profile is None:
        raise Http404
    about = found.about if isinstance(found, Task) else found.reason
    given = {"profile": profile, "topics": file_pages.topics(packs.current(), profile), "until": found.until, "about": about}
    return render(request, "portal/pages/task.html", given)


def _onward(request: HttpRequest, subject: str, address: str) -> HttpResponse:
    """Back to where the reader came from, if that is about this subject; else to the file under its task."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith(f"/enterprises/{subject}")
    return redirect(wanted if safe else address)


def _asked(request: HttpRequest) -> dict[str, str]:
    return {"subject": request.GET.get("subject", "")[:18]}


def _page(request: HttpRequest, task_form: forms.Form, emergency_form: forms.Form, wrong: forms.Form) -> HttpResponse:
    after = request.POST.get("next", request.GET.get("next", ""))[:200]
    given = {"task_form": task_form, "emergency_form": emergency_form, "form": wrong, "next": after}
    return render(request, "portal/pages/tasks.html", given)
