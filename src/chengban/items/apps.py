"""The room as Django knows it."""

from django.apps import AppConfig


class ItemsConfig(AppConfig):
    """政务服务事项."""

    name = "chengban.items"
    verbose_name = "政务服务事项"
