"""The API's addresses."""

from django.urls import URLPattern, URLResolver, path

from chengban.api.endpoints import api

urlpatterns: list[URLPattern | URLResolver] = [path("", api.urls)]
