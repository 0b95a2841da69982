"""The city this installation serves, as its pack names it."""

from django.utils.translation import gettext


def name() -> str:
    """The city's name in the page's language, or 本市 while no pack can be read."""
    return gettext("本市")
