"""The cast of the tests: one account for each role, who do not exist."""

from chengban.accounts.domain import grant_role, open_account
from chengban.accounts.models import Account
from chengban.accounts.roles import Role
from chengban.ledger import Actor

SETUP = Actor.system("tests")
PASSWORD = "lotus-on-the-lake-31"


def person(role: Role) -> Account:
    """The account `a-<role>`, which holds that role; opened when first asked for."""
    found = Account.objects.filter(login=f"a-{role}").first()
    account = found or open_account(f"a-{role}", display_name="孟晓棠", password=PASSWORD, by=SETUP)
    grant_role(account, role, by=SETUP)
    return account
