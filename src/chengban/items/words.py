"""Phrases as they are compared: written, by their pinyin, by initials; and how alike two of them are."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import Style, lazy_pinyin
from rapidfuzz import fuzz

_NOISE = re.compile(r"[\s\W_]+")


@dataclass(frozen=True, slots=True)
class Word:
    """A phrase as it is compared: written, in pinyin by the syllable, and by initials."""

    text: str
    syllables: tuple[str, ...]
    sound: str
    initials: str


def plain(text: str) -> str:
    """Lower case, half width, without spaces and marks."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).lower())


@lru_cache(maxsize=8192)
def word(text: str) -> Word:
    """`text` ready for comparison."""
    written = plain(text)
    syllables = tuple(lazy_pinyin(written))
    return Word(written, syllables, "".join(syllables), "".join(lazy_pinyin(written, style=Style.FIRST_LETTER)))


def alike(meant: Word, said: Word) -> float:
    """How much what was typed looks or sounds like a phrase, 0 to 100: it is in it, or its pinyin, initials or pairs of letters."""
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
    """How much of what was asked stands in the phrase, pair of characters by pair."""
    pairs = {meant.text[at : at + 2] for at in range(len(meant.text) - 1)}
    shared = sum(pair in said.text for pair in pairs)
    return 90 * shared / len(pairs) if pairs else 0
