"""The X.509 certificate that goes with the city's ES256 key, for documents: readers of PDF know people by such certificates.

`CHENGBAN_CERTIFICATE_X509` is the chain in PEM, the key's own certificate first, as an authority gave it. Without it the city
makes a root that signs this one key and is then thrown away; readers will call it unknown until somebody trusts it.
"""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from chengban.certificates.base64url import decoded
from chengban.certificates.errors import BadKey
from chengban.certificates.signing.algorithms import ES256, Jwk
from chengban.certificates.signing.keys import city_signer
from chengban.lib import clock, env

CHAIN = "CHENGBAN_CERTIFICATE_X509"
_YEARS = timedelta(days=3650)
_SLACK = timedelta(days=3650)
"""A demo's day may lie before today; certificates are judged as of the day of signing."""


def city_chain(name: str) -> tuple[bytes, ...]:
    """The chain as DER, the key's certificate first, the root last. `name` is the city's. Raises BadKey."""
    jwk = city_signer(ES256).jwk
    text = env.secret(CHAIN, lambda: _made(name, jwk))
    try:
        chain = x509.load_pem_x509_certificates(text.encode())
    except ValueError as error:
        raise BadKey(f"{CHAIN} 不是 PEM 格式的证书链。") from error
    if chain[0].public_key() != _public(jwk):
        raise BadKey(f"{CHAIN} 的第一张证书不是当前签名密钥的。换了密钥，请一并换证书链。")
    return tuple(one.public_bytes(Encoding.DER) for one in chain)


def _made(name: str, jwk: Jwk) -> str:
    root = ec.generate_private_key(ec.SECP256R1())
    top, now = f"{name}电子证照自签根", clock.now()
    made = (
        _certificate(f"{name}电子证照", _public(jwk), top, root, now, ca=False),
        _certificate(top, root.public_key(), top, root, now, ca=True),
    )
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in made)


def _certificate(
    name: str, key: ec.EllipticCurvePublicKey, by: str, signer: ec.EllipticCurvePrivateKey, now: datetime, *, ca: bool
) -> x509.Certificate:
    usage = x509.KeyUsage(not ca, not ca, False, False, False, ca, ca, False, False)
    builder = x509.CertificateBuilder(_named(by), _named(name), key, x509.random_serial_number(), now - _SLACK, now + _YEARS)
    builder = builder.add_extension(x509.BasicConstraints(ca, None), True).add_extension(usage, True)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key)
    return builder.add_extension(identifier, False).sign(signer, hashes.SHA256())


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _public(jwk: Jwk) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + decoded(jwk["x"]) + decoded(jwk["y"]))
