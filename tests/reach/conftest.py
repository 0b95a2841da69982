"""Accounts that act for 清荷, and channels that the city has an address for."""

import pytest

from chengban.accounts.domain import give_mandate, grant_role, open_account, set_contacts
from chengban.accounts.models import Account, MandateKind
from chengban.accounts.roles import Role
from tests import town
from tests.people import PASSWORD, SETUP

PHONE, MAIL = "13800005678", "lin@example.cn"


@pytest.fixture
def addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both channels have an address, so that messages for them are put in the outbox."""
    monkeypatch.setenv("CHENGBAN_SMS_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("CHENGBAN_MAIL_URL", "smtp://127.0.0.1:9")
    monkeypatch.delenv("CHENGBAN_PORTAL_URL", raising=False)


def reader(login: str = "lin", subject: str = town.LOTUS, *, phone: str = PHONE, email: str = MAIL) -> Account:
    """An agent of a firm, who can be reached."""
    account = open_account(login, display_name="林知远", password=PASSWORD, by=SETUP)
    grant_role(account, Role.AGENT, by=SETUP)
    give_mandate(account, subject, kind=MandateKind.ENTERPRISE, by=SETUP)
    set_contacts(account, phone=phone, email=email, by=SETUP)
    return account
