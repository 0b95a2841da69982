"""A holder agrees to the use of a certificate (授权用证): for one purpose and one case, so many times, until a day.

Each use is a row, and the holder is told of it: whoever tells is a receiver of `certificate_used`, called in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.dispatch import Signal

from chengban import ledger
from chengban.certificates import presenting, sdjwt
from chengban.certificates.binding import present
from chengban.certificates.errors import NotMandated
from chengban.certificates.filling import type_of
from chengban.certificates.models import Certificate, Inquiry, RequestLine, Use, UseMandate
from chengban.certificates.signing import Signer
from chengban.certificates.standing import NAMES, Stands, stands
from chengban.certificates.tokens import chosen_fields, token_of, wallet_key
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.packs import Pack

certificate_used = Signal()
"""Sent with `use` and `by` for each use. A receiver that fails undoes it: nobody's certificate is used without their knowing."""
MOST_TIMES = 100


def authorise(
    pack: Pack,
    certificate: Certificate,
    *,
    purpose: str,
    case: str,
    fields: Sequence[str],
    times: int,
    until: date,
    by: Actor,
    on: date,
    audience: str = "",
    line: RequestLine | None = None,
) -> UseMandate:
    """The holder agrees: with `audience`, or with whoever is shown a code; `line` is what was asked for, if anything was.

    Raises NotMandated where the agreement says too little or too much.
    """
    kind = type_of(pack, certificate.kind)
    if not purpose.strip() or not case.strip():
        raise NotMandated("请写明用途和办件号：授权只用于一个办件。")
    if not 1 <= times <= MOST_TIMES or until < on:
        raise NotMandated(f"次数应为 1 到 {MOST_TIMES} 次，截止日不能早于今天。")
    if set(fields) - set(chosen_fields(kind, fields)):
        raise NotMandated("同意披露的要素里有这份证照没有的，或总是披露的。")
    with transaction.atomic():
        held = Certificate.objects.select_for_update().get(pk=certificate.pk)
        _valid(held, on)
        made = UseMandate.objects.create(
            certificate=held, purpose=purpose.strip()[:200], case=case.strip()[:60], fields=list(dict.fromkeys(fields)),
            times=times, until=until, at=clock.now(), by=str(by), audience=audience, line=line,
        )  # fmt: skip
        ledger.append(
            by, "certificates.authorise", _named(made), {"certificate": held.pk, "times": times, "until": until.isoformat()}
        )
    return made


def withdraw(mandate: UseMandate, *, by: Actor) -> None:
    """The holder takes the agreement back; what was used stays used."""
    with transaction.atomic():
        held = UseMandate.objects.select_for_update().get(pk=mandate.pk)
        if held.withdrawn_at is not None:
            raise NotMandated("这次授权已经收回。")
        held.withdrawn_at, held.withdrawn_by = clock.now(), str(by)
        held.save(update_fields=["withdrawn_at", "withdrawn_by"])
        ledger.append(by, "certificates.withdraw", _named(held), {"certificate": held.certificate_id})


@dataclass(frozen=True, slots=True)
class Used:
    """A use, and the presentation for it, which answers the use's own inquiry: it is good once, now, and nowhere else."""

    use: Use
    inquiry: Inquiry
    text: str


def use(
    pack: Pack, mandate: UseMandate, *, audience: str, case: str, by: Actor, on: date, signer: Signer, purpose: str = ""
) -> Used:
    """`audience` uses the certificate for the case: a presentation of what the holder agreed to, and nothing else.

    `purpose` is what the verifier says, where the holder left it open. Raises NotMandated where the agreement does not cover it,
    or the certificate does not hold.
    """
    with transaction.atomic():
        certificate = Certificate.objects.select_for_update().get(pk=mandate.certificate_id)
        held = UseMandate.objects.select_for_update().get(pk=mandate.pk)
        used = held.uses.count()
        _covers(held, audience, case, used, on)
        _valid(certificate, on)
        inquiry = presenting.ask(audience, purpose or held.purpose, by=by)
        made = Use.objects.create(mandate=held, ordinal=used + 1, inquiry=inquiry, on=on, at=clock.now(), by=str(by))
        payload = {"certificate": certificate.pk, "ordinal": made.ordinal, "on": on.isoformat()}
        ledger.append(by, "certificates.use", _named(held), payload)
        certificate_used.send(sender=Use, use=made, by=by)
        shown, question = sdjwt.chosen(token_of(pack, certificate, signer), held.fields), presenting.question_of(inquiry)
        return Used(made, inquiry, present(shown, wallet_key(certificate), question, clock.now()))


def _covers(mandate: UseMandate, audience: str, case: str, used: int, on: date) -> None:
    if mandate.withdrawn_at is not None:
        raise NotMandated("持证人已经收回这次授权。")
    if on > mandate.until:
        raise NotMandated(f"这次授权只到 {mandate.until}，已经过期。")
    if mandate.audience not in ("", audience):
        raise NotMandated("授权是给另一个核验方的，不能由您使用。")
    if case.strip() != mandate.case:
        raise NotMandated("授权是给另一个办件的，不能用在这里。")
    if used >= mandate.times:
        raise NotMandated(f"授权的 {mandate.times} 次已经用完，请持证人再授权。")


def _valid(certificate: Certificate, on: date) -> None:
    now = stands(certificate, on)
    if now is not Stands.VALID:
        raise NotMandated(f"这份证照{NAMES[now]}，不能使用。")


def _named(mandate: UseMandate) -> str:
    return f"use_mandate:{mandate.pk}"
