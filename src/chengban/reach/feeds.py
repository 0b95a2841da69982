"""A subject's letters as an Atom feed (RFC 4287): titles and days, and where to read on."""

import re
from datetime import datetime
from xml.etree import ElementTree

from django.utils.timezone import localtime

from chengban.lib import clock
from chengban.reach.models import Feed, Letter

MOST = 50
_ATOM = "http://www.w3.org/2005/Atom"


def letters_in(feed: Feed) -> list[Letter]:
    """What a feed holds: the newest letters of its subject."""
    return list(Letter.objects.filter(subject=feed.subject).order_by("-pk")[:MOST])


def atom(feed: Feed, letters: list[Letter], *, title: str, own: str, portal: str) -> bytes:
    """The feed as XML. `own` is its own address, `portal` that of the portal, without a slash at the end."""
    ElementTree.register_namespace("", _ATOM)
    root = ElementTree.Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "zh-Hans"})
    _add(root, "id", f"urn:chengban:feed:{feed.digest[:32]}")
    _add(root, "title", title)
    _add(root, "updated", _moment(max([feed.at, *(letter.at for letter in letters)])))
    _add(_add(root, "author"), "name", "诚办")
    _add(root, "link", rel="self", href=own, type="application/atom+xml")
    _add(root, "link", rel="alternate", href=f"{portal}/letters", type="text/html")
    for letter in letters:
        _entry(root, feed, letter, portal)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _entry(root: ElementTree.Element, feed: Feed, letter: Letter, portal: str) -> None:
    entry = _add(root, "entry")
    _add(entry, "id", f"urn:chengban:feed:{feed.digest[:32]}:{letter.pk}")
    _add(entry, "title", letter.title)
    _add(entry, "updated", _moment(letter.at))
    _add(entry, "link", rel="alternate", href=f"{portal}/letters/{letter.pk}", type="text/html")
    _add(entry, "category", term=letter.kind)


def _add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    child.text = _UNWRITABLE.sub("", text) or None
    return child


_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write."""


def _moment(value: datetime) -> str:
    return localtime(value, clock.CHINA).isoformat(timespec="seconds")
