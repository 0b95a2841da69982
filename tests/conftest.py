"""What every test may use. The database is named by DATABASE_URL; Django's own test database is made beside it."""

import os

import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengban.config.settings")


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    # A password's hash costs 0.3 s on purpose; here nobody attacks it.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
