"""A certificate as what leaves the city: an SD-JWT VC made when it is needed, and the signed status list that goes with it.

Two tokens of one certificate have other salts and another signature; they say the same.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from chengban.certificates import sdjwt, status
from chengban.certificates.answers import answers_of
from chengban.certificates.filling import type_of
from chengban.certificates.models import Certificate
from chengban.certificates.naming import choosable, worded
from chengban.certificates.signing import Signer
from chengban.certificates.signing.es256 import Es256Signer
from chengban.certificates.signing.keys import issuer_of
from chengban.certificates.standing import listed
from chengban.lib import clock, env
from chengban.lib.identifiers import is_uscc
from chengban.packs import Pack
from chengban.packs.certificates import CertificateType, FaceField

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the curve P-256."""
_LIST = re.compile(r"[:/]status[:/]([0-9]{1,9})", re.ASCII)


def token_of(pack: Pack, certificate: Certificate, signer: Signer) -> str:
    """The certificate with every disclosure, bound to the holder's key in the city's wallet."""
    kind = type_of(pack, certificate.kind)
    shown, hidden = _faces(pack, kind, certificate)
    decoys = len([one for one in kind.fields if one.shown == "chosen" and one.id not in hidden])
    decoys += len([one for one in kind.answers if one.id not in hidden])
    return sdjwt.issue(
        signer, {**_heading(pack, kind, certificate), **shown}, hidden, holder=wallet_key(certificate).jwk, decoys=decoys
    )


def claims_of(pack: Pack, certificate: Certificate) -> dict[str, Any]:
    """Everything that its token says, disclosed."""
    kind = type_of(pack, certificate.kind)
    shown, hidden = _faces(pack, kind, certificate)
    return {**_heading(pack, kind, certificate), **shown, **hidden}


def chosen_fields(kind: CertificateType, names: Iterable[str]) -> list[str]:
    """Those of the names that a holder may choose to disclose; who an enterprise is, every token of its own shows."""
    mine = {*choosable(kind), "holder", "holder_id"}
    return [name for name in names if name in mine]


def _heading(pack: Pack, kind: CertificateType, certificate: Certificate) -> dict[str, Any]:
    """What every certificate shows (照面通用要素), and the words of the token."""
    ends = certificate.valid_until
    return {
        "iss": issuer(pack), "vct": kind.vct, "iat": int(clock.now().timestamp()),
        **({"exp": int(_end_of(ends).timestamp())} if ends else {}),
        "status": {"status_list": {"idx": certificate.slot.index, "uri": list_uri(pack, certificate.slot.list)}},
        "certificate_type": kind.name, "type_code": kind.code, "identifier": certificate.identifier,
        "certificate_no": certificate.number, "issuer": pack.departments[certificate.department].name,
        "issued_on": certificate.issued_on.isoformat(), "valid_from": certificate.valid_from.isoformat(),
        **({"valid_until": ends.isoformat()} if ends else {}),
    }  # fmt: skip


def _faces(pack: Pack, kind: CertificateType, certificate: Certificate) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is always shown, and what the holder chooses. An enterprise's name and code are public, a person's are not."""
    holder = {"holder": certificate.holder, "holder_id": certificate.subject}
    shown, hidden = (holder, {}) if is_uscc(certificate.subject) else ({}, holder)
    for field in kind.fields:
        if field.id in certificate.claims:
            (shown if field.shown == "always" else hidden)[field.id] = readable(pack, field, certificate.claims[field.id])
    return shown, hidden | answers_of(kind, certificate.claims, clock.today())


def readable(pack: Pack, field: FaceField, value: Any) -> Any:
    """A value as it stands on the face: a code by its name."""
    return pack.code_names.get(field.codes, {}).get(value, value) if field.codes else value


def said(pack: Pack, field: FaceField, value: Any) -> str:
    """A value of the face as people read it."""
    return worded(field, readable(pack, field, value))


def _end_of(day: date) -> datetime:
    """The instant after a day in China."""
    return datetime.combine(day + timedelta(days=1), time(), clock.CHINA)


def issuer(pack: Pack) -> str:
    return issuer_of(pack.city.region)


def list_uri(pack: Pack, number: int) -> str:
    """Where a status list is had: the portal's address, or a name where the portal has none."""
    home = issuer(pack)
    return f"{home}:status:{number}" if home.startswith("urn:") else f"{home}/certificates/status/{number}"


def list_number(uri: object) -> int | None:
    """The number of one of our lists, from its address."""
    found = _LIST.search(uri) if isinstance(uri, str) else None
    return int(found[1]) if found else None


def publish(pack: Pack, number: int, signer: Signer) -> str:
    """The status list as it stands now, signed."""
    return status.signed(signer, list_uri(pack, number), status.packed(listed(number)), clock.now())


def wallet_key(certificate: Certificate) -> Es256Signer:
    """The holder's key of one certificate, which the city's wallet keeps for the holder.

    It is derived from the wallet's secret, so that no key lies in the database, and no two certificates share one.
    """
    secret = env.secret("CHENGBAN_CERTIFICATE_WALLET").encode()
    made = HKDF(SHA256(), 48, None, f"wallet:{certificate.identifier}".encode()).derive(secret)
    key = ec.derive_private_key(int.from_bytes(made, "big") % (_ORDER - 1) + 1, ec.SECP256R1())
    return Es256Signer(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())
