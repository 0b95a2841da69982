"""On what ground whoever opens a page reads a subject's record: its own mandate, a task, or an emergency."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from chengban.accounts.models import Account
from chengban.facts.reading import emergencies, tasks
from chengban.facts.reading.errors import NotGrounded
from chengban.facts.reading.grounds import OWN, Ground

View = Callable[..., HttpResponseBase]


class Ungrounded(NotGrounded):
    """The reader has said neither what for nor under which matter."""

    def __init__(self, subject: str) -> None:
        super().__init__("请先写明查阅事由，再打开档案。")
        self.subject = subject


def ground_for(account: Account, subject: str) -> Ground:
    """What allows the account to read the subject now. Raises `Ungrounded`."""
    if subject in account.subjects:
        return Ground(OWN, f"mandate:{account.pk}")
    task = tasks.running(account, subject)
    if task is not None:
        return tasks.ground_of(task)
    emergency = emergencies.running(account, subject)
    if emergency is not None:
        return emergencies.ground_of(emergency)
    raise Ungrounded(subject)


def grounded(view: View) -> View:
    """Lead staff without a ground to where they say what for, and back again."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Ungrounded as lacking:
            return _ask(request, lacking.subject)

    return guarded


def _ask(request: HttpRequest, subject: str) -> HttpResponse:
    return redirect(f"{reverse('tasks')}?{urlencode({'subject': subject, 'next': request.path})}")
