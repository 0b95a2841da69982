"""Requests of the test client work in the database as the web does: as the role that sees a record only inside a reading."""

from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, HttpResponse

from chengban.facts.reading.guarding import WEB_ROLE


class AsTheWeb:
    """Middleware of the tests. It speaks to psycopg itself, so that no test counts its two statements."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        connection.ensure_connection()
        connection.connection.execute(f"SET ROLE {WEB_ROLE}")
        try:
            return self.get_response(request)
        finally:
            if connection.connection is not None and not connection.needs_rollback:
                connection.connection.execute("RESET ROLE")
