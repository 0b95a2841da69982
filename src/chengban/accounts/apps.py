"""The room of accounts: who may come in, as whom, and what each role may do."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class AccountsConfig(AppConfig):
    name = "chengban.accounts"
    verbose_name = "账号"

    def ready(self) -> None:
        from chengban.accounts import domain

        # Password and OpenID Connect sign-ins both pass this signal, and nothing signs in without it.
        user_logged_in.connect(domain.on_signed_in, dispatch_uid="accounts.sign_in")
