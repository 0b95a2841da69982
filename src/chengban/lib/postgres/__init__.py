"""A private PostgreSQL server for a machine that has none: started on need, kept alive, stopped when its last user leaves."""

from chengban.lib.postgres.client import PrivateServer, ServerFailure, ensure

__all__ = ["PrivateServer", "ServerFailure", "ensure"]
