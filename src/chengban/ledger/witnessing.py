"""The witness (见证人): outside the log's machine, with a key and a store of its own, it signs each tree that continues the last.

It never signs two trees that do not. Whoever holds the log's key can rewrite the log, but not what the witness keeps: `compare`
then tells at which leaf the two part.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chengban.ledger.checkpoints import Checkpoint
from chengban.ledger.errors import LedgerError, NotANote
from chengban.ledger.findings import Audit
from chengban.ledger.merkle import BYTES, WIDTH, Edge, Forest, cut, edge_places, width_of
from chengban.ledger.notes import Note, Signer, Verifier, signed
from chengban.ledger.offline import read_checkpoint
from chengban.ledger.tiles import CHECKPOINT, Address, Fetch, Folder, reader
from chengban.lib import clock

EVIDENCE = "refused"
"""Where a witness keeps the checkpoint that it would not sign."""


class Parted(LedgerError):
    """The log does not continue what this witness signed before."""


@dataclass
class Witness:
    """One witness of one log. The store holds every tile that it saw and the checkpoint that it signed last."""

    store: Folder
    log: Verifier
    signer: Signer
    _seen: Checkpoint | None = None

    def look(self, fetch: Fetch, now: Callable[[], datetime] = clock.now) -> str:
        """Take in how the log has grown; the log's newest checkpoint with this witness's signature.

        Raises `Parted` where the log was set back or rewritten; what it showed is kept as evidence. Raises `NotANote`.
        """
        offered, note = read_checkpoint(fetch, self.log)
        seen = self.seen()
        if seen is not None and offered.size < seen.size:
            self._refuse(note, f"日志只剩 {offered.size} 条，见证人签过 {seen.size} 条：被退回去了。")
        tiles = self._grown(fetch, offered, seen, note)
        for address, hashes in tiles.items():
            self.store.put(str(address), hashes)
        self.store.settle(map(str, tiles))
        made = signed(note.text, *self._log_lines(note), self.signer.cosign(note.text, now()))
        self.store.put(CHECKPOINT, made.encode())
        self.store.settle([CHECKPOINT])
        for address in tiles:
            self.store.prune(address)
        self._seen = offered
        return made

    def seen(self) -> Checkpoint | None:
        """What it signed last."""
        if self._seen is None and self.store.fetch(CHECKPOINT) is not None:
            self._seen, _ = read_checkpoint(self.store.fetch, self.log)
        return self._seen

    def _grown(self, fetch: Fetch, offered: Checkpoint, seen: Checkpoint | None, note: Note) -> dict[Address, bytes]:
        """The tiles that the log has more than the store, after growing the store's own tree with them and comparing the roots."""
        size = seen.size if seen else 0
        if seen is not None and seen.hash != offered.hash:
            self._refuse(note, "日志换了散列算法。")
        edge = self._edge(offered, size)
        made: dict[Address, bytes] = {}
        read = reader(fetch)
        while edge.size < offered.size:
            number, held = divmod(edge.size, WIDTH)
            leaves = cut(read(0, number, width_of(offered.size, 0, number)))
            if edge.tiles.get(0, b"") != b"".join(leaves[:held]):
                self._refuse(note, f"第 {number * WIDTH} 位起的散列值与见证人留存的不同：被改写了。")
            for (level, place), hashes in edge.grow(leaves[held:]).items():
                made[Address(level, place, len(hashes) // BYTES)] = hashes
        if edge.root() != offered.root:
            self._refuse(note, f"日志签的 {offered.size} 条的根，与见证人留存的接着算出的不同：被改写了。")
        return made

    def _edge(self, offered: Checkpoint, size: int) -> Edge:
        read = reader(self.store.fetch)
        tiles = {level: bytearray(read(level, number, width)) for level, number, width in edge_places(size)}
        return Edge(offered.hash, size, tiles)

    def _log_lines(self, note: Note) -> list[str]:
        """The log's own signature, without other witnesses' lines."""
        found = note.signed_by(self.log)
        assert found is not None  # `read_checkpoint` saw it
        return [self.log.line(found)]

    def _refuse(self, note: Note, why: str) -> None:
        self.store.put(EVIDENCE, signed(note.text, *self._log_lines(note)).encode())
        raise Parted(f"{why}见证人不签；证据存于 {self.store.path / EVIDENCE}。")


def compare(found: Audit, ours: Forest, store: Folder, log: Verifier, witness: Verifier) -> None:
    """Tell where the log's tree and the tree that the witness kept part; nothing where they do not."""
    kept, note = read_checkpoint(store.fetch, log)
    if note.signed_by(witness) is None:
        raise NotANote(f"this store is not signed by {witness.name}")
    if kept.size > ours.size:
        found.find("witness", f"见证人签过 {kept.size} 条，这里只有 {ours.size} 条：后面的被删了。", place=ours.size)
    if kept.size <= ours.size and ours.root(kept.size) == kept.root:
        return
    read = reader(store.fetch)
    for number in range(-(-min(kept.size, ours.size) // WIDTH)):
        here, there = ours.read(0, number, width_of(ours.size, 0, number)), read(0, number, width_of(kept.size, 0, number))
        for at, (mine, theirs) in enumerate(zip(cut(here), cut(there), strict=False)):
            if mine != theirs:
                place = number * WIDTH + at
                found.find("witness", f"第 {place} 位与见证人留存的不同：见证以后被改写。", place=place)
