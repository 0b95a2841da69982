"""Where the database is: `DATABASE_URL`, or a private server under the state folder."""

import os

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
