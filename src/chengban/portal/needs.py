"""What a page needs of the person who opens it, said above the view."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from chengban.accounts.permissions import Verb, may

View = Callable[..., HttpResponseBase]


def needs(verb: Verb) -> Callable[[View], View]:
    """Ask a visitor to sign in, and refuse (403) an account whose roles do not allow `verb`."""

    def around(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not may(request.user, verb):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return around


def signed_in(view: View) -> View:
    """Ask a visitor to sign in first; what the account may then see, the view's verb decides."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return guarded
