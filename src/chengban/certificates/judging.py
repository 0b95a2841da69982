"""Whatever somebody holds up to be verified: a token, an identifier, or a document."""

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from chengban.certificates.binding import Question
from chengban.certificates.errors import WrongIdentifier
from chengban.certificates.identifiers import read
from chengban.certificates.signing.keys import KeyRing
from chengban.certificates.verifying import Outcome, Status, Verdict, verify
from chengban.packs import Pack

if TYPE_CHECKING:
    from chengban.certificates.faces import Printed
    from chengban.certificates.faces import Verdict as Signed

PREFIX = "1.2.156.3005.2."
"""What every identifier of a certificate begins with (GB/T 36904)."""


def judge(given: str | bytes, keys: KeyRing, pack: Pack, *, at: datetime, question: Question | None = None) -> Verdict:
    """What the city itself can say of it now; of a presentation, as the answer to the verifier's question."""
    from chengban.certificates.online import from_register

    if isinstance(given, bytes):
        return document(given, keys, pack, from_register, at=at)
    text = given.strip()
    if text.startswith(PREFIX):
        return identified(text, at.date())
    return verify(text, keys, from_register, at=at, question=question)


def identified(text: str, on: date) -> Verdict:
    """What is known of an identifier alone."""
    from chengban.certificates.online import by_identifier

    try:
        fits = read(text).fits
    except WrongIdentifier as error:
        return Verdict(Outcome.REJECTED, str(error), "unreadable")
    found = by_identifier(text, on)
    if found.outcome is Outcome.UNKNOWN and not fits:
        return Verdict(Outcome.UNKNOWN, f"{found.reason}这个标识的校验位也不符，请核对。", "check")
    return found


def document(data: bytes, keys: KeyRing, pack: Pack, find_status: Status, *, at: datetime) -> Verdict:
    """A PDF or an OFD: who signed it, whether what is printed is what the token in it says, and what that token is worth."""
    from chengban.certificates.faces import Unreadable, read_ofd, read_pdf, verify_ofd, verify_pdf
    from chengban.certificates.signing.identity import city_chain

    is_pdf = data.startswith(b"%PDF")
    signed = verify_pdf(data, city_chain(pack.city.name)[-1:]) if is_pdf else verify_ofd(data, keys.any_verifies)
    if signed.state != "valid":
        return Verdict(Outcome.REJECTED, signed.sentence, signed.state)
    try:
        printed = read_pdf(data) if is_pdf else read_ofd(data).printed
    except Unreadable as error:
        return Verdict(Outcome.REJECTED, str(error), "unreadable")
    if not printed.token:
        return Verdict(Outcome.UNKNOWN, f"{signed.sentence}现在是否有效还不知道：请用上面的二维码或证照标识核验。")
    found = verify(printed.token, keys, find_status, at=at)
    if found.outcome is Outcome.REJECTED:
        return replace(found, reason=f"文件里的凭证不能采信：{found.reason}")
    return _compared(pack, signed, printed, found)


def _compared(pack: Pack, signed: "Signed", printed: "Printed", found: Verdict) -> Verdict:
    """The token's verdict, where the document shows what the token says."""
    from chengban.certificates.faces import BadFace
    from chengban.certificates.printing import face_from

    kind = next((one for one in pack.certificates.values() if one.vct == found.claims.get("vct")), None)
    if kind is None:
        return Verdict(Outcome.UNKNOWN, f"{signed.sentence}本市没有声明这种证照，照面与凭证是否一致还不知道。")
    try:
        differing = printed.differs(face_from(pack, kind, found.claims))
    except (KeyError, ValueError, TypeError, BadFace):
        return Verdict(Outcome.REJECTED, "文件里的凭证不完整，无法与照面核对，不能作为凭据。请重新下载后再试。", "unreadable")
    if differing:
        told = f"照面上印的{'、'.join(differing)}与文件里签名的凭证不一致，不能作为凭据。请向颁发机构核实。"
        return Verdict(Outcome.REJECTED, told, "face")
    return replace(found, reason=f"{signed.sentence}照面与签名的凭证一致。{found.reason}")
