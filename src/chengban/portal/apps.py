"""The portal's room, and its own files under static/."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "chengban.portal"
    verbose_name = "门户"
