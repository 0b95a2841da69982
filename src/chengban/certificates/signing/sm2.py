"""SM2 with SM3 (GB/T 32918.2) with a key in software, through the system's libcrypto. Algorithm-compatible, not certified."""

from base64 import b64decode, b64encode
from textwrap import wrap

from chengban.certificates.errors import BadKey, SigningOff
from chengban.certificates.signing import libcrypto
from chengban.certificates.signing.algorithms import SM2, Jwk, coordinates, joined, jwk_of, key_id_of, parted

_HEAD, _FOOT = "-----BEGIN EC PRIVATE KEY-----", "-----END EC PRIVATE KEY-----"
_PUBLIC_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200") + b"\x04"
"""SubjectPublicKeyInfo of a point on the SM2 curve (1.2.156.10197.1.301), up to its coordinates."""


def is_on() -> bool:
    """Whether this machine can do SM2."""
    try:
        libcrypto.library()
    except SigningOff:
        return False
    return True


class Sm2Verifier:
    """Verifies with a public key given as JWK. Raises BadKey, and SigningOff where the machine cannot."""

    algorithm = SM2

    def __init__(self, jwk: Jwk) -> None:
        x, y = coordinates(jwk, SM2)
        self._key = libcrypto.public_key(_PUBLIC_HEAD + x + y)
        self.jwk = jwk_of(SM2, x, y)
        self.key_id = key_id_of(self.jwk)

    def verify(self, data: bytes, signature: bytes) -> bool:
        der = parted(signature)
        return der is not None and libcrypto.verify(self._key, data, der)


class Sm2Signer:
    """Signs with a private key in PEM, as `openssl genpkey -algorithm SM2` writes it.

    Raises BadKey, and SigningOff where the machine cannot.
    """

    algorithm = SM2

    def __init__(self, pem: str) -> None:
        body = "".join(line for line in pem.split("\n") if not line.startswith("-----"))
        try:
            der = b64decode("".join(body.split()), validate=True)
        except ValueError as error:
            raise BadKey("SM2 私钥不是 PEM 格式。") from error
        self._key = libcrypto.private_key(der)
        point = libcrypto.public_der(self._key)[len(_PUBLIC_HEAD) :]
        self.jwk = jwk_of(SM2, point[:32], point[32:])
        self.key_id = key_id_of(self.jwk)

    def sign(self, data: bytes) -> bytes:
        return joined(libcrypto.sign(self._key, data))

    @property
    def verifier(self) -> Sm2Verifier:
        return Sm2Verifier(self.jwk)


def new_pem() -> str:
    """A new private key, as PEM."""
    body = b64encode(libcrypto.private_der(libcrypto.generate())).decode()
    return "\n".join([_HEAD, *wrap(body, 64), _FOOT, ""])
