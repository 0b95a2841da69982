"""The peer of `bench reading`: a Django view that reads the same row and keeps no word of it, served by the same server.

`BENCH_BARE=plain` has no middleware at all; `BENCH_BARE=signed-in` has the product's own, and asks who is signed in.
"""

import os

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import models
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from chengban.config import settings as product

PLAIN = os.environ.get("BENCH_BARE") == "plain"
TABLE, FIELD = os.environ["BENCH_TABLE"], os.environ["BENCH_FIELD"]

if PLAIN:
    settings.configure(
        DATABASES=product.DATABASES, MIDDLEWARE=[], ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY=product.SECRET_KEY,
        USE_TZ=True,
    )  # fmt: skip
else:
    os.environ["DJANGO_SETTINGS_MODULE"] = "chengban.config.settings"
    settings.ROOT_URLCONF = __name__
django.setup()


class Row(models.Model):
    """The register's row, as anybody would declare it who only wants to read it."""

    uscc = models.TextField(primary_key=True)
    value = models.TextField(db_column=FIELD, null=True)
    ended = models.BigIntegerField(null=True)

    class Meta:
        app_label = "bare"
        db_table = TABLE
        managed = False


def row(request: HttpRequest, subject: str) -> HttpResponse:
    """The row of a subject, as the product's endpoint reads it."""
    if not PLAIN and not request.user.is_authenticated:
        return HttpResponse(status=401)
    found = Row._default_manager.filter(ended=None).get(uscc=subject)
    return JsonResponse({"subject": subject, "value": found.value})


urlpatterns = [path("rows/<str:subject>", row)]
application = get_wsgi_application()
