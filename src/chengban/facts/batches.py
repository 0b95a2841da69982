"""Numbers of batches (批次号), and which of them are settled.

Loadings run side by side and end in any order. A match "as known after batch n" is the same for ever only if no batch up to n can
still appear: so each loading holds a lock of its number until it ends, and the last settled batch lies below all that are held.
"""

from collections.abc import Iterable
from datetime import date

from django.db import connection, transaction
from django.db.models import Max

from chengban.facts.models import Batch

_NUMBERING, _LOADING = 20_251, 20_252
"""The namespaces of the two kinds of advisory locks."""
_UNDER_WAY = """
    SELECT min(objid::bigint) FROM pg_locks
    WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2 AND granted AND pid <> pg_backend_pid()
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def next_number() -> int:
    """A number for a batch of this transaction, which is under way from now until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, 0)", [_NUMBERING])
        try:
            with transaction.atomic():
                cursor.execute("SELECT nextval(pg_get_serial_sequence('facts_batch', 'id'))")
                number = int(cursor.fetchone()[0])
                cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOADING, number])
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, 0)", [_NUMBERING])
    return number


def last_settled() -> int:
    """The newest batch up to which nothing is under way: what the city knows now. 0 before anything was loaded."""
    newest = _newest(None)
    with connection.cursor() as cursor:
        cursor.execute(_UNDER_WAY, [_LOADING])
        first = cursor.fetchone()[0]
    return newest if first is None or first > newest else _newest(first - 1)


def _newest(until: int | None) -> int:
    batches = Batch.objects.all() if until is None else Batch.objects.filter(pk__lte=until)
    return batches.aggregate(newest=Max("pk"))["newest"] or 0


def loaded_between(after: int, until: int) -> set[str]:
    """The registers that batches above `after` and up to `until` were loaded into."""
    return set(Batch.objects.filter(pk__gt=after, pk__lte=until).values_list("register", flat=True))


def newest_of(registers: Iterable[str]) -> dict[str, Batch]:
    """Each register's newest loading."""
    found = Batch.objects.filter(register__in=set(registers)).order_by("register", "-pk").distinct("register")
    return {batch.register: batch for batch in found}


def brought_on(batch: Batch) -> date:
    """The last day on which the owner brought what the batch holds."""
    return max(batch.business_date, batch.confirmed_on or batch.business_date)


def marks(registers: Iterable[str], known_by: int) -> dict[str, str]:
    """What tells each register, as known after a batch, from any other state: its last batch, and when it was loaded from what."""
    newest = Batch.objects.filter(register__in=set(registers), pk__lte=known_by).order_by("register", "-pk").distinct("register")
    return {batch.register: f"{batch.pk}:{batch.digest}:{batch.at.isoformat()}" for batch in newest}
