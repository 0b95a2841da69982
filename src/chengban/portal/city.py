"""The city this installation serves, as its pack names it."""

from django.utils.translation import get_language, gettext

from chengban import packs


def name() -> str:
    """The city's name in the page's language, or 本市 while no pack can be read."""
    try:
        city = packs.current().city
    except packs.PackMistake:
        return gettext("本市")
    return city.name_en if get_language() == "en" else city.name
