"""The first page: search first; then your own things, or what the service is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengban.lib import clock
from chengban.policies import catalogue
from chengban.portal import home_pages
from chengban.portal.reminders import reminders


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    pack = catalogue.current()
    given = {
        "own": home_pages.own_subjects(pack, request.user, on=clock.today()),
        "examples": home_pages.EXAMPLES,
        "figures": home_pages.city_figures(pack),
        "reminders": reminders(pack, request.user),
        "tasks": home_pages.tasks_of(request.user),
    }
    return render(request, "portal/pages/home.html", given)
