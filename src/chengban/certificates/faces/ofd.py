"""The OFD of a face (GB/T 33190-2016), written with the standard library: the same sheet that the PDF shows.

Its signature stands where the standard foresees one (`Signs/`), with a digest of every part. What is signed is `Signature.xml`, and
the value is the bare answer of the key. It is no electronic seal after GB/T 38540, and says so in its provider's name: readers that
look for one will show an unknown signature; `verify_ofd` checks ours.
"""

import re
import xml.etree.ElementTree as ET
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from itertools import groupby
from typing import Any

from .digests import SM3, sm3
from .errors import SigningFailed
from .face import Face
from .fonts import Font
from .layouts import lay_out
from .printed import TOKEN
from .sheet import Page, Path, Picture, Sheet, Text
from .subset import subset

NAMESPACE = "http://www.ofdspec.org/2016"
DOCUMENT = "Doc_0"
SIGNATURE = f"{DOCUMENT}/Signs/Sign_0/Signature.xml"
ATTACHED = f"{DOCUMENT}/Attachs/Attachments.xml"
VALUE = f"{DOCUMENT}/Signs/Sign_0/SignedValue.dat"
PROVIDER = "Chengban bare signature value (not a GB/T 38540 seal)"
ET.register_namespace("ofd", NAMESPACE)


@dataclass(frozen=True, slots=True)
class OfdSigner:
    """Who signs: the signature's algorithm as an object identifier, and what answers the signature of bytes."""

    method: str
    sign: Callable[[bytes], bytes]


def ofd(face: Face, token: str = "") -> bytes:
    """The face as an unsigned OFD, with the token attached, if there is one. The same gives the same bytes.

    Raises what `lay_out` raises.
    """
    return _zipped(_parts(face, lay_out(face), token, signed=False))


def signed_ofd(face: Face, signer: OfdSigner, *, at: datetime, token: str = "") -> bytes:
    """The face as an OFD with digests of all parts and a signature over them. Raises `SigningFailed` too."""
    parts = _parts(face, lay_out(face), token, signed=True)
    told = _signature(parts, signer.method, at)
    try:
        value = signer.sign(told)
    except Exception as error:
        raise SigningFailed("签名没有完成，文件没有发出。请检查签名密钥和签名设备是否在线，然后重试。") from error
    return _zipped({**parts, SIGNATURE: told, VALUE: value})


def _parts(face: Face, sheet: Sheet, token: str, *, signed: bool) -> dict[str, bytes]:
    fonts = _Fonts(sheet)
    photos = list({item.data: item for page in sheet.pages for item in page.items if isinstance(item, Picture)}.values())
    ids = _Ids(len(fonts.ids) + len(photos))
    pages = {
        f"{DOCUMENT}/Pages/Page_{at}/Content.xml": _content(sheet, page, fonts, photos, ids) for at, page in enumerate(sheet.pages)
    }
    parts = {
        "OFD.xml": _root(face, pages, signed),
        f"{DOCUMENT}/Document.xml": _document(sheet, ids, attached=bool(token)),
        f"{DOCUMENT}/PublicRes.xml": _public(fonts),
        f"{DOCUMENT}/DocumentRes.xml": _media(photos, len(fonts.ids)),
        **pages,
        **{f"{DOCUMENT}/Res/font_{number}.ttf": subset(font, fonts.used[font]) for font, number in fonts.ids.items()},
        **{f"{DOCUMENT}/Res/photo_{at}.{photo.kind}": photo.data for at, photo in enumerate(photos)},
    }
    attached = {ATTACHED: _attachments(), f"{DOCUMENT}/Attachs/{TOKEN}": token.encode()} if token else {}
    return parts | attached | ({f"{DOCUMENT}/Signs/Signatures.xml": _signatures()} if signed else {})


class _Fonts:
    """The fonts of a sheet by their resource number, and what each writes."""

    def __init__(self, sheet: Sheet) -> None:
        self.used: dict[Font, str] = {}
        for item in (item for page in sheet.pages for item in page.texts()):
            self.used[item.font] = self.used.get(item.font, "") + item.text
        self.ids = {font: number for number, font in enumerate(self.used, 1)}


