"""The API's addresses."""

from django.urls import URLPattern, URLResolver, path

from chengban.api import certificates, drafts, items, ledger, offers
from chengban.api.endpoints import api

for router in (offers.router, drafts.router, ledger.router, items.router, certificates.router):
    api.add_router("", router)

urlpatterns: list[URLPattern | URLResolver] = [path("", api.urls)]
