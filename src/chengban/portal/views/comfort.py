"""How the person wants to read: elder mode (大字版) and language, each a plain form and a cookie."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from chengban.portal.context import COMFORT_COOKIE

YEAR = 365 * 24 * 60 * 60


@require_POST
def comfort(request: HttpRequest) -> HttpResponse:
    """Switch elder mode to what the form says."""
    return _remember(request, COMFORT_COOKIE, "elder" if request.POST.get("comfort") == "elder" else "usual")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language; one that is not offered changes nothing."""
    chosen = request.POST.get("language", "")
    known = {code for code, _name in settings.LANGUAGES}
    return _remember(request, settings.LANGUAGE_COOKIE_NAME, chosen if chosen in known else settings.LANGUAGE_CODE)


def _remember(request: HttpRequest, cookie: str, value: str) -> HttpResponse:
    back = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    response = redirect(back if ours else "/")
    response.set_cookie(cookie, value, max_age=YEAR, samesite="Lax", secure=settings.HTTPS, httponly=True)
    return response
