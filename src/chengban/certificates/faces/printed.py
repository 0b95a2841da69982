"""What a document shows and carries, however it is written: the text of its pages, and the token of what is printed."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .face import Face, chinese
from .rows import contents

LONGEST_TOKEN = 200_000
TOKEN = "certificate.sd-jwt"
"""What the token is called among a document's parts."""
TOKEN_KIND = "application/dc+sd-jwt"
_BEGIN, _END = "\x02", "\x03"
_SCAN = "扫码核验真伪和状态"


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that a face shows: its name, what stands before it, its text, and what may stand behind it."""

    name: str
    before: str
    text: str
    after: tuple[str, ...] = ("",)


@dataclass(frozen=True, slots=True)
class Printed:
    """The text of each page in the order in which it was painted; the token that is attached, empty where none is."""

    pages: tuple[str, ...]
    token: str

    def differs(self, face: Face) -> list[str]:
        """The names of what the face would show and the pages do not. White space does not count."""
        pages = [f"{_BEGIN}{squeezed(page)}{_END}" for page in self.pages]
        return [piece.name for piece in pieces(face) if not _shown(pages, piece)]


def pieces(face: Face) -> Iterator[Piece]:
    """What each layout shows in the same words: title, number, the rows one after the other, issuer and day, identifier."""
    rows = [(label, value) for label, value, _ in contents(face)]
    labels = [label for label, _ in rows]
    yield Piece("证照名称", _BEGIN, face.title)
    yield Piece("证照编号", "编号", face.number, (labels[0], _SCAN, face.issuer))
    for (label, value), after in zip(rows, [*((one,) for one in labels[1:]), ("编号", face.issuer)], strict=True):
        yield Piece(label, label, value, after)
    yield Piece("颁发机构和日期", "", f"{face.issuer}{chinese(face.issued_on)}")
    if face.identifier:
        yield Piece("电子证照标识", "电子证照标识", face.identifier, (_END, "第"))


def squeezed(text: str) -> str:
    """The text without white space, each sign in one form."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _shown(pages: Sequence[str], piece: Piece) -> bool:
    before, text = squeezed(piece.before), squeezed(piece.text)
    return any(_stands(pages, before, text + squeezed(after)) for after in piece.after)


def _stands(pages: Sequence[str], before: str, text: str) -> bool:
    """Whether the text stands on a page behind `before`, or begins there and goes on over the next ones."""
    if any(before + text in page for page in pages):
        return True
    for number, page in enumerate(pages[:-1]):
        begun = _longest(page, before, text)
        if begun and _stands(pages[number + 1 :], "", text[begun:]):
            return True
    return False


def _longest(page: str, before: str, text: str) -> int:
    """How much of the text's beginning stands behind `before` on the page."""
    low, high = 0, len(text) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if before + text[:middle] in page else (low, middle - 1)
    return low
