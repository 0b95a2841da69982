"""The algorithms' names, public keys as JWK, and a signature as two numbers or as JOSE's 64 bytes."""

import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from chengban.certificates.base64url import decoded, encoded
from chengban.certificates.errors import BadKey, NotReadable

ES256 = "ES256"
SM2 = "SM2"
"""Not registered for JOSE: a name between those who know it. SM2 with SM3 and the usual identity (GB/T 32918.2, GB/T 35276)."""
CURVES = {ES256: "P-256", SM2: "SM2"}
DIGESTS = {ES256: "sha-256", SM2: "sm3"}
"""The `_sd_alg` that goes with an algorithm. `sm3` is private as well."""

Jwk = dict[str, Any]
_SIZE = 32


def coordinates(jwk: Jwk, algorithm: str) -> tuple[bytes, bytes]:
    """The point of a public key. Raises BadKey where it is none of the algorithm's curve."""
    if not isinstance(jwk, dict) or jwk.get("kty") != "EC" or jwk.get("crv") != CURVES.get(algorithm):
        raise BadKey(f"公钥不是 {algorithm} 的密钥。")
    try:
        x, y = decoded(str(jwk.get("x"))), decoded(str(jwk.get("y")))
    except NotReadable as error:
        raise BadKey(f"公钥不是 {algorithm} 的密钥：坐标不是 base64url。") from error
    if len(x) != _SIZE or len(y) != _SIZE:
        raise BadKey(f"公钥不是 {algorithm} 的密钥：坐标应各为 {_SIZE} 字节。")
    return x, y


def jwk_of(algorithm: str, x: bytes, y: bytes) -> Jwk:
    names = {"crv": CURVES[algorithm], "kty": "EC"}
    return {**names, "x": encoded(x), "y": encoded(y)}


def key_id_of(jwk: Jwk) -> str:
    """The thumbprint (RFC 7638): SHA-256 over the required members in their order."""
    members = json.dumps({name: jwk[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
    return encoded(hashlib.sha256(members.encode()).digest())


def digest(name: str, data: bytes) -> bytes:
    """The digest that `_sd_alg` names. Raises KeyError for another."""
    if name == "sha-256":
        return hashlib.sha256(data).digest()
    if name == "sm3":
        made = hashes.Hash(hashes.SM3())
        made.update(data)
        return made.finalize()
    raise KeyError(name)


def joined(der: bytes) -> bytes:
    """JOSE's r and s from an ASN.1 signature."""
    r, s = decode_dss_signature(der)
    return r.to_bytes(_SIZE, "big") + s.to_bytes(_SIZE, "big")


def parted(signature: bytes) -> bytes | None:
    """The ASN.1 signature from JOSE's; none where it is not 64 bytes."""
    if len(signature) != 2 * _SIZE:
        return None
    return encode_dss_signature(int.from_bytes(signature[:_SIZE], "big"), int.from_bytes(signature[_SIZE:], "big"))
