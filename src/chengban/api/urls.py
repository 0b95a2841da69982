"""The API's addresses."""

from django.urls import URLPattern, URLResolver, path

from chengban.api import drafts, offers
from chengban.api.endpoints import api

api.add_router("", offers.router)
api.add_router("", drafts.router)

urlpatterns: list[URLPattern | URLResolver] = [path("", api.urls)]
