"""What a reader sees instead of a value that is not theirs to see in full (脱敏): enough to recognise it, too little to use it."""

from datetime import date
from typing import Any

from chengban.facts.frame import Kind, source_of
from chengban.packs import Pack
from chengban.packs.model import FactDeclaration, Sensitivity
from chengban.packs.purposes import LEVELS
from chengban.packs.vocabulary import facts_in, kept_with
from chengban.rules import parse

HIDDEN = "＊＊＊"
_IDENTIFIER = 15
"""From so many characters on a text without Chinese is an identifier, of which head and tail are kept."""


def masked(value: Any) -> str:
    """A text that stands for a value: numbers and yes or no wholly hidden, a date by its year, a text by its ends."""
    if isinstance(value, date):
        return f"{value.year}-{HIDDEN}"
    if not isinstance(value, str) or not value:
        return HIDDEN
    if value.isascii() and len(value) >= _IDENTIFIER:
        return f"{value[:6]}{'*' * (len(value) - 10)}{value[-4:]}"
    if value.isascii() and len(value) >= 7:
        return f"{value[:3]}****{value[-4:]}"
    return value[0] + "＊" * max(len(value) - 1, 1) if len(value) <= 4 else value[:3] + HIDDEN


def level_of(pack: Pack, kind: Kind, fact: FactDeclaration) -> Sensitivity:
    """How protected a fact is: as the field that it is read from, or the most protected of those that it is derived from."""
    return kept_with(pack, ("level", kind, fact.id), fact, lambda: _level(pack, kind, fact))


def _level(pack: Pack, kind: Kind, fact: FactDeclaration) -> Sensitivity:
    sources = [source_of(pack.facts[name], kind) for name in {fact.id, *facts_in(pack, [parse(fact.id)])} if name in pack.facts]
    fields = [pack.registers[each.register_].field(each.field) for each in sources if each is not None and each.field]
    return max((field.sensitivity for field in fields), key=LEVELS.index, default="internal")
