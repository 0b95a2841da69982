"""Checkpoints (检查点): what the log signs of itself. Whose it is, how many leaves, their root, when, and with which hash."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime

from chengban.ledger.errors import NotANote
from chengban.ledger.merkle import BYTES, HASHES, TreeHash
from chengban.ledger.notes import Note, Signer, Verifier, signed


@dataclass(frozen=True)
class Checkpoint:
    """The tree of the first `size` entries, as its keeper signed it at a moment."""

    origin: str
    size: int
    root: bytes
    at: datetime
    hash: TreeHash

    def text(self) -> str:
        """The body of the note: origin, size and root (C2SP tlog-checkpoint), then when, and the hash."""
        root = base64.b64encode(self.root).decode()
        return f"{self.origin}\n{self.size}\n{root}\nat {self.at.isoformat(timespec='milliseconds')}\nhash {self.hash.name}\n"

    def note(self, signer: Signer) -> str:
        return signed(self.text(), signer.sign(self.text()))

    @classmethod
    def read(cls, text: str) -> "Checkpoint":
        """Raises `NotANote`."""
        lines = text.split("\n")
        if len(lines) != 6 or lines[5]:
            raise NotANote("this is not a checkpoint of this kind of log")
        origin, size, root, at, hash, _ = lines
        try:
            made = cls(
                origin,
                int(size),
                base64.b64decode(root, validate=True),
                datetime.fromisoformat(at.removeprefix("at ")),
                HASHES[hash.removeprefix("hash ")],
            )
        except (ValueError, KeyError, binascii.Error) as error:
            raise NotANote("this is not a checkpoint of this kind of log") from error
        if made.text() != text or len(made.root) != BYTES or made.size < 0 or made.at.tzinfo is None:
            raise NotANote("this is not a checkpoint of this kind of log")
        return made


def opened(note: str, key: Verifier) -> Checkpoint:
    """The checkpoint of a note that the key's owner signed. Raises `NotANote`."""
    read = Note.read(note)
    if read.signed_by(key) is None:
        raise NotANote(f"this checkpoint is not signed with the key of {key.name}")
    checkpoint = Checkpoint.read(read.text)
    if checkpoint.origin != key.name:
        raise NotANote(f"this checkpoint is of {checkpoint.origin}, not of {key.name}")
    return checkpoint
