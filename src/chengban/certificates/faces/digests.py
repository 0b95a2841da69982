"""SM3 (GB/T 32905), the digest that an OFD names by its object identifier."""

from cryptography.hazmat.primitives import hashes

SM3 = "1.2.156.10197.1.401"


def sm3(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()
