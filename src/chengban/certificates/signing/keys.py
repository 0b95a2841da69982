"""The city's own keys, and whom it trusts.

A private key is the secret `CHENGBAN_CERTIFICATE_KEY_ES256` (or `_SM2`), in PEM: from the environment, else made on first use and
kept in the home's `secrets`, readable by its owner only. It is never written to a log, and nothing prints it.
"""

import json
import os
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chengban.certificates.errors import BadKey
from chengban.certificates.signing import es256, hardware, sm2
from chengban.certificates.signing.algorithms import ES256, SM2, Jwk, jwk_of
from chengban.lib import env

SoftwareSigner = es256.Es256Signer | sm2.Sm2Signer
CitySigner = SoftwareSigner | hardware.HardwareSigner
SoftwareVerifier = es256.Es256Verifier | sm2.Sm2Verifier
_SIGNERS: dict[str, Any] = {ES256: (es256.Es256Signer, es256.new_pem), SM2: (sm2.Sm2Signer, sm2.new_pem)}
OLD_KEYS = "CHENGBAN_CERTIFICATE_OLD_KEYS"
"""A file of public keys (JWK set) with which the city signed before, and which still verify."""


def city_signer(algorithm: str = ES256) -> CitySigner:
    """The city's key of an algorithm: in the hardware module that the environment names, else in software.

    Raises BadKey, and SigningOff where the module or, for SM2, the machine cannot.
    """
    if algorithm == ES256 and hardware.is_set():
        return _in_hardware()
    return _signer(algorithm, env.secret(f"CHENGBAN_CERTIFICATE_KEY_{algorithm}", _SIGNERS[algorithm][1]))


@cache
def _in_hardware() -> hardware.HardwareSigner:
    return hardware.from_environment()


@lru_cache(maxsize=8)
def _signer(algorithm: str, pem: str) -> SoftwareSigner:
    made: SoftwareSigner = _SIGNERS[algorithm][0](pem)
    return made


def verifier_of(jwk: Jwk) -> SoftwareVerifier:
    """A public key's verifier, by its curve. Raises BadKey for any other key."""
    if not isinstance(jwk, dict):
        raise BadKey("公钥应为 JWK 对象。")
    return sm2.Sm2Verifier(jwk) if jwk.get("crv") == "SM2" else es256.Es256Verifier(jwk)


class KeyRing:
    """Public keys by their thumbprint."""

    def __init__(self, verifiers: Iterable[SoftwareVerifier]) -> None:
        self._held = {verifier.key_id: verifier for verifier in verifiers}

    def find(self, key_id: object) -> SoftwareVerifier | None:
        return self._held.get(key_id) if isinstance(key_id, str) else None

    def any_verifies(self, data: bytes, signature: bytes) -> bool:
        """Whether one of the keys signed it: for documents, which name no key."""
        return any(held.verify(data, signature) for held in self._held.values())

    def jwks(self) -> dict[str, list[Jwk]]:
        """The set as others may fetch it."""
        return {"keys": [{**held.jwk, "kid": held.key_id, "alg": held.algorithm, "use": "sig"} for held in self._held.values()]}


def city_keys() -> KeyRing:
    """What the city signs with and signed with. SM2 is among it where the machine can."""
    own = [city_signer(algorithm).verifier for algorithm in (ES256, SM2) if algorithm != SM2 or sm2.is_on()]
    old = os.environ.get(OLD_KEYS)
    return KeyRing([*own, *(read_keys(Path(old)) if old else ())])


def read_keys(path: Path) -> list[SoftwareVerifier]:
    """The public keys of a file: a JWK, a JWK set, or a P-256 key in PEM. Raises BadKey."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadKey(f"密钥文件 {path.name} 读不了。") from error
    return [_from_pem(text)] if text.lstrip().startswith("-----BEGIN") else _from_json(text, path.name)


def _from_json(text: str, name: str) -> list[SoftwareVerifier]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise BadKey(f"密钥文件 {name} 既不是 JWK 也不是 PEM。") from error
    held = value.get("keys") if isinstance(value, dict) else None
    return [verifier_of(one) for one in (held if isinstance(held, list) else [value])]


def _from_pem(text: str) -> SoftwareVerifier:
    try:
        key = serialization.load_pem_public_key(text.encode())
    except (ValueError, TypeError) as error:
        raise BadKey("PEM 中没有可用的公钥。SM2 公钥请用 JWK。") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise BadKey("PEM 中的公钥不是 P-256 密钥。SM2 公钥请用 JWK。")
    point = key.public_numbers()
    return es256.Es256Verifier(jwk_of(ES256, point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")))
