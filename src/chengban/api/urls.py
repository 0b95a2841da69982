"""The API's addresses."""

from django.urls import URLPattern, URLResolver, path

from chengban.api.endpoints import api
from chengban.api.offers import router

api.add_router("", router)

urlpatterns: list[URLPattern | URLResolver] = [path("", api.urls)]
