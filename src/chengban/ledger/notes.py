"""Signed notes, as transparency logs sign them: a text, a blank line, and a line for each signature (C2SP signed-note).

`vkey` is the public key as it is handed around: `name+hash+key`. A checkpoint's own signature is Ed25519 (type 1); a witness's
cosignature says also when (type 4, C2SP tlog-cosignature).
"""

import base64
import binascii
import hashlib
import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chengban.ledger.errors import NotANote

SIGNED, COSIGNED = 1, 4
"""Types of signatures."""
_NAME = re.compile(r"[^\s+]{1,120}")
_VKEY = re.compile(r"(?P<name>[^\s+]{1,120})\+(?P<hash>[0-9a-f]{8})\+(?P<key>[A-Za-z0-9+/=]{10,200})")
_NOT_A_KEY = "this is not a public key of a log: one looks like name+1a2b3c4d+AW9…"
_DASH = "— "
LARGEST = 20_000
"""Bytes of a note at most."""


@dataclass(frozen=True)
class Signer:
    """A private key with the name it signs under. Raises `NotANote` for a name with a blank or a plus in it."""

    name: str
    key: Ed25519PrivateKey
    type: int = SIGNED

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise NotANote(f"{self.name!r} cannot name a key: no blanks and no plus, please")

    @classmethod
    def of(cls, name: str, seed: bytes, type: int = SIGNED) -> "Signer":
        return cls(name, Ed25519PrivateKey.from_private_bytes(seed), type)

    @property
    def verifier(self) -> "Verifier":
        return Verifier(self.name, self.key.public_key(), self.type)

    def sign(self, text: str) -> str:
        """The line that signs the text."""
        return self.verifier.line(self.key.sign(text.encode()))

    def cosign(self, text: str, at: datetime) -> str:
        """The line that says: at this time this was the tree that I saw."""
        moment = int(at.timestamp())
        return self.verifier.line(struct.pack(">Q", moment) + self.key.sign(_stamped(text, moment)))


@dataclass(frozen=True)
class Verifier:
    """A public key with its name."""

    name: str
    key: Ed25519PublicKey
    type: int = SIGNED

    @classmethod
    def read(cls, vkey: str) -> "Verifier":
        """Raises `NotANote`."""
        found = _VKEY.fullmatch(vkey.strip())
        if found is None:
            raise NotANote(_NOT_A_KEY)
        try:
            raw = base64.b64decode(found["key"], validate=True)
            verifier = cls(found["name"], Ed25519PublicKey.from_public_bytes(raw[1:]), raw[0])
        except (binascii.Error, ValueError, IndexError) as error:
            raise NotANote(_NOT_A_KEY) from error
        if verifier.type not in (SIGNED, COSIGNED) or verifier.hash.hex() != found["hash"]:
            raise NotANote(_NOT_A_KEY)
        return verifier

    @property
    def hash(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + self._typed()).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.hash.hex()}+{base64.b64encode(self._typed()).decode()}"

    def line(self, signature: bytes) -> str:
        """A signature of this key as a line of a note."""
        return f"{_DASH}{self.name} {base64.b64encode(self.hash + signature).decode()}"

    def _typed(self) -> bytes:
        return bytes([self.type]) + self.key.public_bytes(Encoding.Raw, PublicFormat.Raw)

    def verifies(self, text: str, signature: bytes) -> bool:
        """Whether the signature, as it stands behind the key's hash, is this key's over the text."""
        signed = text.encode()
        if self.type == COSIGNED:
            if len(signature) < 8:
                return False
            signed, signature = _stamped(text, struct.unpack(">Q", signature[:8])[0]), signature[8:]
        try:
            self.key.verify(signature, signed)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class Note:
    """A note that was read: its text with the newline that ends it, and its signatures by the name and the key's hash."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]

    @classmethod
    def read(cls, note: str) -> "Note":
        """Raises `NotANote`."""
        if len(note) > LARGEST:
            raise NotANote("this note is too long")
        text, gap, lines = note.rpartition("\n\n")
        if not gap or not lines.endswith("\n"):
            raise NotANote("this is not a signed note")
        return cls(f"{text}\n", tuple(_signature(line) for line in lines.removesuffix("\n").split("\n")))

    def signed_by(self, verifier: Verifier) -> bytes | None:
        """The signature of that key; none where it did not sign, or not this text."""
        for name, hash, signature in self.signatures:
            if (name, hash) == (verifier.name, verifier.hash) and verifier.verifies(self.text, signature):
                return signature
        return None


def signed(text: str, *lines: str) -> str:
    """A text, which ends with a newline, with its signatures."""
    return text + "\n" + "".join(f"{line}\n" for line in lines)


def time_of(cosignature: bytes) -> datetime:
    """When a witness says it signed."""
    return datetime.fromtimestamp(struct.unpack(">Q", cosignature[:8])[0], UTC)


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, _, code = line.removeprefix(_DASH).partition(" ")
    try:
        raw = base64.b64decode(code, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotANote("a signature of this note cannot be read") from error
    if not line.startswith(_DASH) or not _NAME.fullmatch(name) or len(raw) < 5:
        raise NotANote("a signature of this note cannot be read")
    return name, raw[:4], raw[4:]


def _stamped(text: str, moment: int) -> bytes:
    return f"cosignature/v1\ntime {moment}\n{text}".encode()
