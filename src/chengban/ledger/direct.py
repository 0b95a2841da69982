"""A statement straight to libpq: for one as small as an entry, the layers in between cost as much as all the rest."""

from django.db import connection
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format, TransactionStatus


def is_possible() -> bool:
    """Whether the open transaction has begun in the database too and is whole, and nobody counts, logs or wraps its statements."""
    if connection.queries_logged or connection.execute_wrappers or connection.needs_rollback:
        return False
    return bool(connection.connection.pgconn.transaction_status == TransactionStatus.INTRANS)


def number_of(statement: bytes, text: bytes, binary: bytes) -> int:
    """The one number that the statement gives for `$1`, a text, and `$2`, binary. Raises Django's errors of the database."""
    with connection.wrap_database_errors:
        formats = [Format.TEXT, Format.BINARY]
        result = connection.connection.pgconn.exec_params(statement, [text, binary], param_formats=formats)
        if result.status != ExecStatus.TUPLES_OK:
            raise error_from_result(result)
    return int(result.get_value(0, 0))
