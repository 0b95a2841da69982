"""The two doors and the two lamps (health, metrics)."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from chengban.api.callbacks import treasury_callbacks

urlpatterns: list[URLPattern | URLResolver] = [
    path("exchange/treasury/callbacks", treasury_callbacks, name="treasury-callbacks"),
    path("", include("chengban.portal.urls")),
    path("api/", include("chengban.api.urls")),
]
if settings.OIDC:
    urlpatterns.append(path("oidc/", include("mozilla_django_oidc.urls")))
