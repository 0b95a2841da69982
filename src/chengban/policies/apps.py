"""The room as Django knows it."""

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    """政策."""

    name = "chengban.policies"
    verbose_name = "政策"

    def ready(self) -> None:
        """Hear what became of payments, and vouch for the matters that data is read for."""
        from chengban.exchange import inbox, settling
        from chengban.policies import payments, returning, vouching  # noqa: F401

        settling.listen(payments.SYSTEM, payments.ACT, payments.hear)
        inbox.listen(payments.SYSTEM, payments.ACT, returning.hear)
