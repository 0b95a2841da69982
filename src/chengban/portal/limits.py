"""How often a stranger may ask (限流): counted per address in each process of the server."""

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

WINDOW = 60
"""Seconds."""


def is_too_often(request: HttpRequest, what: str, most: int) -> bool:
    """Count one more question of this address; whether it is more than `most` within a minute."""
    key = f"asked:{what}:{address_of(request)}"
    cache.add(key, 0, WINDOW)
    return int(cache.incr(key)) > most


def address_of(request: HttpRequest) -> str:
    """Who asks: the connection's address; behind the reverse proxy that `CHENGBAN_HTTPS` says is there, the one that it met."""
    met = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() if settings.HTTPS else ""
    return met[:60] or str(request.META.get("REMOTE_ADDR", ""))
