"""Who signs and who verifies: one interface, whatever holds the key.

A signature is r and s, 32 bytes each, as JOSE writes it. A software key of ES256 or SM2 is here; a hardware module is one more
class with these three members.
"""

from typing import Protocol

from chengban.certificates.signing.algorithms import ES256, SM2, Jwk, key_id_of


class Signer(Protocol):
    """Holds a private key. `algorithm` is a JOSE name, `key_id` the thumbprint of the public key (RFC 7638)."""

    algorithm: str
    key_id: str

    def sign(self, data: bytes) -> bytes: ...


class Verifier(Protocol):
    """Holds a public key. `verify` says no to whatever is not its signature; it raises nothing for it."""

    algorithm: str
    key_id: str

    def verify(self, data: bytes, signature: bytes) -> bool: ...


__all__ = ["ES256", "SM2", "Jwk", "Signer", "Verifier", "key_id_of"]
