"""Errors as sentences for the person at the keyboard."""

import errno
import shutil

import psycopg

from chengban.lib import env
from chengban.lib.env import EnvironmentMistake
from chengban.lib.postgres import ServerFailure
from chengban.packs import PackMistake

FULL = "磁盘已满，没有写完。腾出空间后再运行一次，已提交的内容都在。 The disk is full; free some space and run this again."


def sentence_of(error: BaseException) -> str | None:
    """The sentence for an error with a plain cause; none where the cause is ours and the trace should be seen."""
    if isinstance(error, EnvironmentMistake | ServerFailure | PackMistake):
        return str(error)
    for cause in _chain(error):
        if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT):
            return FULL
        if isinstance(cause, psycopg.errors.DiskFull):
            return FULL
        if isinstance(cause, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn):
            return "数据库还没有迁移到这个版本。先运行 chengban migrate。 Run `chengban migrate` first."
        if isinstance(cause, psycopg.OperationalError):
            return _database(cause)
        if isinstance(cause, PermissionError) and cause.filename:
            return f"不能读写 {cause.filename}:权限不足。 Permission denied."
    return _ours(error)


def _ours(error: BaseException) -> str | None:
    from chengban.cases.scenes.errors import ScenesError
    from chengban.certificates.errors import CertificatesError
    from chengban.certificates.faces.errors import FacesError
    from chengban.exchange.errors import ExchangeError
    from chengban.facts.errors import FactsError
    from chengban.items.errors import ItemsError
    from chengban.ledger.errors import LedgerError
    from chengban.policies.errors import PolicyError
    from chengban.reach.errors import ReachError
    from chengban.rules.errors import MatchError

    known = (
        CertificatesError
        | ExchangeError
        | FacesError
        | FactsError
        | ItemsError
        | LedgerError
        | PolicyError
        | MatchError
        | ReachError
        | ScenesError
    )
    return str(error) if isinstance(error, known) else None


def _database(cause: psycopg.OperationalError) -> str:
    if shutil.disk_usage(env.home()).free < 32 << 20:
        return FULL
    first = str(cause).strip().splitlines()[0] if str(cause).strip() else "no answer"
    return f"数据库连不上或中断了：{first}。检查 DATABASE_URL 或再运行一次。 The database does not answer."


def _chain(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
