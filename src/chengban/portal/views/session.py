"""Signing in and out."""

from typing import Any

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from chengban.accounts import demo
from chengban.portal.forms import SignInForm


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def session(request: HttpRequest) -> HttpResponse:
    """The sign-in page; a right name and password open a session under a fresh key."""
    form = SignInForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        account = auth.authenticate(request, **form.cleaned_data)
        if account is not None:
            auth.login(request, account)
            return redirect(_next(request))
        form.add_error("password", _("登录名或密码不对。您填写的登录名已保留，请重新输入密码。"))
    status = 422 if form.errors else 200
    given = {"form": form, "cast": demo.cast(), "next": _next(request), "oidc": settings.OIDC}
    return render(request, "portal/pages/sign_in.html", given, status=status)


@require_POST
def session_end(request: HttpRequest) -> HttpResponse:
    auth.logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """What the rate limit answers: when one may try again, and what to do until then."""
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    return render(request, "portal/pages/locked_out.html", {"minutes": minutes}, status=429)


def _next(request: HttpRequest) -> str:
    """Where to go afterwards: the page that asked for a sign-in, if it is one of ours."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if ours else "/"
