"""The API's addresses."""

from django.urls import URLPattern, URLResolver, path

from chengban.api import drafts, items, ledger, offers, verdicts
from chengban.api.endpoints import api

for router in (offers.router, drafts.router, ledger.router, items.router, verdicts.router):
    api.add_router("", router)

urlpatterns: list[URLPattern | URLResolver] = [path("", api.urls)]
