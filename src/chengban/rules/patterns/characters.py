"""Sets of characters: classes, escapes, Unicode categories and blocks."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from .errors import PatternError

Test = Callable[[str], bool]
_BLOCKS = {
    "BasicLatin": (0x0, 0x7F),
    "Latin-1Supplement": (0x80, 0xFF),
    "LatinExtended-A": (0x100, 0x17F),
    "LatinExtended-B": (0x180, 0x24F),
    "IPAExtensions": (0x250, 0x2AF),
    "SpacingModifierLetters": (0x2B0, 0x2FF),
    "CombiningDiacriticalMarks": (0x300, 0x36F),
    "Greek": (0x370, 0x3FF),
    "GreekandCoptic": (0x370, 0x3FF),
    "Cyrillic": (0x400, 0x4FF),
    "Armenian": (0x530, 0x58F),
    "Hebrew": (0x590, 0x5FF),
    "Arabic": (0x600, 0x6FF),
    "Devanagari": (0x900, 0x97F),
    "Bengali": (0x980, 0x9FF),
    "Thai": (0xE00, 0xE7F),
    "Tibetan": (0xF00, 0xFFF),
    "HangulJamo": (0x1100, 0x11FF),
    "Mongolian": (0x1800, 0x18AF),
    "LatinExtendedAdditional": (0x1E00, 0x1EFF),
    "GeneralPunctuation": (0x2000, 0x206F),
    "SuperscriptsandSubscripts": (0x2070, 0x209F),
    "CurrencySymbols": (0x20A0, 0x20CF),
    "LetterlikeSymbols": (0x2100, 0x214F),
    "NumberForms": (0x2150, 0x218F),
    "Arrows": (0x2190, 0x21FF),
    "MathematicalOperators": (0x2200, 0x22FF),
    "EnclosedAlphanumerics": (0x2460, 0x24FF),
    "BoxDrawing": (0x2500, 0x257F),
    "GeometricShapes": (0x25A0, 0x25FF),
    "MiscellaneousSymbols": (0x2600, 0x26FF),
    "CJKRadicalsSupplement": (0x2E80, 0x2EFF),
    "CJKSymbolsandPunctuation": (0x3000, 0x303F),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "Bopomofo": (0x3100, 0x312F),
    "CJKUnifiedIdeographsExtensionA": (0x3400, 0x4DBF),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "HangulSyllables": (0xAC00, 0xD7A3),
    "PrivateUse": (0xE000, 0xF8FF),
    "CJKCompatibilityIdeographs": (0xF900, 0xFAFF),
    "HalfwidthandFullwidthForms": (0xFF00, 0xFFEF),
}
_CATEGORIES = {
    *("L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "Z", "Zs", "Zl", "Zp"),
    *("P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "C", "Cc", "Cf", "Co", "Cn"),
}


@dataclass(frozen=True, slots=True)
class CharacterSet:
    """Characters that pass any of `tests`, or none when `negated`, and are not in `without`."""

    tests: tuple[Test, ...]
    negated: bool = False
    without: CharacterSet | None = None

    def holds(self, forms: tuple[str, ...]) -> bool:
        """Whether a character is in the set, given the forms that count as it (its cases, when case is ignored)."""
        found = any(test(form) for test in self.tests for form in forms)
        return found != self.negated and not (self.without and self.without.holds(forms))


def exactly(character: str) -> Test:
    """The character alone."""
    return character.__eq__


def from_to(first: str, last: str) -> Test:
    """A range; PatternError when it runs backwards."""
    if first > last:
        raise PatternError(f"the range {first}-{last} runs backwards")
    return lambda character: first <= character <= last


def _category(name: str) -> Test:
    if name in _CATEGORIES:
        return lambda character: unicodedata.category(character).startswith(name)
    block = _BLOCKS.get(name.removeprefix("Is")) if name.startswith("Is") else None
    if block is None:
        raise PatternError(f"no category or block of characters is named {name}")
    return lambda character: block[0] <= ord(character) <= block[1]


def category(name: str, inside: bool) -> Test:
    """`\\p{name}`, or `\\P{name}` when not `inside`."""
    test = _category(name)
    return test if inside else lambda character: not test(character)


def _is_word(character: str) -> bool:
    return unicodedata.category(character)[0] not in "PZC"


def _starts_name(character: str) -> bool:
    return character.isalpha() or character in "_:"


def _in_name(character: str) -> bool:
    return _starts_name(character) or character.isdigit() or character in "-.\u00b7" or unicodedata.combining(character) > 0


_CLASSES: dict[str, Test] = {
    "s": lambda character: character in " \t\n\r",
    "d": lambda character: unicodedata.category(character) == "Nd",
    "w": _is_word,
    "i": _starts_name,
    "c": _in_name,
}


def escape_class(letter: str) -> Test | None:
    """`\\d`, `\\D` and so on; None for another letter."""
    test = _CLASSES.get(letter.lower())
    if test is None or letter.islower():
        return test
    return lambda character: not test(character)


def forms_of(character: str, ignore_case: bool) -> tuple[str, ...]:
    """The character, and its cases when case is ignored."""
    if not ignore_case:
        return (character,)
    return tuple({character, character.lower(), character.upper(), character.casefold()})
