"""Two courtesies around every page: the language that was chosen, and a plain page when the database is away."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

LOG = logging.getLogger(__name__)


class ChosenLanguage:
    """Chinese unless the person chose English here. What the browser's maker set does not count as a choice."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        known = {code for code, _name in settings.LANGUAGES}
        request.LANGUAGE_CODE = chosen if chosen in known else settings.LANGUAGE_CODE
        with translation.override(request.LANGUAGE_CODE):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        return response


class PlainOutage:
    """Answers 503 with a plain page where the database cannot be reached, so that nobody meets a bare error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        except (OperationalError, InterfaceError):
            return _outage()

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return _outage() if isinstance(exception, OperationalError | InterfaceError) else None


def _outage() -> HttpResponse:
    LOG.exception("the database is away")
    return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "60"})
