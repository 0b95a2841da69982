"""Who may do what: one table, read by one predicate. What is not in the table is refused."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from chengban.accounts.roles import Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from chengban.accounts.models import Account


class Verb(StrEnum):
    """What a page or an endpoint does, as far as permission is concerned. Public pages need none."""

    READ_OWN_FILE = "read own file"
    READ_ANY_FILE = "read any file"
    SEARCH_ENTERPRISES = "search enterprises"
    READ_MATCHES = "read matches"
    READ_QUALITY = "read quality"
    DOWNLOAD_QUARANTINE = "download quarantine"
    READ_LEDGER = "read ledger"
    READ_ACCOUNTS = "read accounts"
    OPEN_ACCOUNT = "open account"
    GRANT_ROLE = "grant role"


_C, _E, _W = Role.CITIZEN, Role.AGENT, Role.CLERK
_P, _S, _A, _M = Role.OFFICER, Role.STEWARD, Role.AUDITOR, Role.ADMINISTRATOR

PERMISSIONS: Mapping[Verb, frozenset[Role]] = {
    # verb                       citizen agent clerk officer steward auditor administrator
    Verb.READ_OWN_FILE:       frozenset({_C, _E}),
    Verb.READ_ANY_FILE:       frozenset({        _W, _P}),
    Verb.SEARCH_ENTERPRISES:  frozenset({        _W, _P}),
    Verb.READ_MATCHES:        frozenset({            _P,     _A}),
    Verb.READ_QUALITY:        frozenset({            _P, _S, _A}),
    Verb.DOWNLOAD_QUARANTINE: frozenset({                _S}),
    Verb.READ_LEDGER:         frozenset({                    _A}),
    Verb.READ_ACCOUNTS:       frozenset({                    _A, _M}),
    Verb.OPEN_ACCOUNT:        frozenset({                        _M}),
    Verb.GRANT_ROLE:          frozenset({                        _M}),
}  # fmt: skip


def may(account: "Account | AnonymousUser", verb: Verb) -> bool:
    """Whether `account` holds, today, a role that the table allows `verb`. A closed or anonymous account may nothing."""
    if not account.is_authenticated or not account.is_active:
        return False
    return not PERMISSIONS.get(verb, frozenset()).isdisjoint(account.roles)


def may_read_file(account: "Account | AnonymousUser", subject: str) -> bool:
    """Whether `account` may read the file of `subject` (a USCC or a citizen number): its own by mandate, or by office."""
    if may(account, Verb.READ_ANY_FILE):
        return True
    return may(account, Verb.READ_OWN_FILE) and subject in account.subjects
