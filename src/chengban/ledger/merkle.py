"""Merkle trees after RFC 6962, pure: hashes, roots, proofs of inclusion and of consistency, and their checks.

A tree stands on its leaf hashes, kept in tiles of 256 (see `tiles`): a tile of level L holds the hashes of perfect subtrees
with 256**L leaves each. `Forest` computes from tiles that somebody else keeps.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

WIDTH_BITS = 8
WIDTH = 1 << WIDTH_BITS
"""Hashes of a full tile."""
LEVELS = 7
"""Levels of tiles, enough for 2**56 leaves."""
BYTES = 32
"""Of a hash: SHA-256 and SM3 (GB/T 32905) give as many."""


@dataclass(frozen=True)
class TreeHash:
    """A hash function as a tree uses it: leaves and nodes are hashed apart (RFC 6962 section 2.1)."""

    name: str
    digest: Callable[[bytes], bytes]

    def leaf(self, data: bytes) -> bytes:
        return self.digest(b"\x00" + data)

    def node(self, left: bytes, right: bytes) -> bytes:
        return self.digest(b"\x01" + left + right)

    def empty(self) -> bytes:
        return self.digest(b"")

    def perfect(self, hashes: Sequence[bytes]) -> bytes:
        """The root over as many hashes as a power of two."""
        digest = self.digest
        while len(hashes) > 1:
            hashes = [digest(b"\x01" + left + right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
        return hashes[0]


HASHES = {
    "sha256": TreeHash("sha256", lambda data: hashlib.sha256(data).digest()),
    "sm3": TreeHash("sm3", lambda data: hashlib.new("sm3", data).digest()),
}


class MissingHashes(ValueError):
    """A tile is shorter than the tree's size says, or is not there."""


Reader = Callable[[int, int, int], bytes]
"""Where tiles are kept: (level, number, width) → the first `width` hashes of one tile."""


@dataclass
class Forest:
    """A tree of `size` leaves over tiles that `read` gives; each tile is read once."""

    hash: TreeHash
    size: int
    read: Reader
    _held: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def root(self, size: int | None = None) -> bytes:
        """The root of the first `size` leaves."""
        end = self.size if size is None else size
        return self._over(0, end) if end else self.hash.empty()

    def leaf(self, place: int) -> bytes:
        return self._perfect(0, place)

    def inclusion(self, place: int, size: int | None = None) -> list[bytes]:
        """The audit path of a leaf in the tree of the first `size` leaves (RFC 6962 section 2.1.1)."""
        end = self.size if size is None else size
        if not 0 <= place < end <= self.size:
            raise ValueError(f"no leaf {place} in a tree of {end}")
        return self._path(place, 0, end)

    def consistency(self, old: int, size: int | None = None) -> list[bytes]:
        """That the first `old` leaves of a tree of `size` are those of the older tree (RFC 6962 section 2.1.2)."""
        end = self.size if size is None else size
        if not 0 < old <= end <= self.size:
            raise ValueError(f"no tree of {old} within one of {end}")
        return self._proof(old, 0, end, True)

    def _path(self, place: int, start: int, end: int) -> list[bytes]:
        if end - start == 1:
            return []
        middle = start + _split(end - start)
        if place < middle:
            return [*self._path(place, start, middle), self._over(middle, end)]
        return [*self._path(place, middle, end), self._over(start, middle)]

    def _proof(self, old: int, start: int, end: int, is_whole: bool) -> list[bytes]:
        if old == end:
            return [] if is_whole else [self._over(start, end)]
        middle = start + _split(end - start)
        if old <= middle:
            return [*self._proof(old, start, middle, is_whole), self._over(middle, end)]
        return [*self._proof(old, middle, end, False), self._over(start, middle)]

    def _over(self, start: int, end: int) -> bytes:
        """The root over the leaves from `start`, which is a multiple of the next power of two, to before `end`."""
        count = end - start
        if count & (count - 1) == 0:
            height = count.bit_length() - 1
            return self._perfect(height, start >> height)
        middle = start + _split(count)
        return self.hash.node(self._over(start, middle), self._over(middle, end))

    def _perfect(self, height: int, number: int) -> bytes:
        """The root of the `number`-th perfect subtree of that height."""
        level, above = divmod(height, WIDTH_BITS)
        first = number << above
        tile = self._tile(level, first >> WIDTH_BITS)
        at = (first % WIDTH) * BYTES
        part = tile[at : at + (BYTES << above)]
        if len(part) != BYTES << above:
            raise MissingHashes(f"tile {level}/{first >> WIDTH_BITS} is too short")
        return self.hash.perfect(cut(part))

    def _tile(self, level: int, number: int) -> bytes:
        found = self._held.get((level, number))
        if found is None:
            found = self._held[level, number] = self.read(level, number, width_of(self.size, level, number))
        return found


