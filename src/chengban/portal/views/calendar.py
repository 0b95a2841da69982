"""The policy calendar (政策日历) as a page and for other programs, and a subject's feeds under their secret addresses."""

import hashlib

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chengban.lib import clock
from chengban.policies import catalogue
from chengban.portal import calendar_pages, city
from chengban.reach import calendar as ics
from chengban.reach.feeds import atom, letters_in
from chengban.reach.models import Feed
from chengban.reach.preferring import feed_of

ICS, ATOM = "text/calendar; charset=utf-8", "application/atom+xml; charset=utf-8"


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """What opens and what ends, month by month."""
    year = calendar_pages.year_of(catalogue.current(), request.GET.get("year"), on=clock.today())
    given = {"year": year, "address": request.build_absolute_uri("/calendar.ics")}
    return render(request, "portal/pages/calendar.html", given)


@require_safe
def calendar_ics(request: HttpRequest) -> HttpResponse:
    """The same for programs."""
    days = calendar_pages.city_days(catalogue.current(), _portal(request))
    return _answer(request, ics.write(days, name=_("%(city)s政策日历") % {"city": city.name()}, stamp=clock.today()), ICS)


@require_safe
def feed_ics(request: HttpRequest, token: str) -> HttpResponse:
    """The days that concern one subject."""
    feed, today = _feed(token), clock.today()
    days = calendar_pages.own_days(catalogue.current(), feed, _portal(request), on=today)
    return _answer(request, ics.write(days, name=_("我的政策日历"), stamp=today), ICS, private=True)


@require_safe
def feed_atom(request: HttpRequest, token: str) -> HttpResponse:
    """The letters to one subject."""
    feed = _feed(token)
    title = _("%(city)s政务服务来信") % {"city": city.name()}
    own = request.build_absolute_uri(request.path)
    return _answer(request, atom(feed, letters_in(feed), title=title, own=own, portal=_portal(request)), ATOM, private=True)


def _feed(token: str) -> Feed:
    found = feed_of(token)
    if found is None:
        raise Http404
    return found


def _portal(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def _answer(request: HttpRequest, content: bytes, kind: str, *, private: bool = False) -> HttpResponse:
    """The content with its ETag, or 304 to those who have it."""
    answer = HttpResponse(content, content_type=kind)
    answer["ETag"] = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    answer["Cache-Control"] = "private, no-cache" if private else "public, max-age=3600"
    conditional = get_conditional_response(request, etag=answer["ETag"], response=answer)
    return conditional if isinstance(conditional, HttpResponse) else answer
