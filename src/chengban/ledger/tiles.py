"""Tiles as files: the same addresses on the web, in a witness's store and in an export (C2SP tlog-tiles).

`tile/<level>/<number>` holds a full tile; `….p/<width>` a part of one. Numbers are written in groups of three digits, all but the
last with an x before: 1234067 is `x001/x234/067`. A tile never changes, so that anyone may keep it for ever.
"""

import contextlib
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from chengban.ledger.errors import NotANote
from chengban.ledger.merkle import BYTES, LEVELS, WIDTH, Reader

CHECKPOINT = "checkpoint"
_ADDRESS = re.compile(r"tile/(?P<level>[0-6])/(?P<number>(?:x\d{3}/)*\d{3})(?:\.p/(?P<width>[1-9]\d{0,2}))?", re.ASCII)
Fetch = Callable[[str], bytes | None]
"""Gives what stands at an address, or nothing where nothing does."""


@dataclass(frozen=True)
class Address:
    """One tile, whole (width 256) or in part."""

    level: int
    number: int
    width: int = WIDTH

    def __str__(self) -> str:
        digits = f"{self.number:03d}"
        digits = digits.zfill(-len(digits) // 3 * -3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        part = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{self.level}/{'/'.join([*(f'x{group}' for group in groups[:-1]), groups[-1]])}{part}"

    @classmethod
    def read(cls, text: str) -> "Address":
        """Raises `NotANote`."""
        found = _ADDRESS.fullmatch(text)
        if found is None or len(found["number"]) > 30:
            raise NotANote("this is no address of a tile")
        made = cls(int(found["level"]), int(found["number"].replace("/", "").replace("x", "")), int(found["width"] or WIDTH))
        if str(made) != text or made.width > WIDTH or made.level >= LEVELS:
            raise NotANote("this is no address of a tile")
        return made


def reader(fetch: Fetch) -> Reader:
    """Tiles by level, number and width; a part that is no longer kept is cut from the whole. Raises `NotANote`."""

    def read(level: int, number: int, width: int) -> bytes:
        found = fetch(str(Address(level, number, width)))
        if found is None and width < WIDTH:
            found = fetch(str(Address(level, number)))
        if found is None or len(found) < width * BYTES:
            raise NotANote(f"{Address(level, number, width)} is not there, or is cut short")
        return found[: width * BYTES]

    return read


@dataclass(frozen=True)
class Folder:
    """A log's files in a folder: what is written is there whole or not at all."""

    path: Path

    def fetch(self, address: str) -> bytes | None:
        try:
            return (self.path / address).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def put(self, address: str, data: bytes) -> None:
        place = self.path / address
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = place.with_name(f".{place.name}.{os.getpid()}")
        try:
            fresh.write_bytes(data)
            fresh.replace(place)
        finally:
            with contextlib.suppress(FileNotFoundError):
                fresh.unlink()

    def settle(self, addresses: Iterable[str]) -> None:
        """See that what was put is on the disk, whatever happens to the machine now."""
        for address in addresses:
            with (self.path / address).open("rb") as file:
                os.fsync(file.fileno())

    def prune(self, address: Address) -> None:
        """Take away the narrower parts of a tile that is kept at this width."""
        whole = self.path / str(Address(address.level, address.number))
        parts = whole.with_name(f"{whole.name}.p")
        for part in parts.glob("*") if parts.is_dir() else ():
            if not part.name.isdigit() or int(part.name) < address.width:
                part.unlink(missing_ok=True)
        if address.width == WIDTH and parts.is_dir():
            parts.rmdir()
