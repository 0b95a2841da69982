"""How often a stranger may ask (限流): counted per address in each process of the server."""

from django.core.cache import cache
from django.http import HttpRequest

WINDOW = 60
"""Seconds."""


def is_too_often(request: HttpRequest, what: str, most: int) -> bool:
    """Count one more question of this address; whether it is more than `most` within a minute."""
    key = f"asked:{what}:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, WINDOW)
    return int(cache.incr(key)) > most
