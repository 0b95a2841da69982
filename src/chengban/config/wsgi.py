"""What granian serves. A worker reads the pack before it takes its first request, so that nobody waits for it."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengban.config.settings")

from django.core.wsgi import get_wsgi_application

from chengban.packs import current
from chengban.packs.vocabulary import vocabulary

application = get_wsgi_application()
vocabulary(current())
