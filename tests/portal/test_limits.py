"""Whose questions are counted."""

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from chengban.portal.limits import address_of


@pytest.mark.parametrize(
    ("https", "forwarded", "address"),
    [
        (False, "", "192.0.2.1"),
        (False, "198.51.100.9", "192.0.2.1"),
        (True, "198.51.100.9", "198.51.100.9"),
        (True, "6.6.6.6, 198.51.100.9", "198.51.100.9"),
        (True, "", "192.0.2.1"),
    ],
)
def test_only_what_our_own_proxy_says_is_believed(settings: Settings, https: bool, forwarded: str, address: str) -> None:
    settings.HTTPS = https
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", **({"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}))
    assert address_of(request) == address