def cut(hashes: bytes) -> list[bytes]:
    """A tile's bytes as its hashes."""
    return [hashes[at : at + BYTES] for at in range(0, len(hashes), BYTES)]


def width_of(size: int, level: int, number: int) -> int:
    """How many hashes a tile has in a tree of `size` leaves: 256, or fewer for the last of its level."""
    return min(WIDTH, max((size >> (WIDTH_BITS * level)) - number * WIDTH, 0))


def edge_places(size: int) -> list[tuple[int, int, int]]:
    """(level, number, width) of each unfinished tile at the right edge of a tree of `size` leaves."""
    places = [(level, size >> (WIDTH_BITS * (level + 1))) for level in range(LEVELS)]
    return [(level, number, width) for level, number in places if (width := width_of(size, level, number))]


def _split(count: int) -> int:
    """The greatest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


@dataclass
class Edge:
    """The unfinished tiles at the right edge of a growing tree, by level."""

    hash: TreeHash
    size: int
    tiles: dict[int, bytearray]

    def grow(self, leaves: Iterable[bytes]) -> dict[tuple[int, int], bytes]:
        """Take leaf hashes in; the tiles that changed, by level and number."""
        changed: dict[tuple[int, int], bytes] = {}
        for leaf in leaves:
            self._add(0, leaf, changed)
            self.size += 1
        return changed | self.unfinished()

    def unfinished(self) -> dict[tuple[int, int], bytes]:
        """The tiles at the edge, by level and number."""
        return {(level, number): bytes(self.tiles[level]) for level, number, _ in edge_places(self.size)}

    def root(self) -> bytes:
        """The root of the whole tree: every part of it stands in a tile at the edge."""
        return Forest(self.hash, self.size, lambda level, number, width: bytes(self.tiles.get(level, b""))).root()

    def _add(self, level: int, value: bytes, changed: dict[tuple[int, int], bytes]) -> None:
        tile = self.tiles.setdefault(level, bytearray())
        tile += value
        if len(tile) == WIDTH * BYTES:
            full = bytes(tile)
            # the leaf that fills it is not counted in `size` yet
            changed[level, self.size >> (WIDTH_BITS * (level + 1))] = full
            tile.clear()
            self._add(level + 1, self.hash.perfect(cut(full)), changed)


def proves_inclusion(hash: TreeHash, leaf: bytes, place: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the leaf hash stands at `place` of the tree with that root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= place < size:
        return False
    at, last, value = place, size - 1, leaf
    for part in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            value = hash.node(part, value)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            value = hash.node(value, part)
        at, last = at >> 1, last >> 1
    return last == 0 and value == root


def proves_consistency(hash: TreeHash, old: int, size: int, old_root: bytes, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the tree of `size` leaves begins with the tree of `old` (RFC 9162 section 2.1.4.2)."""
    if old == size:
        return not path and old_root == root
    if not 0 < old < size or not path:
        return False
    parts = list(path) if old & (old - 1) else [old_root, *path]
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = parts[0]
    for part in parts[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = hash.node(part, first), hash.node(part, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = hash.node(second, part)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == root
