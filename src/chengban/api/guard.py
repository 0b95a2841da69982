"""Who calls, and what the call needs. A session opens the API as it opens the pages; there is no other key yet."""

from typing import cast

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import SessionAuth

from chengban.accounts.models import Account
from chengban.accounts.permissions import Verb, may
from chengban.facts.reading.grounds import Ground
from chengban.portal.grounds import Ungrounded, ground_for


class AccountSession(SessionAuth):
    """The account of the session cookie; 401 without one. Unsafe methods also need the CSRF token."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Account | None:
        return cast(Account, request.user) if request.user.is_authenticated else None


signed_in = AccountSession()


def require(request: HttpRequest, verb: Verb) -> Account:
    """The caller's account, if its roles allow `verb`. Raises a 403 otherwise."""
    account = cast(Account, request.user)
    if not may(account, verb):
        raise HttpError(403, "您的岗位没有这项权限。")
    return account


def ground_or_403(account: Account, subject: str) -> Ground:
    """On what ground the account reads the subject now. Raises a 403 that says how to get one."""
    try:
        return ground_for(account, subject)
    except Ungrounded as lacking:
        raise HttpError(403, f"{lacking}先用 POST /api/tasks 写明用途和在办的事。") from lacking
