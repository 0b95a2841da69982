"""The room as Django knows it."""

from django.apps import AppConfig


class ReachConfig(AppConfig):
    """触达."""

    name = "chengban.reach"
    verbose_name = "触达"

    def ready(self) -> None:
        """Hear what became of mails and short messages, and what is asked of certificates and done with them."""
        from chengban.reach import certificates
        from chengban.reach.sending import start_listening

        start_listening()
        certificates.start_listening()
