"""Search over items, policies and registers that forgives pinyin, initials, homophones and slips of the finger."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import Style, lazy_pinyin
from rapidfuzz import fuzz

from chengban import packs
from chengban.packs import Pack
from chengban.policies import catalogue

LEAST = 60.0
"""A find below this score is left out: tried on the phrases of tests/portal/test_search.py."""

SPREAD = 20.0
"""A find this much below the best one is noise beside it."""

_FILLERS = re.compile("我想|我要|怎么|如何|请问|可以|申请|办理|需要|什么|有没有|哪些|能不能|一下|的|吗|呢|了")
_NOISE = re.compile(r"[\s\W_]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be found: what it is, its address, its title and other words people use for it."""

    kind: str
    id: str
    title: str
    title_en: str
    note: str
    words: tuple["Word", ...]


@dataclass(frozen=True, slots=True)
class Word:
    """A phrase as it is compared: written, in pinyin by the syllable, and by initials."""

    text: str
    syllables: tuple[str, ...]
    sound: str
    initials: str


@dataclass(frozen=True, slots=True)
class Found:
    entry: Entry
    score: float


def plain(text: str) -> str:
    """Lower case, half width, without spaces and marks."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).lower())


@lru_cache(maxsize=4096)
def word(text: str) -> Word:
    """`text` ready for comparison."""
    written = plain(text)
    syllables = tuple(lazy_pinyin(written))
    return Word(written, syllables, "".join(syllables), "".join(lazy_pinyin(written, style=Style.FIRST_LETTER)))


def index(pack: Pack) -> tuple[Entry, ...]:
    """Everything of the pack that can be found."""
    short = {department.id: department.short for department in pack.departments.values()}
    policies = (
        ("policy", p.id, p.name, p.name_en, "、".join(short[d] for d in p.departments), (p.name, p.name_en, p.id))
        for p in pack.policies.values()
    )
    items = (
        ("item", i.id, i.name, "", f"{pack.scenes[i.scene].name} · {i.department}", (i.name, *i.words, pack.scenes[i.scene].name))
        for i in pack.items.values()
    )
    registers = (("register", r.id, r.name, r.name_en, short[r.department], (r.name, r.name_en)) for r in pack.registers.values())
    return tuple(
        Entry(kind, identifier, title, title_en, note, tuple(word(text) for text in words))
        for kind, identifier, title, title_en, note, words in (*policies, *items, *registers)
    )


def find(entries: Iterable[Entry], asked: str, limit: int = 30) -> list[Found]:
    """The entries that `asked` may mean, best first; none for an empty question."""
    asked = asked[:80]
    meant = word(_FILLERS.sub("", asked) if plain(_FILLERS.sub("", asked)) else asked)
    if not meant.text:
        return []
    scored = (Found(entry, max(_score(meant, said) * _weight(n) for n, said in enumerate(entry.words))) for entry in entries)
    kept = [found for found in scored if found.score >= LEAST]
    best = max((found.score for found in kept), default=LEAST)
    kept = [found for found in kept if found.score >= best - SPREAD]
    return sorted(kept, key=lambda found: (-found.score, len(found.entry.title), found.entry.id))[:limit]


def _weight(position: int) -> float:
    """An entry's own title counts in full, its other words a little less."""
    return 1.0 if position == 0 else 0.94


def _score(meant: Word, said: Word) -> float:
    if not said.text:
        return 0
    if meant.text in said.text:
        return 94 + 6 * len(meant.text) / len(said.text)
    return _latin(meant, said) if meant.text.isascii() else max(_sounds_alike(meant, said), _overlaps(meant, said))


def _latin(meant: Word, said: Word) -> float:
    """Letters: whole syllables, initials, or pinyin with a slip in it."""
    typed = meant.text
    if len(typed) >= 2 and typed in said.initials:
        return 84 + 12 * len(typed) / len(said.initials)
    if len(typed) >= 2 and _starts_at_syllable(typed, said.syllables):
        return 88 + 6 * len(typed) / len(said.sound)
    return 0.86 * fuzz.partial_ratio(typed, said.sound, score_cutoff=78) if 5 <= len(typed) <= len(said.sound) + 2 else 0


def _starts_at_syllable(typed: str, syllables: tuple[str, ...]) -> bool:
    return any("".join(syllables[start:]).startswith(typed) for start in range(len(syllables)))


def _sounds_alike(meant: Word, said: Word) -> float:
    """Characters that sound the same or nearly so (高薪 for 高新)."""
    size = len(meant.syllables)
    if size >= 2 and any(said.syllables[at : at + size] == meant.syllables for at in range(len(said.syllables))):
        return 88 + 4 * size / len(said.syllables)
    return 0.88 * fuzz.partial_ratio(meant.sound, said.sound, score_cutoff=80) if 3 <= size <= len(said.syllables) else 0


def _overlaps(meant: Word, said: Word) -> float:
    """How much of what was asked stands in the title, pair of characters by pair."""
    pairs = {meant.text[at : at + 2] for at in range(len(meant.text) - 1)}
    shared = sum(pair in said.text for pair in pairs)
    return 90 * shared / len(pairs) if pairs else 0


@lru_cache(maxsize=2)
def _indexed(folder: str, pack_id: int, publications: int) -> tuple[Entry, ...]:
    return index(catalogue.as_of(packs.current(), publications))


def entries(pack: Pack) -> tuple[Entry, ...]:
    """The index of this installation's pack with what was published, made once a state."""
    return _indexed(str(pack.folder), id(packs.current()), pack.publications)
