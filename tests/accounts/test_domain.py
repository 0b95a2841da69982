"""The acts on accounts: what they leave in the database and in the ledger."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from pytest_django import Settings

from chengban.accounts import demo
from chengban.accounts.domain import LoginTaken, WeakPassword, grant_role, make_demo_cast, open_account, withdraw_role
from chengban.accounts.models import Account, Grant
from chengban.accounts.roles import Role
from chengban.ledger import Actor
from chengban.ledger.models import Entry
from tests.people import PASSWORD, SETUP

AccountOf = Callable[[Role], Account]


def acts() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("act", flat=True))


def test_opening_an_account_leaves_one_entry_and_no_personal_datum(db: None) -> None:
    account = open_account("meng", display_name="孟晓棠", password=PASSWORD, by=SETUP)
    entry = Entry.objects.get()
    assert (entry.act, entry.subject, entry.actor) == ("accounts.open_account", f"account:{account.pk}", "system:tests")
    assert "孟晓棠" not in str(entry.payload)


def test_a_taken_login_is_refused_and_leaves_nothing(db: None) -> None:
    open_account("meng", display_name="孟晓棠", password=PASSWORD, by=SETUP)
    with pytest.raises(LoginTaken, match="meng"):
        open_account("meng", display_name="另一人", password=PASSWORD, by=SETUP)
    assert acts() == ["accounts.open_account"]


@pytest.mark.parametrize("password", ["short", "password1234", "mengxiaotang"])
def test_a_weak_password_is_refused(password: str, db: None) -> None:
    with pytest.raises(WeakPassword):
        open_account("mengxiaotang", display_name="孟晓棠", password=password, by=SETUP)
    assert not Account.objects.exists() and acts() == []


def test_an_account_without_a_password_cannot_sign_in_by_one(db: None, client: Client) -> None:
    open_account("outside", display_name="外来", password=None, by=SETUP)
    assert client.post("/session", {"login": "outside", "password": ""}).status_code == 422


def test_a_role_is_granted_once_withdrawn_with_who_and_when_and_can_be_granted_again(account_of: AccountOf) -> None:
    account = account_of(Role.CLERK)
    assert grant_role(account, Role.CLERK, by=SETUP).pk == account.grants.get().pk
    withdraw_role(account, Role.CLERK, by=Actor.account(7))
    withdraw_role(account, Role.CLERK, by=Actor.account(8))
    gone = account.grants.get()
    assert gone.withdrawn_by == "account:7" and gone.withdrawn_at is not None
    grant_role(account, Role.CLERK, by=SETUP)
    assert account.grants.count() == 2 and account.roles == {Role.CLERK}
    assert acts().count("accounts.grant_role") == 2 and acts().count("accounts.withdraw_role") == 1


def test_the_database_refuses_a_second_grant_that_holds_and_an_unknown_role(account_of: AccountOf) -> None:
    account = account_of(Role.CLERK)
    for role in (Role.CLERK, "emperor"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Grant.objects.create(account=account, role=role, granted_at=account.opened_at, granted_by="x")


def test_staff_who_sign_in_are_recorded_and_citizens_are_not(account_of: AccountOf, client: Client) -> None:
    for role in (Role.CLERK, Role.CITIZEN):
        account_of(role)
        assert client.post("/session", {"login": f"a-{role}", "password": PASSWORD}).status_code == 302
    entries = Entry.objects.filter(act="accounts.sign_in")
    assert [entry.subject for entry in entries] == [f"account:{account_of(Role.CLERK).pk}"]


def test_the_cast_has_each_role_once_can_be_made_twice_and_can_sign_in(db: None, settings: Settings, client: Client) -> None:
    settings.DEMO = True
    make_demo_cast(by=SETUP)
    made = make_demo_cast(by=SETUP, enterprise="91371500MA3C000001", citizen="371502199001010011")
    assert {role for account in made for role in account.roles} == set(Role) and len(made) == 8
    assert {a.login: a.subjects for a in made if a.subjects} == {
        "citizen": ("371502199001010011",), "agent": ("91371500MA3C000001",),
    }  # fmt: skip
    assert acts().count("accounts.open_account") == 8 and acts().count("accounts.give_mandate") == 2
    assert client.post("/session", {"login": "agent", "password": demo.password_of("agent")}).status_code == 302


def test_the_cast_follows_a_changed_secret(db: None, settings: Settings) -> None:
    settings.DEMO = True
    make_demo_cast(by=SETUP)
    old = demo.password_of("clerk")
    settings.SECRET_KEY = "another secret"
    make_demo_cast(by=SETUP)
    clerk = Account.objects.get(login="clerk")
    assert clerk.check_password(demo.password_of("clerk")) and not clerk.check_password(old)


def test_there_is_no_cast_outside_a_demonstration(db: None, settings: Settings, client: Client) -> None:
    settings.DEMO = False
    with pytest.raises(demo.NotDemo):
        make_demo_cast(by=SETUP)
    assert "演示人物" not in client.get("/session").content.decode()


def test_accounts_are_the_user_model() -> None:
    assert settings.AUTH_USER_MODEL == "accounts.Account"
