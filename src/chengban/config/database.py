"""Where the database is: `DATABASE_URL`, or a private server under the state folder."""

import os

import psycopg

from chengban.lib import env
from chengban.lib.postgres import PrivateServer, ensure

_claim: PrivateServer | None = None


def connect() -> str:
    """Make sure that `DATABASE_URL` names a running server, and return it. Raises `postgres.ServerFailure`."""
    global _claim
    if _claim is None and not os.environ.get("DATABASE_URL"):
        _claim = ensure(env.home() / "postgres")
        os.environ["DATABASE_URL"] = _claim.url()
    return os.environ["DATABASE_URL"]


def keep() -> None:
    """Bring the private server back if its guardian was killed; nothing to do for a server of the city's own."""
    if _claim is not None:
        _claim.claim()


def is_private() -> bool:
    """Whether the database is the private server's, and so this installation's to throw away."""
    connect()
    return _claim is not None


def recreate() -> None:
    """Drop the private database and make it anew, empty."""
    connect()
    assert _claim is not None, "only the private database is recreated"
    with psycopg.connect(_claim.url("postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS chengban WITH (FORCE)")
        connection.execute("CREATE DATABASE chengban")
