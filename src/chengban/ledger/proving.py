"""Proofs from the tree in the database (存在证明、一致性证明): what anybody checks one entry, or one older tree, with."""

from dataclasses import dataclass

from django.db import connection

from chengban.ledger.canonical import Content, leaf_data, text_of
from chengban.ledger.checkpoints import Checkpoint
from chengban.ledger.errors import LedgerError
from chengban.ledger.merkle import Forest
from chengban.ledger.models import Entry, Leaf, Tile, TreeHead
from chengban.ledger.notes import Note
from chengban.ledger.tiles import Address, Fetch, reader


class NotInTree(LedgerError):
    """The tree does not have that leaf or that size yet."""


@dataclass(frozen=True)
class Inclusion:
    """That a leaf stands in the tree of a signed head: the hashes from the leaf to the root, and the head's note."""

    place: int
    size: int
    leaf: bytes
    path: tuple[bytes, ...]
    note: str


def newest() -> TreeHead | None:
    return TreeHead.objects.order_by("-size").first()


def checkpoint_of(head: TreeHead) -> Checkpoint:
    return Checkpoint.read(Note.read(head.note).text)


def stored(address: str) -> bytes | None:
    """A tile from the database, by its address."""
    wanted = Address.read(address)
    row = Tile.objects.filter(level=wanted.level, number=wanted.number).values_list("hashes", flat=True).first()
    return None if row is None else bytes(row)


def forest(head: TreeHead, fetch: Fetch = stored) -> Forest:
    """The tree of a head."""
    return Forest(checkpoint_of(head).hash, head.size, reader(fetch))


def inclusion(entry: int) -> Inclusion:
    """That the entry is in the newest tree. Raises `NotInTree` while it waits for the keeper."""
    head, leaf = newest(), Leaf.objects.filter(entry=entry).first()
    if head is None or leaf is None or leaf.place >= head.size:
        raise NotInTree(f"留痕 {entry} 还没有并入留痕树，通常一秒内并入。")
    tree = forest(head)
    return Inclusion(leaf.place, head.size, tree.leaf(leaf.place), tuple(tree.inclusion(leaf.place)), head.note)


def consistency(old: int, size: int) -> tuple[bytes, ...]:
    """That the tree of `old` leaves is the beginning of that of `size`. Raises `NotInTree`."""
    head = newest()
    if head is None or not 0 < old <= size <= head.size:
        raise NotInTree(f"留痕树现有 {head.size if head else 0} 条，没有从 {old} 到 {size} 条的证明。")
    return tuple(forest(head).consistency(old, size))


def data_of(entry: Entry) -> bytes:
    """What the entry's leaf is the hash of; whoever may read the entry may check it with this."""
    text = text_of(Content(entry.at, entry.actor, entry.act, entry.subject, entry.payload))
    return leaf_data(entry.pk, bytes(entry.seal), text)


def waiting() -> int:
    """Entries that wait for the keeper."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_pending WHERE NOT refused")
        return int(cursor.fetchone()[0])
