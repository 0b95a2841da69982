"""Health and metrics, for the machines that watch this one."""

import hmac
import os

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, multiprocess

from chengban.config.observe import standing_registry

LOOPBACK = ("127.0.0.1", "::1")


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "live"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """The process can serve: the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "not ready", "database": "away"}, status=503)
    return JsonResponse({"status": "ready", "database": "ok"})


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Counters for Prometheus, to loopback or to the bearer of `CHENGBAN_METRICS_TOKEN`; to others there is no such page."""
    if not _may_scrape(request):
        return HttpResponseNotFound()
    told = generate_latest(_counters()) + generate_latest(standing_registry())
    return HttpResponse(told, content_type=CONTENT_TYPE_LATEST)


def _counters() -> CollectorRegistry:
    """This process's counters, or those of all workers together where the server gave them a folder to share."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    return registry


def _may_scrape(request: HttpRequest) -> bool:
    token = os.environ.get("CHENGBAN_METRICS_TOKEN", "")
    if token:
        return hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode())
    # A reverse proxy on this machine also speaks from loopback, for the whole world: its header gives it away.
    return request.META.get("REMOTE_ADDR") in LOOPBACK and "X-Forwarded-For" not in request.headers
