"""A photo on a face: a whole PNG or JPEG of a sensible size, told apart by its bytes."""

import zlib
from dataclasses import dataclass
from typing import Literal

from .errors import PictureBroken

HEAVIEST = 600_000
WIDEST = 4000
PNG = b"\x89PNG\r\n\x1a\n"
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's markers that state the size."""


@dataclass(frozen=True, slots=True)
class Photo:
    """What the bytes are; width and height in pixels."""

    kind: Literal["png", "jpeg"]
    width: int
    height: int


def check_photo(data: bytes) -> Photo:
    """The photo's kind and size. Raises `PictureBroken`."""
    if not isinstance(data, bytes) or len(data) > HEAVIEST:
        raise PictureBroken(f"照片最大 {HEAVIEST // 1000} KB。请压缩后再上传。")
    photo = _png(data) if data.startswith(PNG) else _jpeg(data)
    if photo is None:
        raise PictureBroken("照片打不开：它不是完整的 PNG 或 JPEG 图片。请换一张再上传。")
    if not (0 < photo.width <= WIDEST and 0 < photo.height <= WIDEST):
        raise PictureBroken(f"照片的边长最多 {WIDEST} 像素。请缩小后再上传。")
    return photo


def _png(data: bytes) -> Photo | None:
    """Walk the chunks with their check sums to the last."""
    place, size = len(PNG), (0, 0)
    while place + 12 <= len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        check = data[place + 8 + length : place + 12 + length]
        if int.from_bytes(check, "big") != zlib.crc32(kind + body) or len(check) != 4:
            return None
        if kind == b"IHDR":
            size = (int.from_bytes(body[:4], "big"), int.from_bytes(body[4:8], "big"))
        if kind == b"IEND":
            return Photo("png", *size)
        place += 12 + length
    return None


def _jpeg(data: bytes) -> Photo | None:
    """Walk the segments to the frame's header; the end mark must be there too."""
    if not data.startswith(b"\xff\xd8\xff") or not data.rstrip(b"\x00").endswith(b"\xff\xd9"):
        return None
    place = 2
    while place + 9 <= len(data) and data[place] == 0xFF:
        marker, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        if marker in FRAMES:
            height, width = data[place + 5 : place + 7], data[place + 7 : place + 9]
            return Photo("jpeg", int.from_bytes(width, "big"), int.from_bytes(height, "big"))
        place += 2 + length
    return None
