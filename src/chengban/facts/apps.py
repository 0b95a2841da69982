"""The room of facts: registers, subjects, and reading under law."""

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class FactsConfig(AppConfig):
    name = "chengban.facts"
    verbose_name = "数据"

    def ready(self) -> None:
        from chengban.facts.reading import matters  # noqa: F401  # its matters vouch for themselves

        post_migrate.connect(let_the_web_work, sender=self, dispatch_uid="facts.let_the_web_work")


def let_the_web_work(using: str, **_signal: object) -> None:
    """What a migration made is the web's to work with."""
    from chengban.facts.reading.guarding import LET_THE_WEB_WORK

    with connections[using].cursor() as cursor:
        cursor.execute(LET_THE_WEB_WORK)
