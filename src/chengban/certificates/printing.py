"""A certificate as a document: the same content as its token, laid out by `faces` and signed by the city."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from chengban import ledger
from chengban.certificates.faces import Face, OfdSigner, SigningIdentity, pdf, sign_pdf, signed_ofd
from chengban.certificates.filling import type_of
from chengban.certificates.models import Certificate
from chengban.certificates.naming import worded
from chengban.certificates.signing import ES256, SM2, Signer
from chengban.certificates.signing.identity import city_chain
from chengban.certificates.signing.keys import city_signer
from chengban.certificates.tokens import claims_of, token_of
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.lib.identifiers import is_uscc
from chengban.packs import Pack
from chengban.packs.certificates import CertificateType

OIDS = {ES256: "1.2.840.10045.4.3.2", SM2: "1.2.156.10197.1.501"}
"""What an algorithm is called in an OFD: ecdsa-with-SHA256, SM2-with-SM3."""
_LONGEST_SEAL = 25
LABEL = 20
"""Signs of a label on a face at most."""


def face_of(pack: Pack, certificate: Certificate) -> Face:
    """What is printed of a certificate: what its token says."""
    return face_from(pack, type_of(pack, certificate.kind), claims_of(pack, certificate))


def face_from(pack: Pack, kind: CertificateType, claims: Mapping[str, Any]) -> Face:
    """What is printed of a token's claims, all of them disclosed. Raises KeyError where one is not, and BadFace.

    The QR code holds the identifier, under which anybody may ask for the state.
    """
    code = "统一社会信用代码" if is_uscc(claims["holder_id"]) else "公民身份号码"
    lines = [(field.name[:LABEL], worded(field, claims[field.id])) for field in kind.fields if field.id in claims]
    ends, identifier, issuer = claims.get("valid_until"), claims["identifier"], claims["issuer"]
    return Face(
        title=claims["certificate_type"], number=claims["certificate_no"], issuer=issuer,
        issued_on=date.fromisoformat(claims["issued_on"]), holder=claims["holder"], lines=((code, claims["holder_id"]), *lines),
        layout=kind.layout, tone=kind.tone, identifier=identifier, seal=issuer[:_LONGEST_SEAL], qr=identifier,
        valid_from=date.fromisoformat(claims["valid_from"]) if ends else None,
        valid_until=date.fromisoformat(ends) if ends else None,
    )  # fmt: skip


def pdf_of(pack: Pack, certificate: Certificate, signer: Signer) -> bytes:
    """The PDF with the city's PAdES signature; ES256 alone, since readers of PDF know no SM2. Raises FacesError, BadKey."""
    own, *chain = city_chain(pack.city.name)
    identity = SigningIdentity(own, tuple(chain), signer.sign)
    return sign_pdf(pdf(face_of(pack, certificate), token_of(pack, certificate, signer)), identity, at=clock.now())


def ofd_of(pack: Pack, certificate: Certificate, signer: Signer) -> bytes:
    """The OFD with the bare signature of the city's key. Raises FacesError."""
    own = OfdSigner(OIDS[signer.algorithm], signer.sign)
    return signed_ofd(face_of(pack, certificate), own, at=clock.now(), token=token_of(pack, certificate, signer))


def hand_out(pack: Pack, certificate: Certificate, form: str, *, by: Actor) -> bytes:
    """The document for its holder, `pdf` or `ofd`; the ledger keeps that it was taken. Raises FacesError, BadKey."""
    with transaction.atomic():
        ledger.append(by, "certificates.hand_out", f"certificate:{certificate.pk}", {"form": form})
        return (pdf_of if form == "pdf" else ofd_of)(pack, certificate, city_signer())
