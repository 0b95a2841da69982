"""Signing in through an outside provider, against a real one on loopback that signs real tokens."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from chengban.accounts.domain import close_account, link_identity
from chengban.accounts.models import Account
from chengban.accounts.roles import Role
from chengban.ledger.models import Entry
from tests.accounts.provider import Provider, _new_key, start
from tests.people import SETUP

pytestmark = pytest.mark.urls("tests.accounts.urls_oidc")


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    provider = Provider()
    server = start(provider)
    given: dict[str, Any] = {
        "OIDC": True, "OIDC_RP_CLIENT_ID": "chengban", "OIDC_RP_CLIENT_SECRET": "secret", "OIDC_RP_SIGN_ALGO": "RS256",
        "OIDC_OP_AUTHORIZATION_ENDPOINT": f"{provider.address}/authorize", "OIDC_OP_TOKEN_ENDPOINT": f"{provider.address}/token",
        "OIDC_OP_USER_ENDPOINT": f"{provider.address}/user", "OIDC_OP_JWKS_ENDPOINT": f"{provider.address}/jwks",
        "OIDC_CREATE_USER": False, "OIDC_USE_PKCE": True,
        "AUTHENTICATION_BACKENDS": [*settings.AUTHENTICATION_BACKENDS, "chengban.accounts.oidc.ProviderBackend"],
    }  # fmt: skip
    for name, value in given.items():
        setattr(settings, name, value)
    yield provider
    server.shutdown()
    server.server_close()


@pytest.fixture
def linked(provider: Provider, account_of: Callable[[Role], Account]) -> Account:
    account = account_of(Role.CLERK)
    link_identity(account, issuer=provider.address, subject="person-1", by=SETUP)
    return account


def come_back(client: Client, provider: Provider, **change: str) -> str | None:
    """Go to the provider and come back with its code; the id of the account that is signed in then."""
    asked = parse_qs(urlsplit(client.get("/oidc/authenticate/")["Location"]).query)
    provider.nonce = asked["nonce"][0]
    client.get("/oidc/callback/", {"state": asked["state"][0], "code": provider.code} | change)
    return client.session.get("_auth_user_id")


def test_a_linked_identity_signs_in_and_staff_are_recorded(client: Client, provider: Provider, linked: Account) -> None:
    assert come_back(client, provider) == str(linked.pk)
    assert Entry.objects.filter(act="accounts.sign_in", subject=f"account:{linked.pk}").count() == 1


def test_an_unknown_identity_is_told_so_and_no_account_is_made(client: Client, provider: Provider, linked: Account) -> None:
    provider.claims, provider.user = {"sub": "person-2"}, {"sub": "person-2"}
    before = Account.objects.count()
    assert come_back(client, provider) is None
    assert Account.objects.count() == before
    assert "没有绑定" in client.get("/session").content.decode()


def test_a_closed_account_stays_out(client: Client, provider: Provider, linked: Account) -> None:
    close_account(linked, by=SETUP)
    assert come_back(client, provider) is None


def test_closing_an_account_ends_the_session_it_has(client: Client, provider: Provider, linked: Account) -> None:
    come_back(client, provider)
    close_account(linked, by=SETUP)
    assert "退出" not in client.get("/session").content.decode()


@pytest.mark.parametrize(
    "change",
    [
        {"claims": {"aud": "another-client"}},
        {"claims": {"nonce": "replayed"}},
        {"claims": {"exp": 1}},
        {"claims": {"iss": "https://elsewhere.example"}},
        {"claims": {"iss": None}},
        {"user": {"sub": "person-2"}},
        {"published": _new_key()},
    ],
    ids=["audience", "nonce", "expired", "issuer", "no issuer", "user information of another", "signature"],
)
def test_an_answer_that_does_not_hold_signs_nobody_in(
    change: dict[str, Any], client: Client, provider: Provider, linked: Account
) -> None:
    for name, value in change.items():
        setattr(provider, name, value)
    assert come_back(client, provider) is None


def test_a_named_issuer_is_insisted_on(client: Client, provider: Provider, linked: Account, settings: Settings) -> None:
    settings.OIDC_OP_ISSUER = "https://other.example"
    assert come_back(client, provider) is None


def test_a_wrong_code_signs_nobody_in(client: Client, provider: Provider, linked: Account) -> None:
    assert come_back(client, provider, code="guessed") is None


def test_a_provider_that_is_away_signs_nobody_in_and_breaks_nothing(
    client: Client, provider: Provider, linked: Account, settings: Settings
) -> None:
    settings.OIDC_OP_TOKEN_ENDPOINT = "http://127.0.0.1:9/token"
    assert come_back(client, provider) is None
