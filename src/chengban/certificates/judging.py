"""Whatever somebody holds up to be verified: a token, an identifier, or a document."""

from datetime import date, datetime

from chengban.certificates.binding import Question
from chengban.certificates.errors import WrongIdentifier
from chengban.certificates.identifiers import read
from chengban.certificates.signing.keys import KeyRing
from chengban.certificates.verifying import Outcome, Verdict, verify

PREFIX = "1.2.156.3005.2."
"""What every identifier of a certificate begins with (GB/T 36904)."""


def judge(given: str | bytes, keys: KeyRing, city: str, *, at: datetime, question: Question | None = None) -> Verdict:
    """What the city itself can say of it now; of a presentation, as the answer to the verifier's question."""
    from chengban.certificates.online import from_register

    if isinstance(given, bytes):
        return document(given, keys, city)
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


def document(data: bytes, keys: KeyRing, city: str) -> Verdict:
    """What the signature of a PDF or an OFD says. Whether the certificate still holds it cannot tell."""
    from chengban.certificates.faces import verify_ofd, verify_pdf
    from chengban.certificates.signing.identity import city_chain

    found = verify_pdf(data, city_chain(city)[-1:]) if data.startswith(b"%PDF") else verify_ofd(data, keys.any_verifies)
    if found.state != "valid":
        return Verdict(Outcome.REJECTED, found.sentence, found.state)
    return Verdict(Outcome.UNKNOWN, f"{found.sentence}现在是否有效还不知道：请用上面的二维码或证照标识核验。")
