"""What granian serves. A worker reads the pack before it takes its first request, so that nobody waits for it.

It works in the database as a role that sees a subject's record only inside a written reading (`facts.reading.guarding`).
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengban.config.settings")
os.environ.setdefault("CHENGBAN_DATABASE_ROLE", "chengban_web")

from django.core.wsgi import get_wsgi_application

from chengban.packs import current
from chengban.packs.vocabulary import vocabulary

application = get_wsgi_application()
vocabulary(current())
