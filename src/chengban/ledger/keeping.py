"""The keeper (守簿): puts waiting entries into the tree, and signs its head, each second anew.

Of many keepers one works at a time. Before the tree grows, what the database holds of its edge must be what was signed last;
otherwise the keeper signs nothing more.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from chengban.ledger.canonical import is_genuine, leaf_data, text_at
from chengban.ledger.checkpoints import Checkpoint, opened
from chengban.ledger.errors import LedgerError
from chengban.ledger.merkle import HASHES, Edge, MissingHashes, TreeHash, edge_places
from chengban.ledger.models import TreeHead
from chengban.ledger.notes import Signer
from chengban.lib import clock

BATCH = 5000
"""Entries of one transaction at most."""
FRESH = timedelta(milliseconds=600)
"""A head older than this is signed again, so that with the pause between two turns none is older than a second."""
_LOCK = 0x6C656467
"""The advisory lock of the keepers."""
_TAKE = """DELETE FROM ledger_pending WHERE ctid = ANY (ARRAY(SELECT ctid FROM ledger_pending WHERE NOT refused LIMIT %s))
RETURNING entry"""
COLUMNS = """entry.id, CASE WHEN entry.at >= '0002-01-01' AND entry.at < '9999-01-01'
THEN to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"') END,
entry.actor, entry.act, entry.subject, entry.payload, entry.seal"""
"""An entry's number, its row for `text_of_row`, its seal. A time beyond calendars, which only a forger writes, is read as none."""
_READ = f"SELECT {COLUMNS} FROM ledger_entry entry WHERE id = ANY(%s) ORDER BY id"
_EDGE = """SELECT level, hashes FROM ledger_tile
JOIN unnest(%s::smallint[], %s::bigint[]) AS each (level, number) USING (level, number)"""
_PUT_TILES = """INSERT INTO ledger_tile (level, number, hashes) SELECT * FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[])
ON CONFLICT (level, number) DO UPDATE SET hashes = EXCLUDED.hashes"""
_PUT_LEAVES = """INSERT INTO ledger_leaf (place, entry)
SELECT %s + place - 1, entry FROM unnest(%s::bigint[]) WITH ORDINALITY AS each (entry, place)"""


class Tampered(LedgerError):
    """What the database holds of the tree is not what was signed."""


@dataclass(frozen=True)
class Kept:
    """One turn: how many entries the tree took in, which it refused (not sealed by the system, or gone), and its size now."""

    added: int
    refused: tuple[int, ...]
    size: int


@dataclass
class Keeper:
    """Whoever holds the signing key. It remembers how far it signed, in a file where one is given: a tree set back is noticed."""

    signer: Signer
    seal_key: bytes
    hash: TreeHash = field(default_factory=lambda: HASHES["sha256"])
    memory: Path | None = None
    seen: int = 0

    def __post_init__(self) -> None:
        if self.memory is not None and self.memory.exists():
            self.seen = int(self.memory.read_text())

    def turn(self, most: int = BATCH) -> Kept | None:
        """Put what waits into the tree and sign; nothing where another keeper is at it. Raises `Tampered`."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            if not cursor.fetchone()[0]:
                return None
            head = self._head()
            kept = self._grow(cursor, head, most)
        self._remember(kept.size)
        return kept

    def _remember(self, size: int) -> None:
        if self.memory is not None and size != self.seen:
            self.memory.parent.mkdir(parents=True, exist_ok=True)
            fresh = self.memory.with_suffix(".new")
            fresh.write_text(str(size))
            fresh.replace(self.memory)
        self.seen = size

    def _head(self) -> Checkpoint | None:
        """The newest head, which this keeper's key signed."""
        newest = TreeHead.objects.order_by("-size").first()
        size = newest.size if newest else 0
        if size < self.seen:
            told = f"留痕树只剩 {size} 条，先前签过 {self.seen} 条：有人把它退回去了"
            raise Tampered(f"{told}。不再签名。恢复过备份的，用 --after-restore 说明。")
        if newest is None:
            return None
        try:
            head = opened(newest.note, self.signer.verifier)
        except LedgerError as error:
            raise Tampered(f"{newest.size} 条的检查点不是本簿签的：{error}。不再签名。") from error
        if head.size != size:
            raise Tampered(f"{newest.size} 条的检查点写的是 {head.size} 条。不再签名。")
        return head

    def _grow(self, cursor: Any, head: Checkpoint | None, most: int) -> Kept:
        cursor.execute(_TAKE, [most])
        waiting = {number for (number,) in cursor.fetchall()}
        now = clock.now()
        if not waiting and head is not None:
            self._refresh(head, now)
            return Kept(0, (), head.size)
        hash = head.hash if head else self.hash
        edge = edge_of(cursor, hash, head.size if head else 0)
        if head is not None and not _fits(edge, head):
            raise Tampered(f"散列分块与 {head.size} 条的检查点对不上：有人改过。不再签名。")
        leaves = self._leaves(cursor, hash, waiting)
        refused = sorted(waiting - leaves.keys())
        start = edge.size
        put_tiles(cursor, edge.grow(leaves.values()))
        cursor.execute(_PUT_LEAVES, [start, list(leaves)])
        cursor.executemany("INSERT INTO ledger_pending (entry, refused) VALUES (%s, true)", [(number,) for number in refused])
        if leaves or head is None:
            self._sign(Checkpoint(self.signer.name, edge.size, edge.root(), now, hash))
        return Kept(len(leaves), tuple(refused), edge.size)

    def _leaves(self, cursor: Any, hash: TreeHash, waiting: set[int]) -> dict[int, bytes]:
        """The leaf hashes of the waiting entries that a process of the system sealed, by number."""
        cursor.execute(_READ, [sorted(waiting)])
        found = {}
        for number, *row, sealed in cursor.fetchall():
            text = text_of_row(row)
            if is_genuine(self.seal_key, text, sealed):
                found[number] = hash.leaf(leaf_data(number, sealed, text))
        return found

    def _refresh(self, head: Checkpoint, now: datetime) -> None:
        if now - head.at >= FRESH or now < head.at:
            self._sign(Checkpoint(head.origin, head.size, head.root, now, head.hash))

    def _sign(self, made: Checkpoint) -> None:
        head = TreeHead(size=made.size, note=made.note(self.signer), at=made.at)
        TreeHead.objects.bulk_create([head], update_conflicts=True, unique_fields=["size"], update_fields=["note", "at"])


def _fits(edge: Edge, head: Checkpoint) -> bool:
    """Whether the edge is that of the signed tree."""
    try:
        return edge.root() == head.root
    except MissingHashes:
        return False


def text_of_row(row: Sequence[Any]) -> bytes:
    """What an entry says, from its columns, the payload as PostgreSQL writes it; nothing where no process of ours wrote it."""
    moment, actor, act, subject, payload = row
    try:
        return b"" if moment is None else text_at(moment, actor, act, subject, json.loads(payload))
    except (ValueError, RecursionError):
        return b""


def edge_of(cursor: Any, hash: TreeHash, size: int) -> Edge:
    """The right edge of the tree, from the tiles in the database."""
    places = edge_places(size)
    cursor.execute(_EDGE, [[level for level, _, _ in places], [number for _, number, _ in places]])
    return Edge(hash, size, {level: bytearray(hashes) for level, hashes in cursor.fetchall()})


def put_tiles(cursor: Any, tiles: Mapping[tuple[int, int], bytes]) -> None:
    columns = [[level for level, _ in tiles], [number for _, number in tiles], list(tiles.values())]
    cursor.execute(_PUT_TILES, columns)
