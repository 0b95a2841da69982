"""The addresses of an installation that has an outside provider."""

from django.urls import include, path

from chengban.accounts.oidc import CallbackView
from chengban.config.urls import urlpatterns as usual

urlpatterns = [
    path("oidc/callback/", CallbackView.as_view(), name="oidc_authentication_callback"),
    path("oidc/", include("mozilla_django_oidc.urls")),
    *usual,
]