class _Ids:
    """Numbers that are each given once in a document."""

    def __init__(self, last: int) -> None:
        self.last = last

    def next(self) -> str:
        self.last += 1
        return str(self.last)


def _root(face: Face, pages: dict[str, bytes], signed: bool) -> bytes:
    root = _element("OFD", Version="1.0", DocType="OFD")
    body = _child(root, "DocBody")
    about = _child(body, "DocInfo")
    _child(about, "DocID", sha256(b"".join(pages.values())).hexdigest()[:32])
    _child(about, "Title", f"{face.title} {face.number}")
    _child(about, "Author", face.issuer)
    _child(about, "CreationDate", face.issued_on.isoformat())
    _child(about, "Creator", "Chengban")
    own = _child(about, "CustomDatas")
    for name, value in (
        ("证照名称", face.title),
        ("证照编号", face.number),
        ("证照标识", face.identifier),
        ("持证主体", face.holder),
    ):
        if value:
            _child(own, "CustomData", value, Name=name)
    _child(body, "DocRoot", f"{DOCUMENT}/Document.xml")
    if signed:
        _child(body, "Signatures", f"{DOCUMENT}/Signs/Signatures.xml")
    return _written(root)


def _document(sheet: Sheet, ids: "_Ids", *, attached: bool) -> bytes:
    root = _element("Document")
    common = _child(root, "CommonData")
    numbers = [ids.next() for _ in sheet.pages]
    _child(common, "MaxUnitID", numbers[-1])
    _child(_child(common, "PageArea"), "PhysicalBox", _numbers(0, 0, sheet.width, sheet.height))
    _child(common, "PublicRes", "PublicRes.xml")
    _child(common, "DocumentRes", "DocumentRes.xml")
    pages = _child(root, "Pages")
    for at, number in enumerate(numbers):
        _child(pages, "Page", ID=number, BaseLoc=f"Pages/Page_{at}/Content.xml")
    if attached:
        _child(root, "Attachments", "Attachs/Attachments.xml")
    return _written(root)


def _attachments() -> bytes:
    root = _element("Attachments")
    one = _child(root, "Attachment", ID="1", Name=TOKEN, Format="sd-jwt", Visible="false")
    _child(one, "FileLoc", TOKEN)
    return _written(root)


def _public(fonts: _Fonts) -> bytes:
    root = _element("Res", BaseLoc="Res")
    listed = _child(root, "Fonts")
    for font, number in fonts.ids.items():
        name = f"{font.family} {'Bold' if font.bold else 'Regular'}"
        one = _child(
            listed, "Font", ID=str(number), FontName=name, FamilyName=font.family, **({"Bold": "true"} if font.bold else {})
        )
        _child(one, "FontFile", f"font_{number}.ttf")
    return _written(root)


def _media(photos: list[Picture], before: int) -> bytes:
    root = _element("Res", BaseLoc="Res")
    listed = _child(root, "MultiMedias") if photos else root
    for at, photo in enumerate(photos):
        one = _child(listed, "MultiMedia", ID=str(before + at + 1), Type="Image", Format=photo.kind.upper())
        _child(one, "MediaFile", f"photo_{at}.{photo.kind}")
    return _written(root)


def _content(sheet: Sheet, page: Page, fonts: _Fonts, photos: list[Picture], ids: _Ids) -> bytes:
    root = _element("Page")
    _child(_child(root, "Area"), "PhysicalBox", _numbers(0, 0, sheet.width, sheet.height))
    layer = _child(_child(root, "Content"), "Layer", ID=ids.next(), Type="Body")
    for item in page.items:
        if isinstance(item, Text):
            _text(layer, item, fonts.ids[item.font], ids)
        elif isinstance(item, Path):
            _path(layer, item, sheet, ids)
        else:
            number = len(fonts.ids) + photos.index(item) + 1
            _child(layer, "ImageObject", ID=ids.next(), ResourceID=str(number), CTM=_numbers(item.width, 0, 0, item.height, 0, 0),
                   Boundary=_numbers(item.x, item.y, item.width, item.height))  # fmt: skip
    return _written(root)


