"""The city's own keys, and whom it trusts.

A private key is the secret `CHENGBAN_CERTIFICATE_KEY_ES256` (or `_SM2`), in PEM: from the environment, else made on first use and
kept in the home's `secrets`, readable by its owner only. It is never written to a log, and nothing prints it.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chengban import packs
from chengban.certificates.errors import BadKey
from chengban.certificates.signing import es256, hardware, sm2
from chengban.certificates.signing.algorithms import ES256, SM2, Jwk, jwk_of
from chengban.lib import env

SoftwareSigner = es256.Es256Signer | sm2.Sm2Signer
CitySigner = SoftwareSigner | hardware.HardwareSigner
SoftwareVerifier = es256.Es256Verifier | sm2.Sm2Verifier
_SIGNERS: dict[str, Any] = {ES256: (es256.Es256Signer, es256.new_pem), SM2: (sm2.Sm2Signer, sm2.new_pem)}
OLD_KEYS = "CHENGBAN_CERTIFICATE_OLD_KEYS"
"""A file of public keys (JWK set, as `cert keys` prints it) with which the city signed before, or under another address."""


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


@dataclass(frozen=True, slots=True)
class Trusted:
    """A public key, and the names (`iss`) of those whom it signs for. It is believed of nobody else."""

    verifier: SoftwareVerifier
    issuers: tuple[str, ...]


class KeyRing:
    """Public keys by their thumbprint, each with its issuers."""

    def __init__(self, trusted: Iterable[Trusted]) -> None:
        self._held: dict[str, SoftwareVerifier] = {}
        self._issuers: dict[str, tuple[str, ...]] = {}
        for one in trusted:
            key_id = one.verifier.key_id
            self._held[key_id] = one.verifier
            self._issuers[key_id] = tuple(dict.fromkeys([*self._issuers.get(key_id, ()), *one.issuers]))

    def find(self, key_id: object) -> SoftwareVerifier | None:
        return self._held.get(key_id) if isinstance(key_id, str) else None

    def signs_for(self, key_id: str, issuer: object) -> bool:
        """Whether what names this issuer may bear this key's signature."""
        return issuer in self._issuers.get(key_id, ())

    def signs_at(self, key_id: str, address: str) -> bool:
        """Whether the address is below one of the key's issuers: for status lists, which name no issuer."""
        return any(address.startswith((f"{one}:", f"{one}/")) for one in self._issuers.get(key_id, ()))

    def knows(self, issuer: object) -> bool:
        return any(issuer in issuers for issuers in self._issuers.values())

    def any_verifies(self, data: bytes, signature: bytes) -> bool:
        """Whether one of the keys signed it: for documents, which name no key."""
        return any(held.verify(data, signature) for held in self._held.values())

    def jwks(self) -> dict[str, list[Jwk]]:
        """The set as others may fetch it."""
        return {"keys": [{**held.jwk, **self._about(held)} for held in self._held.values()]}

    def _about(self, held: SoftwareVerifier) -> Jwk:
        issuers = list(self._issuers[held.key_id])
        named = issuers[0] if len(issuers) == 1 else issuers
        return {"kid": held.key_id, "alg": held.algorithm, "use": "sig", "iss": named}


def issuer_of(region: str) -> str:
    """What a city calls itself in what it signs: the portal's address, or a name where the portal has none."""
    return os.environ.get("CHENGBAN_PORTAL_URL", "").rstrip("/") or f"urn:chengban:{region}"


def city_keys() -> KeyRing:
    """What the city signs with and signed with, for itself. SM2 is among it where the machine can."""
    issuer = issuer_of(packs.current().city.region)
    own = [city_signer(algorithm).verifier for algorithm in (ES256, SM2) if algorithm != SM2 or sm2.is_on()]
    old = os.environ.get(OLD_KEYS)
    return KeyRing([*(Trusted(one, (issuer,)) for one in own), *(read_keys(Path(old), issuer) if old else ())])


def read_keys(path: Path, issuer: str = "") -> list[Trusted]:
    """The public keys of a file: a JWK, a JWK set, or a P-256 key in PEM.

    Each signs for those that its `iss` names, and where it names none for `issuer`. Raises BadKey, also where nobody says for whom.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadKey(f"密钥文件 {path.name} 读不了。") from error
    if text.lstrip().startswith("-----BEGIN"):
        return [Trusted(_from_pem(text), _issuers({}, issuer))]
    return [Trusted(verifier_of(one), _issuers(one, issuer)) for one in _from_json(text, path.name)]


def _issuers(jwk: Any, issuer: str) -> tuple[str, ...]:
    said = jwk.get("iss") if isinstance(jwk, dict) else None
    named = said if isinstance(said, list) else [said or issuer]
    found = tuple(one for one in named if isinstance(one, str) and one)
    if not found:
        raise BadKey("公钥没有写明替谁签发（iss）：一个密钥只为它自己的颁发机构作数。请写明颁发机构。")
    return found


def _from_json(text: str, name: str) -> list[Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise BadKey(f"密钥文件 {name} 既不是 JWK 也不是 PEM。") from error
    held = value.get("keys") if isinstance(value, dict) else None
    return held if isinstance(held, list) else [value]


def _from_pem(text: str) -> SoftwareVerifier:
    try:
        key = serialization.load_pem_public_key(text.encode())
    except (ValueError, TypeError) as error:
        raise BadKey("PEM 中没有可用的公钥。SM2 公钥请用 JWK。") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise BadKey("PEM 中的公钥不是 P-256 密钥。SM2 公钥请用 JWK。")
    point = key.public_numbers()
    return es256.Es256Verifier(jwk_of(ES256, point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")))
