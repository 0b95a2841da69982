"""ES256 (ECDSA on P-256 with SHA-256) with a key in software."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chengban.certificates.errors import BadKey
from chengban.certificates.signing.algorithms import ES256, Jwk, coordinates, joined, jwk_of, key_id_of, parted

_HASH = ec.ECDSA(hashes.SHA256())


class Es256Verifier:
    """Verifies with a public key given as JWK. Raises BadKey."""

    algorithm = ES256

    def __init__(self, jwk: Jwk) -> None:
        x, y = coordinates(jwk, ES256)
        try:
            self._key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + x + y)
        except ValueError as error:
            raise BadKey("公钥不在 P-256 曲线上。") from error
        self.jwk = jwk_of(ES256, x, y)
        self.key_id = key_id_of(self.jwk)

    def verify(self, data: bytes, signature: bytes) -> bool:
        der = parted(signature)
        if der is None:
            return False
        try:
            self._key.verify(der, data, _HASH)
        except InvalidSignature:
            return False
        return True


class Es256Signer:
    """Signs with a private key in PEM. Raises BadKey."""

    algorithm = ES256

    def __init__(self, pem: str) -> None:
        try:
            key = serialization.load_pem_private_key(pem.encode(), None)
        except (ValueError, TypeError) as error:
            raise BadKey("ES256 私钥不是 PEM 格式的 P-256 密钥。") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
            raise BadKey("ES256 私钥不是 P-256 密钥。")
        self._key = key
        point = key.public_key().public_numbers()
        self.jwk = jwk_of(ES256, point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big"))
        self.key_id = key_id_of(self.jwk)

    def sign(self, data: bytes) -> bytes:
        return joined(self._key.sign(data, _HASH))

    @property
    def verifier(self) -> Es256Verifier:
        return Es256Verifier(self.jwk)


def new_pem() -> str:
    """A new private key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(*form).decode()
