"""Reading an OFD back: its text, its parts, what differs from what was signed, and whether the signature holds."""

from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from posixpath import dirname, normpath
from xml.etree.ElementTree import Element

from .digests import SM3, sm3
from .errors import Unreadable
from .ofd import DOCUMENT, SIGNATURE, VALUE
from .package import parsed, unpacked
from .printed import LONGEST_TOKEN, TOKEN, Printed
from .verdict import Verdict

LONGEST = 400_000
"""Signs of text that are read; more is no certificate."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What `Signature.xml` says: its own bytes are what was signed."""

    message: bytes
    value: bytes
    method: str
    at: datetime | None
    digests: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Ofd:
    """An OFD's content. `differing` names each part that was changed, is missing or was added since the signature."""

    title: str
    pages: tuple[tuple[str, ...], ...]
    parts: tuple[str, ...]
    signed: Signed | None
    differing: tuple[str, ...]
    token: str

    @property
    def text(self) -> str:
        return "\n".join(line for page in self.pages for line in page)

    @property
    def printed(self) -> Printed:
        return Printed(tuple("".join(page) for page in self.pages), self.token)


def read_ofd(data: bytes) -> Ofd:
    """The document, with the digests of its parts checked. Raises `Unreadable`, and nothing else, on any bytes."""
    parts = unpacked(data)
    body = _within(_xml(parts, "OFD.xml"), "DocBody")
    document = _place("OFD.xml", _words(body, "DocRoot"))
    pages = [
        _place(document, page.get("BaseLoc", "")) for page in _within(_xml(parts, document), "Pages") if page.tag == "Page"
    ]  # fmt: skip
    named = body.find("Signatures") is not None
    signed = _signed(parts) if named or SIGNATURE in parts else None
    lines = tuple(tuple(_lines(_xml(parts, page))) for page in pages)
    if sum(len(line) for page in lines for line in page) > LONGEST:
        raise Unreadable("OFD 文件的文字过多，已停止读取。")
    differing = tuple(_differing(parts, signed)) if signed else ()
    return Ofd(_words(_within(body, "DocInfo"), "Title"), lines, tuple(parts), signed, differing, _token(parts))


def verify_ofd(data: bytes, verify: Callable[[bytes, bytes], bool]) -> Verdict:
    """What the signature says; `verify(message, signature)` knows the city's key. Raises nothing on any bytes."""
    try:
        read = read_ofd(data)
    except Unreadable:
        return Verdict("unreadable")
    if read.signed is None:
        return Verdict("unsigned")
    if read.differing:
        return Verdict("changed", signed_at=read.signed.at, details=read.differing)
    return Verdict("valid" if verify(read.signed.message, read.signed.value) else "stranger", signed_at=read.signed.at)


def _token(parts: dict[str, bytes]) -> str:
    """The token in its one place; empty where there is none."""
    try:
        return parts.get(f"{DOCUMENT}/Attachs/{TOKEN}", b"")[:LONGEST_TOKEN].decode("ascii")
    except UnicodeDecodeError as error:
        raise Unreadable("OFD 文件里的凭证不完整，无法核验。请重新下载后再试。") from error


def _signed(parts: dict[str, bytes]) -> Signed:
    """Our own kind of signature, in its one place; a file that promises one and lacks it cannot be judged."""
    if SIGNATURE not in parts or VALUE not in parts:
        raise Unreadable("OFD 文件的签名部分不完整，无法核验。请重新下载后再试。")
    told = _within(_xml(parts, SIGNATURE), "SignedInfo")
    listed = _within(told, "References")
    if listed.get("CheckMethod") != SM3:
        raise Unreadable("OFD 文件的签名用了不支持的摘要算法，无法核验。")
    digests = [(one.get("FileRef", "").removeprefix("/"), _digest(_words(one, "CheckValue"))) for one in listed]
    if len({name for name, _ in digests}) < len(digests):
        raise Unreadable("OFD 文件的签名里同一部分出现了两次，无法核验。")
    return Signed(
        parts[SIGNATURE], parts[VALUE], _words(told, "SignatureMethod"), _when(_words(told, "SignatureDateTime")), dict(digests)
    )


def _differing(parts: dict[str, bytes], signed: Signed) -> Iterator[str]:
    for name, digest in signed.digests.items():
        if name not in parts:
            yield f"缺少 {name}"
        elif sm3(parts[name]) != digest:
            yield f"改动 {name}"
    for name in parts:
        if name not in signed.digests and name not in (SIGNATURE, VALUE):
            yield f"多出 {name}"


def _lines(page: Element) -> Iterator[str]:
    """The page's lines: text objects that follow each other on one baseline without a gap are one line."""
    line, after = "", (0.0, 0.0, 0.0)
    for made in page.iter("TextObject"):
        x, y, wide, _ = _floats(made.get("Boundary", ""), 4)
        size = _floats(made.get("Size", ""), 1)[0]
        base = y + size
        text = "".join(code.text or "" for code in made.iter("TextCode"))
        if line and not (abs(base - after[1]) < 0.01 and abs(x - after[0]) < 0.3 * size and size == after[2]):
            yield line
            line = ""
        line, after = line + text, (x + wide, base, size)
    if line:
        yield line


def _xml(parts: dict[str, bytes], name: str) -> Element:
    if name not in parts:
        raise Unreadable("OFD 文件缺少必要的部分，打不开。请重新下载后再试。")
    return parsed(parts[name])


def _place(base: str, location: str) -> str:
    """A location written in `base`: from the root where it begins with a slash, else from beside it."""
    joined = location.removeprefix("/") if location.startswith("/") else f"{dirname(base)}/{location}".removeprefix("/")
    return normpath(joined)


def _within(element: Element, name: str) -> Element:
    found = element.find(name)
    if found is None:
        raise Unreadable("OFD 文件缺少必要的内容，打不开。请重新下载后再试。")
    return found


def _words(element: Element, name: str) -> str:
    return (_within(element, name).text or "").strip()


def _digest(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (BadBase64, ValueError) as error:
        raise Unreadable("OFD 文件的签名内容不完整，无法核验。") from error


def _when(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _floats(text: str, count: int) -> list[float]:
    try:
        numbers = [float(word) for word in text.split()]
    except ValueError:
        numbers = []
    if len(numbers) != count:
        raise Unreadable("OFD 文件里有一处位置写得不对，打不开。")
    return numbers
