"""Reading a PDF of ours back: the text of its pages, as its own fonts say what they write, and the token that it carries."""

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader

from .errors import Unreadable
from .pades import HEAVIEST, LIMITS
from .printed import LONGEST_TOKEN, Printed

LONGEST = 400_000
"""Signs of text that are read; more is no certificate."""
MOST_PAGES = 60
_BLANK = rb"\x00\t\n\x0c\r "
_TOKEN = re.compile(
    rb"%[^\r\n]*|(?P<begin>\()|<(?P<hex>[0-9A-Fa-f"
    + _BLANK
    + rb"]*)>|<<|>>|(?P<word>/?[^()<>\[\]{}/%"
    + _BLANK
    + rb"]+)|[\[\]{}/<>)]"
)
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|\r\n|[\s\S])")
_SHORT = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b"", b"\r\n": b""}
_SHOWN = {b"Tj", b"TJ", b"'", b'"'}
_MAPPED = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.S)
_CODE = re.compile(rb"<([0-9A-Fa-f\s]*)>|(\[[^\]]*\])")


def read_pdf(data: bytes) -> Printed:
    """The text and the token. Raises `Unreadable`, and nothing else, on any bytes."""
    if len(data) > HEAVIEST:
        raise Unreadable("PDF 文件过大，已停止读取。")
    try:
        root = PdfFileReader(BytesIO(data), decode_limits=LIMITS).root
        pages = tuple(_page(page) for page in _leaves(root["/Pages"], {}))
        return Printed(pages, _token(root))
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable("PDF 文件的内容读不出来，无法核对。请重新下载后再试。") from error


def _leaves(node: Any, inherited: Mapping[str, Any], depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """The pages in their order, each with the resources that it inherits."""
    if depth > 8:
        raise Unreadable("PDF 文件的结构过深，已停止读取。")
    known = {**inherited, **({"/Resources": node["/Resources"]} if "/Resources" in node else {})}
    if "/Kids" not in node:
        yield {**known, "/Contents": node["/Contents"]}
        return
    if len(node["/Kids"]) > MOST_PAGES:
        raise Unreadable("PDF 文件的页数过多，已停止读取。")
    for kid in node["/Kids"]:
        yield from _leaves(kid.get_object() if hasattr(kid, "get_object") else kid, known, depth + 1)


def _page(page: Mapping[str, Any]) -> str:
    fonts = page["/Resources"].get("/Font", {})
    maps = {name.encode(): _map(fonts[name]["/ToUnicode"].data) for name in fonts}
    contents = page["/Contents"]
    streams = [contents] if hasattr(contents, "data") else [one.get_object() for one in contents]
    text = "".join(_shown(b"\n".join(stream.data for stream in streams), maps))
    if len(text) > LONGEST:
        raise Unreadable("PDF 文件的文字过多，已停止读取。")
    return text


def _shown(content: bytes, maps: Mapping[bytes, Mapping[bytes, str]]) -> Iterator[str]:
    """What the operators of a content stream show, in their order."""
    strings: list[bytes] = []
    font, last, at = b"", b"", 0
    while (found := _TOKEN.search(content, at)) is not None:
        at = found.end()
        word = found["word"]
        if found["begin"]:
            at, written = _string(content, at)
            strings.append(written)
        elif found["hex"] is not None:
            strings.append(_bytes(found["hex"]))
        elif word and word.startswith(b"/"):
            last = word
        elif word and (word.isalpha() or word in _SHOWN or word.endswith(b"*")):
            font = last if word == b"Tf" else font
            if word in _SHOWN:
                yield from (_read(one, maps[font]) for one in strings)
            strings.clear()


def _string(content: bytes, at: int) -> tuple[int, bytes]:
    """A literal string that begins at `at`, brackets in brackets included: its end, and what it says."""
    depth, start = 1, at
    while depth:
        step = content[at : at + 1]
        if not step:
            raise Unreadable("PDF 文件的内容不完整，无法核对。")
        depth += (step == b"(") - (step == b")")
        at += 2 if step == b"\\" else 1
    return at, _ESCAPED.sub(_unescaped, content[start : at - 1])


def _unescaped(found: "re.Match[bytes]") -> bytes:
    said = found[1]
    return bytes([int(said, 8) & 0xFF]) if said[:1] in b"01234567" else _SHORT.get(said, said)


def _read(written: bytes, known: Mapping[bytes, str]) -> str:
    return "".join(known.get(written[at : at + 2], "\ufffd") for at in range(0, len(written), 2))


def _map(cmap: bytes) -> dict[bytes, str]:
    """Code of two bytes → what it stands for, from a ToUnicode map."""
    made: dict[bytes, str] = {}
    for kind, body in _MAPPED.findall(cmap):
        parts = [found[2] or _bytes(found[1]) for found in _CODE.finditer(body)]
        if kind == b"bfchar":
            made.update((code, _utf16(said)) for code, said in zip(parts[::2], parts[1::2], strict=True))
            continue
        for first, last, said in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
            made.update(_range(first, last, said))
    return made


def _range(first: bytes, last: bytes, said: bytes) -> Iterator[tuple[bytes, str]]:
    start, end = int.from_bytes(first, "big"), int.from_bytes(last, "big")
    if end - start > 0xFFFF:
        raise Unreadable("PDF 文件的字体不正常，无法核对。")
    each = [_bytes(one) for one in re.findall(rb"<([^>]*)>", said)] if said.startswith(b"[") else None
    for step in range(end - start + 1):
        meant = each[step] if each else said[:-1] + bytes([said[-1] + step & 0xFF])
        yield (start + step).to_bytes(2, "big"), _utf16(meant)


def _utf16(data: bytes) -> str:
    return data.decode("utf-16-be")


def _bytes(digits: bytes) -> bytes:
    clean = b"".join(digits.split()).replace(b"\x00", b"")
    return bytes.fromhex((clean + b"0" * (len(clean) % 2)).decode("ascii"))


def _token(root: Any) -> str:
    """The one attached file; empty where there is none."""
    held = root.get("/AF", ())
    if len(held) != 1:
        return ""
    file = held[0]["/EF"]["/F"]
    text: str = file.data[:LONGEST_TOKEN].decode("ascii")
    return text
