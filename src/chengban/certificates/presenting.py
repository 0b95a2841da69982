"""A verifier asks, a holder presents, and the answer counts once (核验、出示).

The question's nonce is random, ends after minutes, and is used up by the first answer to it, good or bad: a presentation that was
overheard cannot be played again.
"""

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from chengban import ledger
from chengban.certificates import binding, sdjwt
from chengban.certificates.binding import Question
from chengban.certificates.errors import NotMandated, Refused
from chengban.certificates.filling import type_of
from chengban.certificates.models import Certificate, Inquiry
from chengban.certificates.online import from_register
from chengban.certificates.signing import Signer
from chengban.certificates.signing.keys import KeyRing
from chengban.certificates.standing import NAMES, Stands, stands
from chengban.certificates.tokens import chosen_fields, token_of, wallet_key
from chengban.certificates.verifying import Outcome, Verdict, verify
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.packs import Pack

LASTS = timedelta(minutes=5)


def ask(audience: str, purpose: str, *, by: Actor) -> Inquiry:
    """Open a question: what the verifier is called, and what for. Its nonce is what the holder signs."""
    if not audience.strip() or not purpose.strip():
        raise NotMandated("请写明核验方和用途。")
    now = clock.now()
    with transaction.atomic():
        made = Inquiry.objects.create(
            nonce=secrets.token_urlsafe(24), audience=audience.strip()[:120], purpose=purpose.strip()[:200], at=now, by=str(by),
            ends_at=now + LASTS,
        )  # fmt: skip
        ledger.append(by, "certificates.ask", f"inquiry:{made.pk}", {"ends_at": made.ends_at.isoformat()})
    return made


def present(pack: Pack, certificate: Certificate, fields: list[str], inquiry: Inquiry, *, by: Actor, signer: Signer) -> str:
    """The holder's answer: what they chose, signed with their key in the wallet. Raises NotMandated."""
    now = clock.now()
    state = stands(certificate, now.date())
    if state is not Stands.VALID:
        raise NotMandated(f"这份证照{NAMES[state]}，不能出示。")
    names = chosen_fields(type_of(pack, certificate.kind), fields)
    with transaction.atomic():
        ledger.append(by, "certificates.present", f"certificate:{certificate.pk}", {"inquiry": inquiry.pk, "fields": sorted(names)})
        shown = sdjwt.chosen(token_of(pack, certificate, signer), names)
        return binding.present(shown, wallet_key(certificate), question_of(inquiry), now)


def question_of(inquiry: Inquiry) -> Question:
    """What the holder signs an answer to."""
    return Question(inquiry.nonce, inquiry.audience)


def receive(inquiry: Inquiry, text: str, keys: KeyRing, *, by: Actor) -> Verdict:
    """Judge an answer. Of two at once exactly one is judged; the other is refused as a replay."""
    now = clock.now()
    with transaction.atomic():
        held = Inquiry.objects.select_for_update().get(pk=inquiry.pk)
        verdict = _judged(held, text, keys, now)
        payload = {"outcome": verdict.outcome.value, "cause": verdict.cause}
        ledger.append(by, "certificates.receive", f"inquiry:{held.pk}", payload)
    return verdict


def _judged(held: Inquiry, text: str, keys: KeyRing, now: datetime) -> Verdict:
    try:
        _open(held)
    except Refused as error:
        return Verdict(Outcome.REJECTED, str(error), error.cause)
    verdict = verify(text, keys, from_register, at=now, question=question_of(held))
    held.answered_at, held.outcome = now, verdict.outcome
    held.save(update_fields=["answered_at", "outcome"])
    return verdict


def _open(inquiry: Inquiry) -> None:
    if inquiry.answered_at is not None:
        raise Refused("replay", "这次核验请求已经答复过，可能是重放，不予采信。请重新发起核验。")
    if clock.now() >= inquiry.ends_at:
        raise Refused("stale", "这次核验请求已经过时，请重新发起核验。")
