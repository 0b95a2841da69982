"""Signing in and out, the rate limit, and how the page wants to be read."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import translation

from chengban.accounts.models import Account
from chengban.accounts.roles import Role
from tests.people import PASSWORD

AccountOf = Callable[[Role], Account]


def test_a_right_password_opens_a_session_under_a_fresh_key_and_returns_to_the_page(client: Client, account_of: AccountOf) -> None:
    account_of(Role.CLERK)
    client.get("/session")
    session = client.session
    session["before"] = 1
    session.save()
    before = session.session_key
    answer = client.post("/session", {"login": "a-clerk", "password": PASSWORD, "next": "/registers"})
    assert (answer.status_code, answer["Location"]) == (302, "/registers")
    assert client.session.session_key != before


@pytest.mark.parametrize("next_", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_nobody_is_sent_elsewhere_after_signing_in(next_: str, client: Client, account_of: AccountOf) -> None:
    account_of(Role.CLERK)
    answer = client.post("/session", {"login": "a-clerk", "password": PASSWORD, "next": next_})
    assert answer["Location"] == "/"


@pytest.mark.parametrize(("login", "password"), [("a-clerk", "guess-work-9"), ("nobody", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_are_told_in_the_same_words(
    login: str, password: str, client: Client, account_of: AccountOf
) -> None:
    account_of(Role.CLERK)
    answer = client.post("/session", {"login": login, "password": password})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "登录名或密码不对" in text and 'href="#id_password"' in text
    assert f'value="{login}"' in text and password not in text.replace(login, "")


def test_an_empty_form_names_each_field(client: Client, db: None) -> None:
    text = client.post("/session", {}).content.decode()
    assert "请填写登录名。" in text and "请填写密码。" in text and 'aria-invalid="true"' in text


def test_five_wrong_passwords_close_the_door_for_a_quarter_of_an_hour(client: Client, account_of: AccountOf) -> None:
    account_of(Role.CLERK)
    answers = [client.post("/session", {"login": "a-clerk", "password": "wrong"}).status_code for _try in range(5)]
    assert answers == [422, 422, 422, 422, 429]
    locked = client.post("/session", {"login": "a-clerk", "password": PASSWORD})
    assert locked.status_code == 429 and "15 分钟" in locked.content.decode()


def test_another_name_is_not_closed_with_it(client: Client, account_of: AccountOf) -> None:
    account_of(Role.CLERK), account_of(Role.OFFICER)
    for _try in range(5):
        client.post("/session", {"login": "a-clerk", "password": "wrong"})
    assert client.post("/session", {"login": "a-officer", "password": PASSWORD}).status_code == 302


def test_signing_out_ends_the_session_and_needs_a_post(client: Client, account_of: AccountOf) -> None:
    client.force_login(account_of(Role.CLERK), "django.contrib.auth.backends.ModelBackend")
    assert client.get("/session/end").status_code == 405
    assert client.post("/session/end").status_code == 302
    assert "_auth_user_id" not in client.session


def test_a_form_without_its_token_changes_nothing(db: None) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/comfort", {"comfort": "elder"})
    assert answer.status_code == 403 and "页面放得太久了" in answer.content.decode()


def test_elder_mode_is_kept_in_a_cookie_and_can_be_left(client: Client, db: None) -> None:
    answer = client.post("/comfort", {"comfort": "elder", "next": "/registers"})
    assert answer["Location"] == "/registers"
    assert 'class="elder"' in client.get("/").content.decode()
    client.post("/comfort", {"comfort": "usual"})
    assert 'class="elder"' not in client.get("/").content.decode()


def test_english_is_chosen_here_and_not_by_the_browser(client: Client, db: None) -> None:
    assert "您要办什么事" in client.get("/", headers={"Accept-Language": "en-US"}).content.decode()
    client.post("/language", {"language": "en", "next": "https://evil.example"})
    page = client.get("/").content.decode()
    assert "What do you need to do?" in page and '<html lang="en"' in page
    client.post("/language", {"language": "tlh"})
    assert "您要办什么事" in client.get("/").content.decode()
    assert translation.get_language() == "zh-hans"
