"""What the service says of itself: one structured log line a request, and counters for Prometheus.

A line holds a request id, the route (not the path, which may name a person), the status and the time taken; never a body,
a query, a name or an identifier.
"""

import logging
import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

REQUESTS = Counter("chengban_requests", "Answered requests", ["route", "status"])
SECONDS = Histogram("chengban_request_seconds", "Time to answer", ["route"])


def configure(settings: dict[str, Any]) -> None:
    """Send structlog and the standard library's loggers to standard error as JSON lines."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=settings.get("level", "INFO"), force=True)
    logging.getLogger("django.request").setLevel("ERROR")  # each request has its own line below
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


class RequestLog:
    """Gives a request its id, and writes its line and counters when it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.log = structlog.get_logger("chengban.request")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid.uuid4().hex
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request=request_id):
            response = self.get_response(request)
            taken = time.perf_counter() - started
            route = request.resolver_match.route if request.resolver_match else "-"
            REQUESTS.labels(route, response.status_code).inc()
            SECONDS.labels(route).observe(taken)
            self.log.info("answered", method=request.method, route=route, status=response.status_code, ms=round(taken * 1000, 1))
        response["X-Request-ID"] = request_id
        return response
