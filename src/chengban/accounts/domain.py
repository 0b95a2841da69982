"""The acts on accounts. Each is one transaction and one ledger entry."""

import re
from collections.abc import Collection
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db import connection, transaction
from django.utils.translation import gettext as _

from chengban.accounts.models import Account, Grant, Identity, Mandate, MandateKind
from chengban.accounts.roles import Role
from chengban.ledger import Actor, append
from chengban.lib import clock


class AccountRefused(Exception):
    """An act on an account was refused; the message is a sentence for the person who asked."""


class LoginTaken(AccountRefused):
    """The login name belongs to another account."""


class WeakPassword(AccountRefused):
    """The password does not meet the rules."""


class WrongContact(AccountRefused):
    """An e-mail address or a mobile number is none."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def _about(account: Account) -> str:
    return f"account:{account.pk}"


@transaction.atomic
def open_account(login: str, *, display_name: str, password: str | None, by: Actor, department: str = "") -> Account:
    """Open an account without any role. `password` None means: only an outside identity can sign in.

    Raises `LoginTaken`, `WeakPassword`.
    """
    if Account.objects.filter(login=login).exists():
        raise LoginTaken(_("登录名 %(login)s 已有人使用，请换一个。") % {"login": login})
    account = Account(login=login, display_name=display_name, department=department, opened_at=clock.now(), opened_by=str(by))
    _set_password(account, password)
    account.save()
    append(by, "accounts.open_account", _about(account), {"department": department})
    return account


def _set_password(account: Account, password: str | None) -> None:
    try:
        if password is not None:
            validate_password(password, account)
    except ValidationError as mistake:
        raise WeakPassword(" ".join(mistake.messages)) from mistake
    account.set_password(password)


@transaction.atomic
def close_account(account: Account, *, by: Actor) -> None:
    """Close an account: it can no longer sign in, and sessions it has are refused."""
    account.closed_at, account.closed_by = clock.now(), str(by)
    account.save(update_fields=["closed_at", "closed_by"])
    append(by, "accounts.close_account", _about(account))


_MOBILE = re.compile(r"1[3-9][0-9]{9}")


@transaction.atomic
def set_contacts(account: Account, *, email: str, phone: str, by: Actor) -> None:
    """Set where an account can be reached; empty: not there. The ledger keeps that they changed, not what they are.

    Raises `WrongContact`.
    """
    email, phone = email.strip(), re.sub(r"[\s-]", "", phone)
    if phone and not _MOBILE.fullmatch(phone):
        raise WrongContact("phone", _("手机号应为 11 位数字，以 1 开头。请核对后重新填写。"))
    if email:
        _need_address(email)
    account.email, account.phone = email, phone
    account.save(update_fields=["email", "phone"])
    append(by, "accounts.set_contacts", _about(account), {"email": bool(email), "phone": bool(phone)})


def _need_address(email: str) -> None:
    longest = Account._meta.get_field("email").max_length
    try:
        validate_email(email)
        MaxLengthValidator(longest)(email)
    except ValidationError as mistake:
        raise WrongContact("email", _("电子邮箱的写法不对，例如 name@example.cn。请核对后重新填写。")) from mistake


@transaction.atomic
def grant_role(account: Account, role: Role, *, by: Actor) -> Grant:
    """Give `account` a role. Giving it twice leaves the first grant as it stands."""
    held = account.grants.holding().filter(role=role).first()
    if held:
        return held
    grant = Grant.objects.create(account=account, role=role, granted_at=clock.now(), granted_by=str(by))
    account.forget_holdings()
    append(by, "accounts.grant_role", _about(account), {"role": role.value})
    return grant


@transaction.atomic
def withdraw_role(account: Account, role: Role, *, by: Actor) -> None:
    """Take a role back. A role that is not held is left alone."""
    changed = account.grants.holding().filter(role=role).update(withdrawn_at=clock.now(), withdrawn_by=str(by))
    account.forget_holdings()
    if changed:
        append(by, "accounts.withdraw_role", _about(account), {"role": role.value})


@transaction.atomic
def give_mandate(account: Account, subject: str, *, kind: MandateKind, by: Actor) -> Mandate:
    """Let `account` act for `subject` (USCC, or the citizen number that the account is)."""
    held = account.mandates.holding().filter(subject=subject).first()
    if held:
        return held
    mandate = Mandate.objects.create(account=account, subject=subject, kind=kind, given_at=clock.now(), given_by=str(by))
    account.forget_holdings()
    append(by, "accounts.give_mandate", _about(account), {"kind": kind.value, "mandate": mandate.pk})
    return mandate


@transaction.atomic
def withdraw_mandate(mandate: Mandate, *, by: Actor) -> None:
    """End a mandate today."""
    mandate.withdrawn_at, mandate.withdrawn_by = clock.now(), str(by)
    mandate.save(update_fields=["withdrawn_at", "withdrawn_by"])
    append(by, "accounts.withdraw_mandate", _about(mandate.account), {"mandate": mandate.pk})


def acts_for(account: int, subjects: Collection[str]) -> bool:
    """Whether the account has a mandate for each of the subjects now. Asked before every reading, and so in plain SQL."""
    wanted = sorted(set(subjects))
    with connection.cursor() as cursor:
        cursor.execute(_ACTS_FOR, [account, wanted])
        return bool(cursor.fetchone()[0] == len(wanted))


_ACTS_FOR = "SELECT count(*) FROM accounts_mandate WHERE account_id = %s AND subject = ANY(%s) AND withdrawn_at IS NULL"


@transaction.atomic
def link_identity(account: Account, *, issuer: str, subject: str, by: Actor) -> Identity:
    """Let the outside identity (`issuer`, `subject`) sign in as `account`."""
    identity = Identity.objects.create(account=account, issuer=issuer, subject=subject, linked_at=clock.now(), linked_by=str(by))
    append(by, "accounts.link_identity", _about(account), {"issuer": issuer})
    return identity


@transaction.atomic
def sign_in(account: Account) -> None:
    """Record that a member of staff signed in. A citizen's or an enterprise's own sign-in is not the city's to keep."""
    if account.is_staff_member:
        append(account.actor, "accounts.sign_in", _about(account))


def on_signed_in(sender: object, user: Any, **_signal: object) -> None:
    """Django's word that somebody came in, by whichever door."""
    sign_in(user)


def make_demo_cast(*, by: Actor, enterprise: str = "", citizen: str = "") -> list[Account]:
    """See `accounts.demo.make_demo_cast`."""
    from chengban.accounts import demo

    return demo.make_demo_cast(by=by, enterprise=enterprise, citizen=citizen)
