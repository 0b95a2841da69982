"""The room as Django knows it."""

from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    """电子证照."""

    name = "chengban.certificates"
    verbose_name = "电子证照"

    def ready(self) -> None:
        """Vouch for the matter that data is read for."""
        from chengban.certificates import vouching  # noqa: F401
