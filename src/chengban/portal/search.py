"""Search over policies, scenes, items and registers that forgives pinyin, initials, homophones and slips of the finger.

Scenes and items are found by `items.search`, the rest here; both score up to 100.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from chengban import packs
from chengban.items import search as items_search
from chengban.items.search import Hit
from chengban.items.words import Word, alike, plain, word
from chengban.packs import Pack
from chengban.policies import catalogue

LEAST = 60.0
"""A find below this score is left out: tried on the phrases of tests/portal/test_search.py."""

SPREAD = 20.0
"""A find this much below the best one is noise beside it."""
SHARE = 0.4
"""So is a scene or an item whose score is less than this share of the best one's."""

FindItems = Callable[[Pack, str, int], list[Hit]]

_FILLERS = re.compile("我想|我要|怎么|如何|请问|可以|申请|办理|需要|什么|有没有|哪些|能不能|一下|的|吗|呢|了")


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be found: what it is, its address, its title and other words people use for it."""

    kind: str
    id: str
    title: str
    title_en: str
    note: str
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Found:
    entry: Entry
    score: float


def index(pack: Pack) -> tuple[Entry, ...]:
    """The policies and registers of the pack."""
    short = {department.id: department.short for department in pack.departments.values()}
    policies = (
        ("policy", p.id, p.name, p.name_en, "、".join(short[d] for d in p.departments), (p.name, p.name_en, p.id))
        for p in pack.policies.values()
    )
    registers = (("register", r.id, r.name, r.name_en, short[r.department], (r.name, r.name_en)) for r in pack.registers.values())
    return tuple(
        Entry(kind, identifier, title, title_en, note, tuple(word(text) for text in words))
        for kind, identifier, title, title_en, note, words in (*policies, *registers)
    )


def search(pack: Pack, asked: str, limit: int = 30, find_items: FindItems = items_search.find) -> list[Found]:
    """Everything that `asked` may mean, best first; what is called so comes before all. `find_items` says among which items."""
    hits = find_items(packs.current(), asked, limit)
    near = [Found(_shown(hit), hit.score) for hit in hits if hit.score >= SHARE * hits[0].score]
    found = sorted([*near, *find(entries(pack), asked, limit)], key=_order)
    return sorted(found, key=lambda one: plain(one.entry.title) != plain(asked))[:limit]


def _shown(hit: Hit) -> Entry:
    return Entry(hit.kind, hit.id, hit.title, "", hit.note, ())


def find(entries: Iterable[Entry], asked: str, limit: int = 30) -> list[Found]:
    """The entries that `asked` may mean, best first; none for an empty question."""
    asked = asked[:80]
    meant = word(_FILLERS.sub("", asked) if plain(_FILLERS.sub("", asked)) else asked)
    if not meant.text:
        return []
    scored = (Found(entry, max(alike(meant, said) * _weight(n) for n, said in enumerate(entry.words))) for entry in entries)
    kept = [found for found in scored if found.score >= LEAST]
    best = max((found.score for found in kept), default=LEAST)
    kept = [found for found in kept if found.score >= best - SPREAD]
    return sorted(kept, key=_order)[:limit]


def _order(found: Found) -> tuple[float, int, str]:
    return -found.score, len(found.entry.title), found.entry.id


def _weight(position: int) -> float:
    """An entry's own title counts in full, its other words a little less."""
    return 1.0 if position == 0 else 0.94


@lru_cache(maxsize=2)
def _indexed(folder: str, pack_id: int, publications: int) -> tuple[Entry, ...]:
    return index(catalogue.as_of(packs.current(), publications))


def entries(pack: Pack) -> tuple[Entry, ...]:
    """The index of this installation's pack with what was published, made once a state."""
    return _indexed(str(pack.folder), id(packs.current()), pack.publications)
