"""base64url without padding (RFC 4648 §5, RFC 7515 appendix C), in its one right form."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

from chengban.certificates.errors import NotReadable

_ALPHABET = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


def encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The bytes of base64url without padding, in its one right form. Raises NotReadable."""
    if _ALPHABET.fullmatch(text) is None or len(text) % 4 == 1:
        raise NotReadable("凭证中有一段不是 base64url，无法读取。")
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encoded(data) != text:
        raise NotReadable("凭证中有一段不是 base64url 的规范写法，无法读取。")
    return data
