"""Finding scenes and items by what people say (办事搜索): "开饭店要办什么".

Each scene and item is a few weighted phrases: its name, the words declared for it, what it yields, its materials. What is asked is
cut into terms: pairs of characters, single characters, and pairs of sounds that forgive homophones and the accents of 平翘舌 and
前后鼻音. A term that few entries have weighs more (as in BM25), and the score is the share of the question's weight that was found.
A declared word that stands whole in the question counts beside it, and the city's synonyms add the official word.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import log

from pypinyin import lazy_pinyin

from chengban import packs
from chengban.items.words import Word, alike, plain, word
from chengban.packs import Pack
from chengban.packs.items import Implementation, Item, Scene

LEAST = 14.0
"""A find below this is left out."""
LONGEST = 80
_FILLERS = re.compile(
    "我想要|我想|我要|想要|怎么样|怎么|怎样|咋样|咋|如何|请问|可以|申请|办理|需要|什么|啥子|啥|有没有|哪些|哪里|哪儿|哪个|哪|能不能|能|一下|"
    "去|在|的|吗|呢|了|呀|啊|吧|得|俺|咱|我|手续|流程|材料|要|办|想|给|弄|搞|整|个|几|多少|怎|需|是"
)
_CUT = re.compile(r"[\s\W_]+")
_PAIR, _SINGLE, _SOUND = 1.0, 0.3, 0.6
_SYNONYM = 0.9
_UNSEEN = 2.0
"""The rarity of a term that no entry has: it says little of what is meant, and must not drown what does."""
_WHOLE = 0.5
"""How much a declared word that stands whole in the question counts beside the terms."""

Terms = dict[str, float]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text of an entry, how much it tells, and its terms. `said`: one of the words that people use for it."""

    word: Word
    weight: float
    terms: frozenset[str]
    said: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A scene or an item that can be found."""

    kind: str
    id: str
    title: str
    phrases: tuple[Phrase, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Hit:
    """What was found, with a score of `LEAST` to 100. `note`: whose it is."""

    kind: str
    id: str
    title: str
    score: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every entry, how rare each term is, and which entries have it."""

    entries: tuple[Entry, ...]
    rarity: Mapping[str, float]
    holders: Mapping[str, tuple[int, ...]]
    synonyms: Mapping[str, str]


def find(pack: Pack, asked: str, limit: int = 5) -> list[Hit]:
    """The scenes and items that `asked` may mean, best first; none for an empty question."""
    catalogue = _catalogue(str(pack.folder), id(pack.scenes)) if pack is packs.current() else build(pack)
    return find_in(catalogue, asked, limit)


def find_in(catalogue: Catalogue, asked: str, limit: int = 5) -> list[Hit]:
    """As `find`, in a catalogue that was built before."""
    asked = asked[:LONGEST]
    meant = word(asked)
    if not meant.text:
        return []
    scored = _latin(catalogue, meant) if meant.text.isascii() else _chinese(catalogue, asked, meant)
    kept = sorted(((entry, score) for entry, score in scored if score >= LEAST), key=_order)[:limit]
    return [Hit(entry.kind, entry.id, entry.title, min(100.0, score), entry.note) for entry, score in kept]


def _order(scored: tuple[Entry, float]) -> tuple[float, int, str]:
    entry, score = scored
    return -score, len(entry.title), entry.id


def _latin(catalogue: Catalogue, meant: Word) -> Iterator[tuple[Entry, float]]:
    for entry in catalogue.entries:
        yield entry, max(alike(meant, phrase.word) * phrase.weight for phrase in entry.phrases)


def _chinese(catalogue: Catalogue, asked: str, meant: Word) -> Iterator[tuple[Entry, float]]:
    terms = _asked_terms(asked)
    whole = sum(weight * catalogue.rarity.get(term, _UNSEEN) for term, weight in terms.items())
    extra = _synonym_terms(catalogue, meant.text)
    near = {at for term in (*terms, *extra) if len(term) > 1 for at in catalogue.holders.get(term, ())}
    for at in sorted(near):
        entry = catalogue.entries[at]
        found = max(_found(catalogue, entry, terms), _found(catalogue, entry, {**terms, **extra}) if extra else 0.0)
        yield entry, 100 * (found / whole + _WHOLE * _stands_whole(entry, meant.text))


