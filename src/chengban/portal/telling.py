"""Telling a person on the next page what became of what they did."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest

from chengban.certificates.errors import CertificatesError
from chengban.items.errors import ItemsError
from chengban.policies.errors import PolicyError


def tell(request: HttpRequest, act: Callable[[], object], done: str = "") -> None:
    """Do it, and show `done`, or the sentence that it answers; where it is refused, why."""
    try:
        answer = act()
        messages.success(request, done or str(answer))
    except (CertificatesError, ItemsError, PolicyError) as error:
        messages.error(request, str(error))
