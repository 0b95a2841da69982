"""The API's addresses."""

from django.urls import URLPattern, URLResolver, path

from chengban.api import certificates, drafts, items, ledger, offers, readings, scenes, verdicts
from chengban.api.endpoints import api

ROUTERS = (offers, drafts, ledger, items, scenes, certificates, verdicts, readings)
for room in ROUTERS:
    api.add_router("", room.router)

urlpatterns: list[URLPattern | URLResolver] = [path("", api.urls)]
