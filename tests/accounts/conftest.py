"""The cast of the account tests."""

from collections.abc import Callable

import pytest

from chengban.accounts.domain import grant_role, open_account
from chengban.accounts.models import Account
from chengban.accounts.roles import Role
from chengban.ledger import Actor

SETUP = Actor.system("tests")
PASSWORD = "lotus-on-the-lake-31"


@pytest.fixture
def account_of(db: None) -> Callable[[Role], Account]:
    """An account that holds one role, opened once for each role."""

    def made(role: Role) -> Account:
        found = Account.objects.filter(login=f"a-{role}").first()
        account = found or open_account(f"a-{role}", display_name="孟晓棠", password=PASSWORD, by=SETUP)
        grant_role(account, role, by=SETUP)
        return account

    return made
