"""A city's certificate authority made up for the tests, and who it certifies."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from chengban.certificates.faces import OfdSigner, SigningIdentity

Key = ec.EllipticCurvePublicKey | rsa.RSAPublicKey
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
AT = datetime(2025, 12, 1, 9, 30, tzinfo=UTC)
ECDSA = ec.ECDSA(hashes.SHA256())
ECDSA_SHA256 = "1.2.840.10045.4.3.2"


@dataclass(frozen=True)
class Authority:
    """A root and one issuer under it."""

    root: bytes
    certificate: bytes
    key: ec.EllipticCurvePrivateKey

    def sign(self, message: bytes) -> bytes:
        """r and s, as the house's signers give them."""
        r, s = decode_dss_signature(self.key.sign(message, ECDSA))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def verify(self, message: bytes, signature: bytes) -> bool:
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        try:
            self.key.public_key().verify(encode_dss_signature(r, s), message, ECDSA)
        except InvalidSignature:
            return False
        return True

    def identity(self) -> SigningIdentity:
        return SigningIdentity(self.certificate, (self.root,), self.sign)

    def ofd_signer(self) -> OfdSigner:
        return OfdSigner(ECDSA_SHA256, self.sign)


def authority(city: str = "聊城市") -> Authority:
    return _made(city)


@lru_cache
def _made(city: str) -> Authority:
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = certificate(f"{city}电子证照根证书", root_key.public_key(), f"{city}电子证照根证书", root_key, ca=True)
    issuer = certificate(f"{city}行政审批服务局", key.public_key(), f"{city}电子证照根证书", root_key, ca=False)
    return Authority(root, issuer, key)


def certificate(name: str, key: Key, by: str, by_key: PrivateKey, *, ca: bool) -> bytes:
    usage = x509.KeyUsage(not ca, False, False, False, False, ca, ca, False, False)
    builder = x509.CertificateBuilder().subject_name(_named(name)).issuer_name(_named(by)).public_key(key).serial_number(7 + ca)
    builder = builder.not_valid_before(datetime(2020, 1, 1)).not_valid_after(datetime(2040, 1, 1))
    builder = builder.add_extension(x509.BasicConstraints(ca, None), True).add_extension(usage, True)
    return builder.sign(by_key, hashes.SHA256()).public_bytes(Encoding.DER)


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
