"""Places in status lists: at random, so that an index tells nothing of when a certificate was issued, and never twice."""

import secrets

from django.db import connection

from chengban.certificates.models import StatusSlot
from chengban.certificates.status import SIZE

_TAKE = """
    INSERT INTO certificates_statusslot (list, index) SELECT %s, unnest(%s::int[])
    ON CONFLICT DO NOTHING RETURNING id, list, index
"""
_ROUNDS = 3
"""Draws before a list counts as full: it then holds about half of what it could."""


def take(count: int) -> list[StatusSlot]:
    """So many places nobody has had, in no order, inside the caller's transaction."""
    taken: list[StatusSlot] = []
    number = _newest()
    for _ in range(_ROUNDS):
        if len(taken) < count:
            taken += _drawn(number, count - len(taken))
    while len(taken) < count:
        number += 1
        taken += _drawn(number, count - len(taken))
    return secrets.SystemRandom().sample(taken, len(taken))


def _newest() -> int:
    newest = StatusSlot.objects.order_by("-list").values_list("list", flat=True).first()
    return 1 if newest is None else newest


def _drawn(number: int, count: int) -> list[StatusSlot]:
    """Sorted, so that of two who draw at once neither waits for what the other waits for."""
    indexes = sorted({secrets.randbelow(SIZE) for _ in range(min(count, SIZE))})
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [number, indexes])
        return [StatusSlot(pk=pk, list=at, index=index) for pk, at, index in cursor.fetchall()]
