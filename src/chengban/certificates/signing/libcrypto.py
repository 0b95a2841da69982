"""The system's libcrypto (OpenSSL 3) through ctypes: the few calls that SM2 with SM3 needs (GB/T 32918.2).

The library computes ZA from the signer's identity itself, once it is told the identity; everything is freed where it was made.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import byref, c_char_p, c_int, c_long, c_size_t, c_ubyte, c_ulong, c_void_p
from functools import cache
from typing import Any

from chengban.certificates.errors import BadKey, SigningOff

IDENTITY = b"1234567812345678"
"""The signer's identity where none is agreed upon (GB/T 35276)."""
_NAMES = ("libcrypto.so.3", "libcrypto.3.dylib", "libcrypto-3-x64.dll")
_LONGEST_SIGNATURE = 80
_CALLS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "OpenSSL_version_num": (c_ulong, ()),
    "ERR_clear_error": (None, ()),
    "EVP_sm3": (c_void_p, ()),
    "EVP_PKEY_free": (None, (c_void_p,)),
    "EVP_PKEY_CTX_free": (None, (c_void_p,)),
    "EVP_PKEY_CTX_new": (c_void_p, (c_void_p, c_void_p)),
    "EVP_PKEY_CTX_new_from_name": (c_void_p, (c_void_p, c_char_p, c_char_p)),
    "EVP_PKEY_CTX_set1_id": (c_int, (c_void_p, c_char_p, c_int)),
    "EVP_PKEY_keygen_init": (c_int, (c_void_p,)),
    "EVP_PKEY_generate": (c_int, (c_void_p, c_void_p)),
    "EVP_PKEY_is_a": (c_int, (c_void_p, c_char_p)),
    "EVP_MD_CTX_new": (c_void_p, ()),
    "EVP_MD_CTX_free": (None, (c_void_p,)),
    "EVP_MD_CTX_set_pkey_ctx": (None, (c_void_p, c_void_p)),
    "EVP_DigestSignInit": (c_int, (c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)),
    "EVP_DigestSign": (c_int, (c_void_p, c_char_p, c_void_p, c_char_p, c_size_t)),
    "EVP_DigestVerifyInit": (c_int, (c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)),
    "EVP_DigestVerify": (c_int, (c_void_p, c_char_p, c_size_t, c_char_p, c_size_t)),
    "d2i_AutoPrivateKey": (c_void_p, (c_void_p, c_void_p, c_long)),
    "d2i_PUBKEY": (c_void_p, (c_void_p, c_void_p, c_long)),
    "i2d_PrivateKey": (c_int, (c_void_p, c_void_p)),
    "i2d_PUBKEY": (c_int, (c_void_p, c_void_p)),
}


class Key:
    """A key that the library holds, freed with the object."""

    def __init__(self, handle: int) -> None:
        self.handle = handle

    def __del__(self) -> None:
        library().EVP_PKEY_free(self.handle)


@cache
def library() -> Any:
    """libcrypto with its calls declared. Raises SigningOff where the machine has none of version 3, or one without SM2."""
    found = next((made for made in map(_opened, _NAMES) if made is not None), None)
    if found is None:
        raise SigningOff("国密 SM2 未启用：本机没有 libcrypto 3（OpenSSL 3）。安装 OpenSSL 3 后再试；ES256 不受影响。")
    try:
        for name, (result, arguments) in _CALLS.items():
            call = getattr(found, name)
            call.restype, call.argtypes = result, arguments
    except AttributeError as error:
        raise SigningOff("国密 SM2 未启用：本机的 libcrypto 没有编入 SM2/SM3，或不是第 3 版。ES256 不受影响。") from error
    return found


def _opened(name: str) -> Any:
    try:
        return ctypes.CDLL(name)
    except OSError:
        return None


def generate() -> Key:
    """A new SM2 key."""
    made = c_void_p()
    with _held(library().EVP_PKEY_CTX_new_from_name(None, b"SM2", None), library().EVP_PKEY_CTX_free) as context:
        if library().EVP_PKEY_keygen_init(context) != 1 or library().EVP_PKEY_generate(context, byref(made)) != 1:
            raise SigningOff("国密 SM2 未启用：本机的 libcrypto 不能生成 SM2 密钥。")
    return Key(made.value or 0)


def private_key(der: bytes) -> Key:
    """An SM2 key from its DER. Raises BadKey."""
    return _key(library().d2i_AutoPrivateKey, der, "私钥不是 SM2 密钥。")


def public_key(der: bytes) -> Key:
    """An SM2 public key from its SubjectPublicKeyInfo. Raises BadKey."""
    return _key(library().d2i_PUBKEY, der, "公钥不是 SM2 密钥，或不在 SM2 曲线上。")


def _key(read: Any, der: bytes, told: str) -> Key:
    start = ctypes.cast(ctypes.create_string_buffer(der, len(der)), c_void_p)
    handle = read(None, byref(start), len(der))
    library().ERR_clear_error()
    if not handle:
        raise BadKey(told)
    key = Key(handle)
    if library().EVP_PKEY_is_a(handle, b"SM2") != 1:
        raise BadKey(told)
    return key


def private_der(key: Key) -> bytes:
    return _der(library().i2d_PrivateKey, key)


def public_der(key: Key) -> bytes:
    return _der(library().i2d_PUBKEY, key)


def _der(write: Any, key: Key) -> bytes:
    buffer = (c_ubyte * write(key.handle, None))()
    start = ctypes.cast(buffer, c_void_p)
    write(key.handle, byref(start))
    return bytes(buffer)


def sign(key: Key, data: bytes) -> bytes:
    """An ASN.1 signature over SM3(ZA ‖ data)."""
    signature, length = ctypes.create_string_buffer(_LONGEST_SIGNATURE), c_size_t(_LONGEST_SIGNATURE)
    with _prepared(key, library().EVP_DigestSignInit) as context:
        if library().EVP_DigestSign(context, signature, byref(length), data, len(data)) != 1:
            library().ERR_clear_error()
            raise SigningOff("SM2 签名没有成功：libcrypto 拒绝了这个密钥。")
    return signature.raw[: length.value]


def verify(key: Key, data: bytes, signature: bytes) -> bool:
    with _prepared(key, library().EVP_DigestVerifyInit) as context:
        right = library().EVP_DigestVerify(context, signature, len(signature), data, len(data)) == 1
    library().ERR_clear_error()
    return right


@contextmanager
def _prepared(key: Key, begin: Any) -> Iterator[Any]:
    """A digest context for one signature, which knows the identity."""
    made = library()
    with (
        _held(made.EVP_PKEY_CTX_new(key.handle, None), made.EVP_PKEY_CTX_free) as own,
        _held(made.EVP_MD_CTX_new(), made.EVP_MD_CTX_free) as context,
    ):
        if made.EVP_PKEY_CTX_set1_id(own, IDENTITY, len(IDENTITY)) != 1:
            raise SigningOff("国密 SM2 未启用：本机的 libcrypto 不接受签名者标识。")
        made.EVP_MD_CTX_set_pkey_ctx(context, own)
        if begin(context, None, made.EVP_sm3(), None, key.handle) != 1:
            raise SigningOff("国密 SM2 未启用：本机的 libcrypto 不能用 SM3 做 SM2 签名。")
        yield context


@contextmanager
def _held(handle: Any, free: Any) -> Iterator[Any]:
    try:
        yield handle
    finally:
        free(handle)
