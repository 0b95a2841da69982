"""A cursor over tokens, and the names that are known where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from ..errors import FeelSyntaxError, LimitError
from ..lexer import END, MARK, NUMBER, STRING, WORD, Places, Token, tokenize, words
from ..nodes import Span

MAX_DEPTH = 64
KEYWORDS = frozenset(
    {
        *(
            "if",
            "then",
            "else",
            "for",
            "in",
            "return",
            "some",
            "every",
            "satisfies",
            "and",
            "or",
            "between",
            "instance",
        ),
        *("function", "external", "null", "true", "false"),
    }
)
_STOPS = KEYWORDS - {"external"}
_IN_NAMES = {WORD, NUMBER, MARK}
_MARKS_IN_NAMES = frozenset("./-'+*")


class KnownNames:
    """Names of more than one token, found by longest match; spaces between tokens do not matter."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_first: dict[str, dict[tuple[str, ...], str]] = {}
        self.all: set[str] = set()
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Make a name known from here on."""
        self.all.add(name)
        if name.isidentifier():
            return
        parts = words(name)
        if len(parts) > 1:
            self._by_first.setdefault(parts[0], {})[parts] = name

    def match(self, tokens: list[Token], index: int) -> tuple[str, int] | None:
        """The longest known name at `index` and the index after it."""
        best: tuple[str, int] | None = None
        for parts, name in self._by_first.get(tokens[index].text, {}).items():
            end = index + len(parts)
            longer = best is None or end > best[1]
            if longer and tuple(token.text for token in tokens[index:end]) == parts:
                best = (name, end)
        return best


class Cursor:
    """Where the parser stands."""

    def __init__(self, text: str, names: Iterable[str]) -> None:
        self.places = Places(text)
        self.tokens = tokenize(self.places)
        self.names = KnownNames(names)
        self.index = 0
        self._depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def peek(self, ahead: int = 1) -> Token:
        """The token `ahead` of this one, or the end."""
        return self.tokens[min(self.index + ahead, len(self.tokens) - 1)]

    def at(self, *texts: str) -> bool:
        """Whether the token is one of these marks or keywords (a string is neither)."""
        return self.token.kind in (MARK, WORD) and self.token.text in texts

    def take(self) -> Token:
        """The token, and step over it."""
        token = self.token
        self.index = min(self.index + 1, len(self.tokens) - 1)
        return token

    def accept(self, *texts: str) -> bool:
        """Step over the token if it is one of these."""
        found = self.at(*texts)
        if found:
            self.take()
        return found

    def expect(self, *texts: str) -> Token:
        """Step over one of these, or fail."""
        if not self.at(*texts):
            raise self.error(*texts)
        return self.take()

    def error(self, *expected: str) -> FeelSyntaxError:
        """What stands here is not what could stand here."""
        token = self.token
        message = "the expression ends too early" if token.kind == END else f"{token.text!r} cannot stand here"
        return self.places.error(token.start, message, *expected, nearest=self._nearest(token))

    def _nearest(self, token: Token) -> str | None:
        if token.kind != WORD:
            return None
        near = get_close_matches(token.text, sorted(self.names.all | KEYWORDS), 1, 0.6)
        return near[0] if near and near[0] != token.text else None

    def span(self, start: int) -> Span:
        """From the offset `start` to the end of the token before this one."""
        return self.places.span(start, self.tokens[max(self.index - 1, 0)].end)

    def deeper(self) -> None:
        """One level of nesting more; LimitError beyond MAX_DEPTH."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            line, column = self.places.at(self.token.start)
            raise LimitError(f"line {line}, column {column}: nested more than {MAX_DEPTH} deep")

    def shallower(self) -> None:
        """One level of nesting less."""
        self._depth -= 1

    def known_name(self) -> str | None:
        """A known name of several tokens, if one stands here."""
        found = self.names.match(self.tokens, self.index)
        if found is None:
            return None
        self.index = found[1]
        return found[0]

    def name(self) -> str:
        """A name: the longest known one, with the words after it, for two words in a row can only be one name."""
        known = self.known_name()
        if known is None and (self.token.kind != WORD or self.token.text in _STOPS):
            raise self.error("a name")
        parts = [known if known is not None else self.take().text]
        while self._continues():
            parts.append(self.take().text)
        return " ".join(parts)

    def _continues(self) -> bool:
        return (self.token.kind == WORD and self.token.text not in _STOPS) or self.token.kind == NUMBER

    def declared_name(self, *ends: str) -> str:
        """A name being declared: everything up to one of `ends`, spaces made single; it is known from here on."""
        start = self.token.start
        if self.token.kind != WORD:
            raise self.error("a name")
        while not self.at(*ends) and self._may_be_in_name():
            self.take()
        if not self.at(*ends):
            raise self.error(*ends)
        name = " ".join(self.places.text[start : self.tokens[self.index - 1].end].split())
        self.names.add(name)
        return name

    def _may_be_in_name(self) -> bool:
        token = self.token
        return token.kind in _IN_NAMES and (token.kind != MARK or token.text in _MARKS_IN_NAMES)

    def looking_at_label(self) -> bool:
        """Whether `name :` or `"key" :` stands here."""
        if self.token.kind == STRING:
            return self.peek().text == ":" and self.peek().kind == MARK
        place = self.index
        while self.tokens[place].kind in _IN_NAMES and self.tokens[place].text not in ("(", ")", "[", "{", ",", ":"):
            place += 1
        return place > self.index and self.token.kind == WORD and self.tokens[place].text == ":"
