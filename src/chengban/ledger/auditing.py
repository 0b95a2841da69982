"""The audit of the ledger in the database (验簿): every entry against its leaf, every tile, every signature.

What is trusted is the key. A changed entry is found at its very place by the tiles; where the tiles were changed along with it,
by the signed heads, between the last that fits and the first that does not; where those were changed too, no signature fits.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from chengban.ledger.canonical import is_genuine, leaf_data
from chengban.ledger.checkpoints import Checkpoint, opened
from chengban.ledger.errors import NotANote
from chengban.ledger.findings import MOST, Audit
from chengban.ledger.keeping import COLUMNS, text_of_row
from chengban.ledger.merkle import BYTES, HASHES, LEVELS, WIDTH, Edge, TreeHash, cut, width_of
from chengban.ledger.models import Leaf, TreeHead
from chengban.ledger.notes import Verifier
from chengban.lib import clock

STALE = timedelta(seconds=10)
"""An entry that waits longer than this is told; a keeper takes it in within a second."""
_STRIDE = 40 * WIDTH
"""Leaves that are read at once."""
_NO_LEAF = bytes(BYTES)
_LEAVES = f"""SELECT leaf.place, leaf.entry, {COLUMNS}
FROM ledger_leaf leaf LEFT JOIN ledger_entry entry ON entry.id = leaf.entry WHERE leaf.place >= %s AND leaf.place < %s"""
_TILES = "SELECT number, hashes FROM ledger_tile WHERE level = %s AND number >= %s AND number < %s"
_WITHOUT_LEAF = """SELECT entry.id FROM ledger_entry entry LEFT JOIN ledger_leaf leaf ON leaf.entry = entry.id
LEFT JOIN ledger_pending pending ON pending.entry = entry.id
WHERE leaf.entry IS NULL AND pending.entry IS NULL ORDER BY 1 LIMIT %s"""
_REFUSED = "SELECT entry FROM ledger_pending WHERE refused ORDER BY 1 LIMIT %s"
_WAITING = """SELECT pending.entry FROM ledger_pending pending LEFT JOIN ledger_entry entry ON entry.id = pending.entry
WHERE NOT pending.refused AND (entry.id IS NULL OR entry.at < %s) ORDER BY 1 LIMIT %s"""
_TWICE = "SELECT max(id) FROM ledger_entry WHERE seal <> '' GROUP BY seal HAVING count(*) > 1 ORDER BY 1 LIMIT %s"
_GUARDS = {
    ("ledger_entry", "ledger_append_only"),
    ("ledger_entry", "ledger_no_truncate"),
    ("ledger_entry", "ledger_queue"),
    ("ledger_leaf", "ledger_leaf_append_only"),
    ("ledger_leaf", "ledger_leaf_no_truncate"),
}
_STANDING = """SELECT tgrelid::regclass::text, tgname FROM pg_trigger
WHERE tgrelid IN ('ledger_entry'::regclass, 'ledger_leaf'::regclass) AND tgenabled IN ('O', 'A')"""
_BODIES = {
    ("facts_note_reading", "f8c3cc1217e6c2d137a273178f3574fb"),
    ("ledger_append", "49b174f3c2e2c8cb78e0de813f26cab6"),
    ("ledger_queue", "0f8b8312f1a6dff05bf3b1ccb57683f5"),
    ("ledger_refuse_change", "abff2d5eb1ce7964ccfb72f475151b8e"),
}
"""The functions as the migrations make them, by the MD5 of their bodies: one that skips an entry would leave no other trace."""
_RUNNING = "SELECT proname, md5(prosrc) FROM pg_proc WHERE starts_with(proname, 'ledger_') OR proname = 'facts_note_reading'"
_STRANGE = """SELECT tgname FROM pg_trigger
WHERE tgrelid IN ('ledger_entry'::regclass, 'ledger_leaf'::regclass) AND NOT tgisinternal
UNION ALL SELECT rulename FROM pg_rewrite WHERE ev_class IN ('ledger_entry'::regclass, 'ledger_leaf'::regclass)"""
_BESIDE = {"facts_note_reading"}
"""The room of facts notes which readings a transaction wrote; it lets every entry stand as it is."""
Tell = Callable[[int, int], None]


def audit(key: Verifier, seal_key: bytes, tell: Tell = lambda done, total: None) -> Audit:
    """Read the whole ledger as it is at one moment; the acts go on meanwhile. `tell` hears how many leaves are done of how many."""
    found = Audit()
    with _one_moment():
        heads = _heads(found, key)
        _Regrowth(found, heads, seal_key).run(tell)
        _beside_the_tree(found)
        _guards(found)
    return found


@contextmanager
def _one_moment() -> Iterator[None]:
    """A transaction that sees the database as it is when it begins."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _heads(found: Audit, key: Verifier) -> list[Checkpoint]:
    """The signed heads that are genuine, by size."""
    genuine = []
    for head in TreeHead.objects.order_by("size").iterator(2000):
        found.heads += 1
        try:
            checkpoint = opened(head.note, key)
        except NotANote as error:
            found.find("head", f"{head.size} 条的检查点不可信：{error}。")
            continue
        if checkpoint.size == head.size:
            genuine.append(checkpoint)
        else:
            found.find("head", f"{head.size} 条的检查点写的是 {checkpoint.size} 条。")
    if not genuine:
        found.find("head", "没有可信的检查点，无从核对。先运行 chengban ledger keep --once。")
    return genuine


