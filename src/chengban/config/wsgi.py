"""What granian serves. A worker reads the pack and every page's code before its first request, so that nobody waits for it.

It works in the database as a role that sees a subject's record only inside a written reading (`facts.reading.guarding`).
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengban.config.settings")
os.environ.setdefault("CHENGBAN_DATABASE_ROLE", "chengban_web")

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from chengban.packs import current
from chengban.packs.vocabulary import vocabulary

application = get_wsgi_application()
vocabulary(current())
get_resolver().url_patterns  # noqa: B018  # reading it is what imports the pages
