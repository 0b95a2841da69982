"""The cast of the demonstration: people who do not exist, one for each role, and a second officer who approves."""

import hashlib
import hmac
from base64 import b32encode
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from chengban.accounts.domain import give_mandate, grant_role, open_account
from chengban.accounts.models import Account, MandateKind
from chengban.accounts.roles import Role
from chengban.ledger import Actor


class NotDemo(RuntimeError):
    """The cast was asked for where no demonstration runs."""


@dataclass(frozen=True, slots=True)
class CastMember:
    login: str
    name: str
    role: Role
    department: str = ""


CAST: tuple[CastMember, ...] = (
    CastMember("citizen", "周清荷", Role.CITIZEN),
    CastMember("agent", "林知远", Role.AGENT),
    CastMember("clerk", "孟晓棠", Role.CLERK, "administrative_approval"),
    CastMember("officer", "石砚秋", Role.OFFICER, "human_resources"),
    CastMember("reviewer", "许问渠", Role.OFFICER, "human_resources"),
    CastMember("steward", "陆湖生", Role.STEWARD, "big_data"),
    CastMember("auditor", "郑明澈", Role.AUDITOR),
    CastMember("administrator", "高望舒", Role.ADMINISTRATOR, "big_data"),
)


def password_of(login: str) -> str:
    """The password of a member of the cast, derived from this installation's secret: no two demonstrations share it.

    Raises `NotDemo` outside a demonstration.
    """
    if not settings.DEMO:
        raise NotDemo("the demo cast exists only where CHENGBAN_DEMO=1")
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"demo cast {login}".encode(), hashlib.sha256)
    return b32encode(digest).decode().lower()[:16]


@transaction.atomic
def make_demo_cast(*, by: Actor, enterprise: str = "", citizen: str = "") -> list[Account]:
    """Open their accounts, or bring those that exist up to date. `enterprise` (USCC) is whom the agent acts for.

    `citizen` is the citizen number that the citizen is. Can be called again at any time; raises `NotDemo`.
    """
    accounts = [_member(member, by) for member in CAST]
    for login, subject, kind in (
        ("agent", enterprise, MandateKind.ENTERPRISE),
        ("citizen", citizen, MandateKind.CITIZEN),
    ):
        if subject:
            give_mandate(next(a for a in accounts if a.login == login), subject, kind=kind, by=by)
    return accounts


def _member(member: CastMember, by: Actor) -> Account:
    password = password_of(member.login)
    account = Account.objects.filter(login=member.login).first() or open_account(
        member.login, display_name=member.name, password=password, by=by, department=member.department
    )
    if not account.check_password(password):  # the secret changed since the last demonstration
        account.set_password(password)
        account.save(update_fields=["password"])
    grant_role(account, member.role, by=by)
    return account


def cast() -> list[tuple[CastMember, str]]:
    """The members and their passwords for the sign-in page; empty outside a demonstration."""
    if not settings.DEMO:
        return []
    return [(member, password_of(member.login)) for member in CAST]