@dataclass
class _Regrowth:
    """The tree grown again from its lowest tiles, beside the entries, the upper tiles, and the signed heads."""

    found: Audit
    heads: list[Checkpoint]
    seal_key: bytes

    def run(self, tell: Tell) -> None:
        newest = Leaf.objects.order_by("-place").values_list("place", flat=True).first()
        total = max(0 if newest is None else newest + 1, self.heads[-1].size if self.heads else 0)
        hash = self.heads[-1].hash if self.heads else HASHES["sha256"]
        self.edge, self.due, self.fits = Edge(hash, 0, {}), list(reversed(self.heads)), 0
        self._meet()
        for start in range(0, total, _STRIDE):
            self._stride(start, min(start + _STRIDE, total), hash)
            tell(min(start + _STRIDE, total), total)
        self._compare_upper({place: tile for place, tile in self.edge.unfinished().items() if place[0]})
        self._count_tiles(total)
        self.found.size, self.found.root = total, self.edge.root()
        if self.heads and total > self.heads[-1].size:
            self.found.find("unsigned", f"树上有 {total} 条，只签到 {self.heads[-1].size} 条。", place=self.heads[-1].size)

    def _stride(self, start: int, end: int, hash: TreeHash) -> None:
        rows = {row[0]: row for row in _read(_LEAVES, [start, end])}
        tiles = dict(_read(_TILES, [0, start // WIDTH, -(-end // WIDTH)]))
        for first in range(start, end, WIDTH):
            width = min(WIDTH, end - first)
            leaves = [self._leaf(place, rows.get(place), hash) for place in range(first, first + width)]
            self._grow(self._as_stored(first, leaves, tiles.get(first // WIDTH, b"")))

    def _leaf(self, place: int, row: tuple[Any, ...] | None, hash: TreeHash) -> bytes:
        """The leaf hash of the entry that stands at the place; nothing where none does, which is told."""
        if row is None:
            self.found.find("leaf", f"树上第 {place} 位没有记着是哪条留痕：那一行被删了。", place=place)
            return _NO_LEAF
        _, number, _, *content, sealed = row
        if sealed is None:
            self.found.find("gone", f"留痕 {number} 不见了：它在树上第 {place} 位，被删了。", entry=number, place=place)
            return _NO_LEAF
        text = text_of_row(content)
        if not is_genuine(self.seal_key, text, sealed):
            self.found.find("seal", f"留痕 {number} 的封缄不对：内容被改过，或者不是本系统写的。", entry=number, place=place)
        return hash.leaf(leaf_data(number, sealed, text))

    def _as_stored(self, first: int, leaves: list[bytes], stored: bytes) -> list[bytes]:
        """The leaf hashes that the tile holds, each compared with its entry; those of the entries where the tile has none."""
        if stored == b"".join(leaves):
            return leaves
        kept = cut(stored[: len(stored) // BYTES * BYTES])
        if len(kept) != len(leaves) or len(stored) % BYTES:
            message = f"散列分块 0/{first // WIDTH} 应有 {len(leaves)} 个散列值，实有 {len(stored) / BYTES:g} 个。"
            self.found.find("tile", message, place=first)
        for place, leaf in enumerate(leaves):
            if leaf != _NO_LEAF and place < len(kept) and kept[place] != leaf:
                message = f"第 {first + place} 位的留痕与散列分块对不上：两者之一被改过。"
                self.found.find("changed", message, place=first + place)
        return [kept[place] if place < len(kept) else leaf for place, leaf in enumerate(leaves)]

    def _grow(self, leaves: list[bytes]) -> None:
        """Grow by one tile at most, and stop at each signed head to compare the roots."""
        changed: dict[tuple[int, int], bytes] = {}
        while leaves:
            until = self.due[-1].size - self.edge.size if self.due else len(leaves)
            changed |= self.edge.grow(leaves[:until])
            leaves = leaves[until:]
            self._meet()
        self._compare_upper({place: tile for place, tile in changed.items() if place[0] and len(tile) == WIDTH * BYTES})

    def _meet(self) -> None:
        """Compare the root with the signed one, where the tree has just the size of a head; the first that differs tells where."""
        while self.due and self.due[-1].size <= self.edge.size:
            head = self.due.pop()
            if self.edge.root() == head.root:
                self.fits = head.size
                continue
            message = f"到 {self.fits} 条为止与签名一致，到 {head.size} 条不一致：第 {self.fits} 至 {head.size - 1} 位之间被改过。"
            self.found.find("root", message, place=self.fits)
            self.due.clear()

    def _compare_upper(self, grown: dict[tuple[int, int], bytes]) -> None:
        for (level, number), hashes in grown.items():
            for _, stored in _read(_TILES, [level, number, number + 1]):
                if stored != hashes:
                    place = number << (8 * (level + 1))
                    self.found.find("tile", f"散列分块 {level}/{number} 与它下面的散列值对不上：被改过。", place=place)

    def _count_tiles(self, size: int) -> None:
        """Neither a tile too few nor one too many."""
        expected = {(level, number) for level in range(LEVELS) for number in range(-(-(size >> (8 * level)) // WIDTH))}
        stored = set(_read("SELECT level, number FROM ledger_tile", []))
        for level, number in sorted(expected ^ stored):
            what = "不见了" if width_of(size, level, number) else "多出来了"
            self.found.find("tile", f"散列分块 {level}/{number} {what}。", place=number << (8 * (level + 1)))


def _beside_the_tree(found: Audit) -> None:
    for (number,) in _read(_WITHOUT_LEAF, [MOST]):
        found.find("foreign", f"留痕 {number} 不在树上，也不在等候：不是本系统写的，或者它的叶子被删了。", entry=number)
    for (number,) in _read(_REFUSED, [MOST]):
        found.find("refused", f"留痕 {number} 没有并入：封缄不对，或者并入以前被删、被改。", entry=number)
    for (number,) in _read(_WAITING, [clock.now() - STALE, MOST]):
        found.find("waiting", f"留痕 {number} 等候已超过 {STALE.seconds} 秒，或者已经不见：守簿进程没有运行？", entry=number)
    for (number,) in _read(_TWICE, [MOST]):
        found.find("twice", f"留痕 {number} 是另一条的复制品：封缄相同。", entry=number)


def _guards(found: Audit) -> None:
    """Whether the triggers stand that refuse changes, the functions are ours, and nothing else acts on the tables."""
    for table, name in sorted(_GUARDS - set(_read(_STANDING, []))):
        found.find("guard", f"表 {table} 的触发器 {name} 被删除或停用：数据库不再拒绝改动。")
    for name, _ in sorted(_BODIES - set(_read(_RUNNING, []))):
        found.find("guard", f"函数 {name} 不是本系统的：被删除或改写过，留痕可能没有照写。")
    for (name,) in sorted(set(_read(_STRANGE, [])) - {(name,) for name in _BESIDE.union(name for _, name in _GUARDS)}):
        found.find("guard", f"触发器或规则 {name} 不是本系统的：留痕可能没有照写。")


def _read(statement: str, arguments: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return [tuple(bytes(value) if isinstance(value, memoryview) else value for value in row) for row in cursor.fetchall()]
