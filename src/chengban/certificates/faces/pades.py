"""A PDF's signature: PAdES baseline B-B (ETSI EN 319 142-1) by pyHanko, and what a check of one finds.

B-B has no time stamp of a third party: the time of signing is the signer's own word. Certificates are judged as of that time.
Whether the city has revoked since is the status list's answer, not this one's.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, TypeVar

from asn1crypto import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509 import load_der_x509_certificate
from pyhanko.pdf_utils.decode_limits import DecodeLimits, DocumentDecodeBudget, StreamDecodeLimits
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.validation import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, async_validate_pdf_signature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from chengban.lib import clock

from .errors import SigningFailed
from .verdict import Verdict

for library in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(library).setLevel(logging.CRITICAL)  # they log the names of those who signed

T = TypeVar("T")
HEAVIEST = 16_000_000
"""Bytes of the largest file that is looked at."""
MiB = 1024 * 1024
LIMITS = DecodeLimits(
    per_stream=StreamDecodeLimits(max_output_size=16 * MiB),
    document_budget=DocumentDecodeBudget(base_allowance=64 * MiB, max_ratio=20),
)
LONGEST_SIGNATURE = 512
MOST_SIGNATURES = 8
USAGE = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)


@dataclass(frozen=True, slots=True)
class SigningIdentity:
    """Who signs. `certificate` and `chain` are DER, the root may be left out; `sign` answers a SHA-256 signature of the bytes.

    For a P-256 key that is r and s, 32 bytes each, as JOSE writes it; for an RSA key PKCS #1 v1.5. The key may be in a device.
    """

    certificate: bytes
    chain: tuple[bytes, ...]
    sign: Callable[[bytes], bytes]


def sign_pdf(data: bytes, identity: SigningIdentity, *, at: datetime, reason: str = "") -> bytes:
    """The PDF with a certifying signature that allows no later change. `at` carries its zone. Raises `SigningFailed`."""
    about = PdfSignatureMetadata(
        field_name="Signature", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES, reason=reason or None,
    )  # fmt: skip
    try:
        signer = _DatedSigner(about, _Signer(identity))
        signer.at = at
        signed = _run(signer.async_sign_pdf(IncrementalPdfFileWriter(BytesIO(data))))
    except Exception as error:
        raise SigningFailed("签名没有完成，文件没有发出。请检查签名密钥和证书是否匹配、签名设备是否在线，然后重试。") from error
    answer: bytes = signed.getvalue()
    return answer


def verify_pdf(data: bytes, roots: Sequence[bytes]) -> Verdict:
    """What the file's signatures say, trusting the `roots` (DER) alone. Raises nothing on any bytes."""
    if len(data) > HEAVIEST:
        return Verdict("unreadable")
    try:
        signatures = PdfFileReader(BytesIO(data), decode_limits=LIMITS).embedded_signatures
        judged = [_judge(signature, roots) for signature in signatures[:MOST_SIGNATURES]]
    except Exception:
        return Verdict("unreadable")
    if not signatures:
        return Verdict("unsigned")
    if len(signatures) > MOST_SIGNATURES:
        return Verdict("changed")
    return min(judged, key=lambda verdict: ("changed", "stranger", "valid").index(verdict.state))


def _judge(signature: EmbeddedPdfSignature, roots: Sequence[bytes]) -> Verdict:
    """One signature. It must cover the whole file, so a later change of any kind is one."""
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(root) for root in roots],
        moment=signature.self_reported_timestamp or clock.now(),
        allow_fetching=False,
    )
    status = _run(async_validate_pdf_signature(signature, context, key_usage_settings=USAGE, skip_diff=True))
    name = str(status.signing_cert.subject.native.get("common_name", ""))
    return Verdict(_state(status), name, signature.self_reported_timestamp)


def _state(status: PdfSignatureStatus) -> Any:
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    if not (status.intact and status.valid and whole):
        return "changed"
    return "valid" if status.trusted else "stranger"


class _Signer(Signer):
    """Asks the identity for the bare signature; pyHanko makes the CMS around it."""

    def __init__(self, identity: SigningIdentity) -> None:
        self._sign, self._key = identity.sign, load_der_x509_certificate(identity.certificate).public_key()
        store = SimpleCertificateStore()
        store.register_multiple([x509.Certificate.load(link) for link in identity.chain])
        super().__init__(signing_cert=x509.Certificate.load(identity.certificate), cert_registry=store, embed_roots=False)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """The signature, checked: a key that is not the certificate's would sign for nobody."""
        if dry_run:
            return bytes(LONGEST_SIGNATURE)
        signature = self._sign(data)
        if isinstance(self._key, ec.EllipticCurvePublicKey):
            signature = _der(signature)
            self._key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        elif isinstance(self._key, rsa.RSAPublicKey):
            self._key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
        else:
            raise ValueError("a key of a kind that PDF readers do not know")
        return signature


class _DatedSigner(PdfSigner):
    """Says the time of the house's clock, not that of the machine."""

    at: datetime

    def init_signing_session(self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.at
        return session


def _der(signature: bytes) -> bytes:
    if len(signature) != 64:
        raise ValueError("not r and s of P-256")
    return encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Run it to its end in a thread of its own: the caller's may have a loop running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
