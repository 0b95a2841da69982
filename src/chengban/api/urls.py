"""The API's addresses."""

from django.urls import URLPattern, URLResolver, path

from chengban.api import drafts, items, ledger, offers, readings, scenes
from chengban.api.endpoints import api

for router in (offers.router, drafts.router, ledger.router, items.router, scenes.router, readings.router):
    api.add_router("", router)

urlpatterns: list[URLPattern | URLResolver] = [path("", api.urls)]
