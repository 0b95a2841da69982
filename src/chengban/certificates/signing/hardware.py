"""ES256 with a key in a hardware module, through PKCS #11: the key never leaves it, and this process knows its PIN only.

Needs the extra `pkcs11` (python-pkcs11). SM2 goes otherwise: modules that speak SDF (GM/T 0018) are one more class of this shape.
"""

import hashlib
import os
import threading
from typing import Any

from chengban.certificates.errors import BadKey, SigningOff
from chengban.certificates.signing.algorithms import ES256, jwk_of, key_id_of
from chengban.certificates.signing.es256 import Es256Verifier
from chengban.lib import env

MODULE, TOKEN, PIN, LABEL = (f"CHENGBAN_PKCS11_{name}" for name in ("MODULE", "TOKEN", "PIN", "LABEL"))
_POINT = b"\x04\x41\x04"
"""EC_POINT of P-256: an octet string of 65 bytes, an uncompressed point."""


def is_set() -> bool:
    """Whether the environment names a module."""
    return bool(os.environ.get(MODULE))


def from_environment() -> "HardwareSigner":
    """The city's key in the module that the environment names. Raises EnvironmentMistake, SigningOff and BadKey."""
    return HardwareSigner(
        env.required(MODULE), env.required(TOKEN), env.required(PIN), os.environ.get(LABEL) or "chengban-certificates"
    )


class HardwareSigner:
    """Signs in the module. One session, one signature at a time."""

    algorithm = ES256

    def __init__(self, module: str, token: str, pin: str, label: str) -> None:
        self._pkcs11 = _library()
        self._one_at_a_time = threading.Lock()
        classes = self._pkcs11.constants.ObjectClass
        try:
            self._session = self._pkcs11.lib(module).get_token(token_label=token).open(user_pin=pin)
            self._key = self._session.get_key(object_class=classes.PRIVATE_KEY, label=label)
            public = self._session.get_key(object_class=classes.PUBLIC_KEY, label=label)
            point = bytes(public[self._pkcs11.constants.Attribute.EC_POINT])
        except (self._pkcs11.exceptions.PKCS11Error, RuntimeError) as error:
            raise SigningOff(f"硬件密码模块用不了：{type(error).__name__}。请核对模块、令牌、PIN 和密钥名称。") from error
        if len(point) != 67 or not point.startswith(_POINT):
            raise BadKey("硬件密码模块里的密钥不是 P-256 密钥。")
        self.jwk = jwk_of(ES256, point[3:35], point[35:])
        self.key_id = key_id_of(self.jwk)

    def sign(self, data: bytes) -> bytes:
        digest = hashlib.sha256(data).digest()
        with self._one_at_a_time:
            return bytes(self._key.sign(digest, mechanism=self._pkcs11.Mechanism.ECDSA))

    @property
    def verifier(self) -> Es256Verifier:
        return Es256Verifier(self.jwk)


def _library() -> Any:
    try:
        import pkcs11
        import pkcs11.constants
        import pkcs11.exceptions
    except ImportError as error:
        raise SigningOff("没有安装 python-pkcs11，用不了硬件密码模块。安装 chengban[pkcs11] 后再试。") from error
    return pkcs11
