"""The audit of a log's files (离线验簿): nothing is needed but the public key, the checkpoint and the tiles."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chengban.ledger.checkpoints import Checkpoint, opened
from chengban.ledger.errors import NotANote
from chengban.ledger.findings import Audit
from chengban.ledger.merkle import BYTES, WIDTH, Edge, cut, width_of
from chengban.ledger.notes import Note, Verifier, time_of
from chengban.ledger.tiles import CHECKPOINT, Address, Fetch, reader

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Witnessed:
    """A witness that signed this checkpoint too, and when."""

    name: str
    at: datetime


def read_checkpoint(fetch: Fetch, key: Verifier) -> tuple[Checkpoint, Note]:
    """The log's newest checkpoint. Raises `NotANote` where there is none that the key signed."""
    raw = fetch(CHECKPOINT)
    if raw is None:
        raise NotANote("there is no checkpoint here")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise NotANote("this is not a signed note") from error
    return opened(text, key), Note.read(text)


def witnessed_by(note: Note, witnesses: Sequence[Verifier]) -> tuple[Witnessed, ...]:
    """Which of the witnesses signed the note."""
    signed = [(witness.name, note.signed_by(witness)) for witness in witnesses]
    return tuple(Witnessed(name, time_of(signature)) for name, signature in signed if signature is not None)


def verify(fetch: Fetch, checkpoint: Checkpoint, tell: Tell = lambda done, total: None) -> Audit:
    """Grow the tree again from its lowest tiles; compare every tile above, and the root that was signed."""
    found = Audit(size=checkpoint.size, heads=1)
    edge, read = Edge(checkpoint.hash, 0, {}), reader(fetch)
    for number in range(-(-checkpoint.size // WIDTH)):
        try:
            hashes = read(0, number, width_of(checkpoint.size, 0, number))
        except NotANote as error:
            found.find("tile", f"散列分块缺失：{error}。", place=number * WIDTH)
            return found
        grown = edge.grow(cut(hashes))
        _compare(found, fetch, {place: tile for place, tile in grown.items() if len(tile) == WIDTH * BYTES})
        tell(edge.size, checkpoint.size)
    _compare(found, fetch, edge.unfinished())
    found.root = edge.root()
    if found.root != checkpoint.root:
        found.find("root", f"散列值算出的根与 {checkpoint.size} 条的签名不一致：有散列值被改过。", place=0)
    return found


def _compare(found: Audit, fetch: Fetch, grown: dict[tuple[int, int], bytes]) -> None:
    for (level, number), hashes in grown.items():
        address = Address(level, number, len(hashes) // BYTES)
        stored = fetch(str(address))
        if level and stored is not None and stored != hashes:
            message = f"散列分块 {level}/{number} 与它下面的散列值对不上：两者之一被改过。"
            found.find("tile", message, place=number << (8 * (level + 1)))