def _found(catalogue: Catalogue, entry: Entry, terms: Terms) -> float:
    """The weight of the terms that the entry has, each in the phrase that tells most of it."""
    return sum(
        weight * catalogue.rarity[term] * max((phrase.weight for phrase in entry.phrases if term in phrase.terms), default=0.0)
        for term, weight in terms.items()
        if term in catalogue.rarity
    )


def _stands_whole(entry: Entry, asked: str) -> float:
    """The longest of the entry's own words that stands in the question, as a share of the question."""
    longest = max(
        (len(one.word.text) for one in entry.phrases if one.said and len(one.word.text) >= 2 and one.word.text in asked), default=0
    )
    return longest / len(asked)


def _synonym_terms(catalogue: Catalogue, asked: str) -> Terms:
    """The terms of the official words for what people said; of words within each other the longest counts."""
    found = [said for said in catalogue.synonyms if said in asked]
    longest = [said for said in found if not any(said != other and said in other for other in found)]
    return {term: weight * _SYNONYM for said in longest for term, weight in _terms(catalogue.synonyms[said]).items()}


def _asked_terms(asked: str) -> Terms:
    """The terms of a question without its fillers; of one that is nothing else, of all of it."""
    text = unicodedata.normalize("NFKC", asked).lower()
    parts = [part for piece in _CUT.split(text) for part in _FILLERS.sub(" ", piece).split()]
    return {term: weight for part in (parts or [plain(asked)]) for term, weight in _terms(part).items()}


def _terms(text: str) -> Terms:
    """Pairs of characters, single characters, pairs of sounds."""
    text = plain(text)
    sounds = [_blurred(sound) for sound in lazy_pinyin(text)]
    terms: Terms = {text[at : at + 2]: _PAIR for at in range(len(text) - 1)}
    terms |= {letter: _SINGLE for letter in text}
    return terms | {f"{one} {other}": _SOUND for one, other in pairwise(sounds)}


def _blurred(sound: str) -> str:
    """A syllable without the difference of zh and z, ch and c, sh and s, and of -ng and -n."""
    return re.sub("^([zcs])h", r"\1", sound).replace("ng", "n")


def build(pack: Pack, brought: Iterable[tuple[str, Implementation]] = ()) -> Catalogue:
    """The catalogue of a pack, and of items that were brought, each under its code."""
    entries = (
        *(_scene(scene) for scene in pack.scenes.values()),
        *(_item(pack, item) for item in pack.items.values()),
        *(_brought(code, item) for code, item in brought),
    )
    holders: dict[str, list[int]] = defaultdict(list)
    for at, entry in enumerate(entries):
        for term in frozenset().union(*(phrase.terms for phrase in entry.phrases)):
            holders[term].append(at)
    rarity = {term: log(1 + len(entries) / len(those)) for term, those in holders.items()}
    synonyms = {plain(said): one.word for one in pack.synonyms.values() for said in one.said}
    return Catalogue(entries, rarity, {term: tuple(those) for term, those in holders.items()}, synonyms)


def _scene(scene: Scene) -> Entry:
    said = [(scene.name, 1.0, True), *((words, 1.0, True) for words in scene.words)]
    items = [(text, 0.4, False) for item in scene.items for text in (item.name, *item.words)]
    return Entry("scene", scene.id, scene.name, _phrases([*said, *items]), scene.lead)


def _item(pack: Pack, item: Item) -> Entry:
    scene = pack.scenes[item.scene]
    said = [(item.name, 1.0, True), *((words, 1.0, True) for words in item.words)]
    around = [(scene.name, 0.35), *((words, 0.35) for words in scene.words), (item.department, 0.1), (item.condition or "", 0.3)]
    own = [(item.yields or "", 0.6), *((material.name, 0.15) for material in item.materials)]
    phrases = _phrases([*said, *((text, weight, False) for text, weight in (*own, *around))])
    return Entry("item", item.id, item.name, phrases, f"{scene.name} · {item.department}")


def _brought(code: str, item: Implementation) -> Entry:
    around = [(item.department, 0.1), *((material.name, 0.15) for material in item.materials)]
    phrases = _phrases([(item.name, 1.0, True), *((text, weight, False) for text, weight in around)])
    return Entry("item", code, item.name, phrases, item.department)


def _phrases(texts: Iterable[tuple[str, float, bool]]) -> tuple[Phrase, ...]:
    return tuple(Phrase(word(text), weight, frozenset(_terms(text)), said) for text, weight, said in texts if plain(text))


@lru_cache(maxsize=2)
def _catalogue(folder: str, scenes: int) -> Catalogue:
    return build(packs.current())
