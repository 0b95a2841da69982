"""Sign-in through the province's unified identity (OpenID Connect), where one is configured.

The provider says who somebody is; which account that is, an administrator has said before (`Identity`). No account is
ever made, and none is found by a name or an address that the provider could change.
"""

import logging
from typing import Any

import jwt
import requests
from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView

from chengban.accounts.models import Account

LOG = logging.getLogger(__name__)


class ProviderBackend(OIDCAuthenticationBackend):
    """Maps the provider's (issuer, subject) to the account it was linked with."""

    def authenticate(self, request: HttpRequest | None, **kwargs: Any) -> Account | None:
        """The account, or None when the provider's answer cannot be trusted or cannot be had; never an error page."""
        try:
            account: Account | None = super().authenticate(request, **kwargs)
        except (jwt.PyJWTError, requests.RequestException, SuspiciousOperation) as mistake:
            LOG.warning("outside sign-in refused: %s", type(mistake).__name__)
            return None
        return account if account and account.is_active else None

    def verify_token(self, token: str, **kwargs: Any) -> dict[str, Any]:
        """The claims of the token, after its signature, nonce, audience and issuer hold (OpenID Connect Core 3.1.3.7)."""
        claims: dict[str, Any] = super().verify_token(token, **kwargs)
        audience = claims.get("aud")
        if self.OIDC_RP_CLIENT_ID not in (audience if isinstance(audience, list) else [audience]):
            raise SuspiciousOperation("the token was issued to another client")
        expected = self.get_settings("OIDC_OP_ISSUER", None)
        if not claims.get("iss") or (expected and claims["iss"] != expected):
            raise SuspiciousOperation("the token was issued by another provider")
        return claims

    def get_userinfo(self, access_token: str, id_token: str, payload: dict[str, Any]) -> dict[str, Any]:
        """The provider's user information, refused unless it speaks of the token's subject (Core 5.3.2)."""
        info: dict[str, Any] = super().get_userinfo(access_token, id_token, payload)
        if not payload.get("sub") or info.get("sub") != payload["sub"]:
            raise SuspiciousOperation("the user information is about somebody else")
        return {**info, "iss": payload["iss"]}

    def verify_claims(self, claims: dict[str, Any]) -> bool:
        return bool(claims.get("sub") and claims.get("iss"))

    def filter_users_by_claims(self, claims: dict[str, Any]) -> QuerySet[Account]:
        return Account.objects.filter(identities__issuer=claims["iss"], identities__subject=claims["sub"])

    def get_user(self, user_id: int) -> Account | None:
        """The account of a session, refused from the moment it is closed."""
        return Account.objects.filter(pk=user_id, closed_at=None).first()

    def describe_user_by_claims(self, claims: dict[str, Any]) -> str:
        return "an identity that is linked to no account"


class CallbackView(OIDCAuthenticationCallbackView):
    """Where the provider sends people back; a failure is said on the sign-in page."""

    @property
    def failure_url(self) -> str:
        messages.error(self.request, _("统一身份认证没有通过，或者这个身份还没有绑定本系统的账号。请联系系统管理员绑定后再登录。"))
        return reverse("sign-in")
