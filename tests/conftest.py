"""What every test may use. The database is named by DATABASE_URL; Django's own test database is made beside it."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from chengban.accounts.models import Account
    from chengban.accounts.roles import Role

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengban.config.settings")


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    # A password's hash costs 0.3 s on purpose; here nobody attacks it.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def account_of(db: None) -> Callable[["Role"], "Account"]:
    """`account_of(Role.CLERK)`: an account that holds one role."""
    from tests.people import person

    return person
