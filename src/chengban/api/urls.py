"""The API's addresses."""

from django.urls import URLPattern, URLResolver, path

from chengban.api import items, ledger, offers
from chengban.api.endpoints import api

api.add_router("", offers.router)
api.add_router("", ledger.router)
api.add_router("", items.router)

urlpatterns: list[URLPattern | URLResolver] = [path("", api.urls)]
