"""What the service says of itself: one structured log line a request, and counters for Prometheus.

A line holds a request id, the route (not the path, which may name a person), the status and the time taken; never a body,
a query, a name or an identifier.
"""

import logging
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import structlog
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

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


class Standing(Collector):
    """Whether matching and the ledger's tree stay true, as the database says when asked; nothing while it is away."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            (alarms, behind), (waiting, age) = self._matching(), self._ledger()
        except DatabaseError:
            return
        yield GaugeMetricFamily("chengban_match_alarms", "Policies that differed in the last nightly check", alarms)
        yield GaugeMetricFamily("chengban_match_batches_behind", "Settled batches that were not followed yet", behind)
        yield GaugeMetricFamily("chengban_ledger_waiting", "Entries that are not in the tree yet", waiting)
        yield GaugeMetricFamily("chengban_ledger_head_age_seconds", "Since the tree's head was signed last", age)

    def _ledger(self) -> tuple[int, float]:
        from chengban.ledger.proving import newest, waiting
        from chengban.lib import clock

        head = newest()
        return waiting(), (clock.now() - head.at).total_seconds() if head else float("inf")

    def _matching(self) -> tuple[int, int]:
        from chengban.facts.batches import last_settled
        from chengban.facts.models import Batch
        from chengban.policies.domain import latest_run
        from chengban.policies.verifying import last_check

        run, checked = latest_run(), last_check()
        followed = (run and run.followed_to) or 0
        behind = Batch.objects.filter(pk__gt=followed, pk__lte=last_settled()).count()
        return checked.alarms.count() if checked else 0, behind


def standing_registry() -> CollectorRegistry:
    """Apart from the counters: it is asked once a scrape, not once a process."""
    registry = CollectorRegistry()
    registry.register(Standing())
    return registry


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
