"""The two doors and the two lamps (health, metrics)."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from chengban.api import log
from chengban.api.callbacks import treasury_callbacks

urlpatterns: list[URLPattern | URLResolver] = [
    path("exchange/treasury/callbacks", treasury_callbacks, name="treasury-callbacks"),
    path("log/checkpoint", log.checkpoint, name="log-checkpoint"),
    path("log/witnessed", log.witnessed, name="log-witnessed"),
    path("log/key", log.key, name="log-key"),
    path("log/tile/<path:address>", log.tile, name="log-tile"),
    path("log/cosignatures", log.cosignatures, name="log-cosignatures"),
    path("api/", include("chengban.api.urls")),
    path("", include("chengban.portal.urls")),
]
if settings.OIDC:
    urlpatterns.append(path("oidc/", include("mozilla_django_oidc.urls")))