def _text(layer: ET.Element, item: Text, font: int, ids: _Ids) -> None:
    box = _numbers(item.x, item.y - item.size, max(sum(item.steps), item.size), item.size * 1.3)
    made = _child(layer, "TextObject", ID=ids.next(), Boundary=box, Font=str(font), Size=_numbers(item.size),
                  **({"Weight": "700"} if item.font.bold else {}))  # fmt: skip
    _colour(made, "FillColor", item.colour, item.alpha)
    for start, end in _codes(item.text):
        steps = item.steps[start : end - 1]
        delta = {"DeltaX": _deltas(steps)} if steps else {}
        _child(made, "TextCode", item.text[start:end], X=_numbers(sum(item.steps[:start])), Y=_numbers(item.size), **delta)


def _codes(text: str) -> Iterator[tuple[int, int]]:
    """Pieces of a text: a character beyond U+FFFF is one of its own, since readers disagree how many steps it counts as."""
    start = 0
    for beyond, signs in groupby(text, lambda sign: sign > "\uffff"):
        count = len(list(signs))
        yield from ((at, at + 1) for at in range(start, start + count)) if beyond else ((start, start + count),)
        start += count


def _deltas(steps: tuple[float, ...]) -> str:
    """The steps, equal ones in a row as `g count step`."""
    words = []
    for step, group in groupby(map(_numbers, steps)):
        count = len(list(group))
        words.append(f"g {count} {step}" if count > 2 else " ".join([step] * count))
    return " ".join(words)


def _path(layer: ET.Element, item: Path, sheet: Sheet, ids: _Ids) -> None:
    box, weight = _numbers(0, 0, sheet.width, sheet.height), _numbers(item.weight)
    drawn = {"LineWidth": weight, "Stroke": _bool(item.stroke), "Fill": _bool(item.fill)}
    made = _child(layer, "PathObject", ID=ids.next(), Boundary=box, **drawn)
    if item.stroke:
        _colour(made, "StrokeColor", item.stroke, item.alpha)
    if item.fill:
        _colour(made, "FillColor", item.fill, item.alpha)
    _child(made, "AbbreviatedData", re.sub("[CZ]", lambda word: {"C": "B", "Z": "C"}[word[0]], item.d))


def _colour(parent: ET.Element, name: str, colour: str, alpha: float) -> None:
    value = " ".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    _child(parent, name, Value=value, **({"Alpha": str(round(alpha * 255))} if alpha < 1 else {}))


def _signatures() -> bytes:
    root = _element("Signatures")
    _child(root, "MaxSignId", "1")
    _child(root, "Signature", ID="1", Type="Sign", BaseLoc="Sign_0/Signature.xml")
    return _written(root)


def _signature(parts: dict[str, bytes], method: str, at: datetime) -> bytes:
    root = _element("Signature")
    told = _child(root, "SignedInfo")
    _child(told, "Provider", ProviderName=PROVIDER, Version="1", Company="Chengban")
    _child(told, "SignatureMethod", method)
    _child(told, "SignatureDateTime", at.isoformat())
    listed = _child(told, "References", CheckMethod=SM3)
    for name, data in parts.items():
        _child(_child(listed, "Reference", FileRef=f"/{name}"), "CheckValue", b64encode(sm3(data)).decode())
    _child(root, "SignedValue", f"/{VALUE}")
    return _written(root)


def _zipped(parts: dict[str, bytes]) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _element(name: str, **attributes: str) -> ET.Element:
    return ET.Element(f"{{{NAMESPACE}}}{name}", attributes)


def _child(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    made = ET.SubElement(parent, f"{{{NAMESPACE}}}{name}", attributes)
    made.text = text
    return made


def _written(root: ET.Element) -> bytes:
    written: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return written


def _numbers(*values: float) -> str:
    return " ".join(f"{value:.4f}".rstrip("0").rstrip(".") for value in values)


def _bool(value: Any) -> str:
    return "true" if value else "false"
