"""An OFD's container and its XML, opened with suspicion: bounded in number, size and depth, plain names only, no entities."""

import re
import zipfile
import zlib
from io import BytesIO
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from .errors import Unreadable

HEAVIEST = 16_000_000
MOST_PARTS = 400
LARGEST_PART, LARGEST_ALL = 16_000_000, 48_000_000
DEEPEST, MOST_ELEMENTS = 40, 100_000
PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
END, ENTRY = b"PK\x05\x06", b"PK\x03\x04"


def unpacked(data: bytes) -> dict[str, bytes]:
    """The parts by name. Raises `Unreadable`."""
    if len(data) > HEAVIEST or not data.startswith(ENTRY) or data[-22:-18] != END:
        raise Unreadable("这不是 OFD 文件，或者文件前后夹带了别的内容。请重新下载后再试。")
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _parts(archive)
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise Unreadable("OFD 文件损坏，打不开。请重新下载后再试。") from error


def parsed(data: bytes) -> Element:
    """The root of an XML part in UTF-8. Raises `Unreadable`, also for document types and entities."""
    builder = TreeBuilder()
    parser = expat.ParserCreate("UTF-8", namespace_separator="}")
    depth = count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > DEEPEST or count > MOST_ELEMENTS:
            raise Unreadable("OFD 文件的结构过深或过大，已停止读取。")
        builder.start(name.rpartition("}")[2], attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name.rpartition("}")[2])

    def refuse(*_: object) -> None:
        raise Unreadable("OFD 文件里有文档类型声明或实体，已停止读取。")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, builder.data
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
        return builder.close()
    except (expat.ExpatError, AssertionError, ValueError, LookupError) as error:
        raise Unreadable("OFD 文件里的 XML 不完整，打不开。请重新下载后再试。") from error


def _parts(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(entries) > MOST_PARTS or sum(entry.file_size for entry in entries) > LARGEST_ALL:
        raise Unreadable("OFD 文件展开后过大，已停止读取。")
    if len({name.lower() for name in names}) < len(names) or not all(map(PLAIN.fullmatch, names)):
        raise Unreadable("OFD 文件里有重名或名称不正常的部分，已停止读取。")
    if any(".." in name for name in names) or archive.comment:
        raise Unreadable("OFD 文件里有名称不正常的部分，已停止读取。")
    return {entry.filename: _read(archive, entry) for entry in entries}


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or entry.file_size > LARGEST_PART:
        raise Unreadable("OFD 文件里有过大的部分，或者用了不支持的压缩方法，已停止读取。")
    with archive.open(entry) as stream:
        data = stream.read(LARGEST_PART + 1)
    if len(data) > LARGEST_PART or len(data) != entry.file_size:
        raise Unreadable("OFD 文件里有一部分的大小与目录不符，已停止读取。")
    return data
