"""A certificate as a document: the same content as its token, laid out by `faces` and signed by the city."""

from django.db import transaction

from chengban import ledger
from chengban.certificates.faces import Face, OfdSigner, SigningIdentity, pdf, sign_pdf, signed_ofd
from chengban.certificates.filling import type_of
from chengban.certificates.models import Certificate
from chengban.certificates.signing import ES256, SM2, Signer
from chengban.certificates.signing.identity import city_chain
from chengban.certificates.signing.keys import city_signer
from chengban.certificates.tokens import said
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.lib.identifiers import is_uscc
from chengban.packs import Pack

OIDS = {ES256: "1.2.840.10045.4.3.2", SM2: "1.2.156.10197.1.501"}
"""What an algorithm is called in an OFD: ecdsa-with-SHA256, SM2-with-SM3."""
_LONGEST_SEAL = 25


def face_of(pack: Pack, certificate: Certificate) -> Face:
    """What is printed. The QR code holds the identifier, under which anybody may ask for the state."""
    kind = type_of(pack, certificate.kind)
    issuer = pack.departments[certificate.department].name
    held = certificate.claims
    code = "统一社会信用代码" if is_uscc(certificate.subject) else "公民身份号码"
    lines = [(field.name[:20], said(pack, field, held[field.id])) for field in kind.fields if field.id in held]
    return Face(
        title=kind.name, number=certificate.number, issuer=issuer, issued_on=certificate.issued_on, holder=certificate.holder,
        lines=((code, certificate.subject), *lines), layout=kind.layout, tone=kind.tone, identifier=certificate.identifier,
        valid_from=certificate.valid_from if certificate.valid_until else None, valid_until=certificate.valid_until,
        seal=issuer[:_LONGEST_SEAL], qr=certificate.identifier,
    )  # fmt: skip


def pdf_of(pack: Pack, certificate: Certificate, signer: Signer) -> bytes:
    """The PDF with the city's PAdES signature; ES256 alone, since readers of PDF know no SM2. Raises FacesError, BadKey."""
    own, *chain = city_chain(pack.city.name)
    identity = SigningIdentity(own, tuple(chain), signer.sign)
    return sign_pdf(pdf(face_of(pack, certificate)), identity, at=clock.now())


def ofd_of(pack: Pack, certificate: Certificate, signer: Signer) -> bytes:
    """The OFD with the bare signature of the city's key. Raises FacesError."""
    return signed_ofd(face_of(pack, certificate), OfdSigner(OIDS[signer.algorithm], signer.sign), at=clock.now())


def hand_out(pack: Pack, certificate: Certificate, form: str, *, by: Actor) -> bytes:
    """The document for its holder, `pdf` or `ofd`; the ledger keeps that it was taken. Raises FacesError, BadKey."""
    with transaction.atomic():
        ledger.append(by, "certificates.hand_out", f"certificate:{certificate.pk}", {"form": form})
        return (pdf_of if form == "pdf" else ofd_of)(pack, certificate, city_signer())
