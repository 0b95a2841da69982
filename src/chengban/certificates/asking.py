"""A verifier asks to see certificates, and the holder answers (用证请求、用证授权).

What was agreed to becomes a mandate for each certificate; `look` uses them all, and what it shows is judged once and kept nowhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from django.db import connection, transaction
from django.dispatch import Signal

from chengban import ledger
from chengban.certificates import mandates, presenting
from chengban.certificates.errors import NotAsked, NotMandated, NotOpen
from chengban.certificates.filling import type_of
from chengban.certificates.mandates import MOST_TIMES
from chengban.certificates.models import Certificate, RequestLine, RequestStep, UseMandate, UseRequest
from chengban.certificates.naming import choosable, one_line
from chengban.certificates.requests import WHY_NOT, Stage, stage_of, with_standing
from chengban.certificates.signing import Signer
from chengban.certificates.signing.keys import KeyRing
from chengban.certificates.verifying import Verdict
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.lib.identifiers import is_citizen_id, is_uscc
from chengban.packs import Pack

certificate_asked = Signal()
"""Sent with `request` and `by` for each new request, in its transaction."""
Act = RequestStep.Act
LONGEST = timedelta(days=90)
MOST_TYPES = 10


@dataclass(frozen=True, slots=True)
class Verifier:
    """Who asks, as the holder reads it; `department` is the pack's id, if it is one."""

    name: str
    department: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One type of certificate that is asked for: what must be shown of it, and what the holder may leave out."""

    kind: str
    required: Sequence[str] = ()
    optional: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """What for: one purpose with the clause that it stands on, one case, so many times, until a day."""

    purpose: str
    clause: str
    case: str
    until: date
    times: int = 1


@dataclass(frozen=True, slots=True)
class Choice:
    """Which certificate the holder shows, by its number here, and what more than must be."""

    certificate: int
    extra: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a verifier was shown, and what it is worth. `text` is the presentation."""

    kind: str
    verdict: Verdict
    text: str


def ask(pack: Pack, subject: str, wanted: Sequence[Wanted], terms: Terms, *, verifier: Verifier, by: Actor, on: date) -> UseRequest:
    """Ask a holder. Says nothing of whether the holder has such certificates. Raises NotAsked, UnknownType."""
    terms = replace(terms, purpose=one_line(terms.purpose), clause=one_line(terms.clause), case=one_line(terms.case))
    _check_terms(terms, on)
    lines = _lines(pack, subject, wanted)
    with transaction.atomic():
        _refuse_second(subject, verifier, terms.case, on)
        made = UseRequest.objects.create(
            subject=subject, audience=verifier.name, department=verifier.department, purpose=terms.purpose, clause=terms.clause,
            case=terms.case, times=terms.times, until=terms.until, at=clock.now(), by=str(by),
        )  # fmt: skip
        for line in lines:
            line.request = made
        RequestLine.objects.bulk_create(lines)
        payload = {"kinds": [line.kind for line in lines], "times": terms.times, "until": terms.until.isoformat()}
        ledger.append(by, "certificates.request", _named(made), payload)
        certificate_asked.send(sender=UseRequest, request=made, by=by)
    return made


def consent(pack: Pack, request: UseRequest, choices: Mapping[str, Choice], *, by: Actor, on: date) -> list[UseMandate]:
    """The holder agrees: a mandate for each type that was asked for. Raises NotOpen, and NotMandated for a wrong choice."""
    with _at(request, (Stage.WAITING,), on) as held:
        made = [_agreed(pack, held, line, choices.get(line.kind), by, on) for line in held.lines.order_by("pk")]
        _write(held, Act.CONSENTED, by)
        ledger.append(by, "certificates.consent", _named(held), {"mandates": [one.pk for one in made]})
    return made


def refuse(request: UseRequest, *, by: Actor, on: date, reason: str = "") -> None:
    """The holder does not agree, and need not say why. Raises NotOpen."""
    with _at(request, (Stage.WAITING,), on) as held:
        _write(held, Act.REFUSED, by, reason)
        ledger.append(by, "certificates.refuse", _named(held))


def revoke(request: UseRequest, *, by: Actor, on: date) -> None:
    """The holder takes back what they agreed to; what was seen stays seen. Raises NotOpen."""
    with _at(request, (Stage.CONSENTED,), on) as held:
        _write(held, Act.REVOKED, by)
        for mandate in UseMandate.objects.filter(line__request=held).order_by("pk"):
            mandates.withdraw(mandate, by=by)
        ledger.append(by, "certificates.revoke_consent", _named(held))


def look(pack: Pack, request: UseRequest, *, by: Actor, on: date, signer: Signer, keys: KeyRing) -> list[Seen]:
    """The verifier looks: each certificate is presented and judged, and one of the times is gone.

    Raises NotOpen, and NotMandated where a certificate does not hold any more.
    """
    with _at(request, (Stage.CONSENTED,), on) as held:
        seen = []
        for mandate in UseMandate.objects.filter(line__request=held).select_related("line").order_by("pk"):
            used = mandates.use(pack, mandate, audience=held.audience, case=held.case, by=by, on=on, signer=signer)
            seen.append(judged(mandate, used, keys, by=by))
    return seen


def judged(mandate: UseMandate, used: mandates.Used, keys: KeyRing, *, by: Actor) -> Seen:
    """What a use shows, as the answer to its own question."""
    return Seen(mandate.certificate.kind, presenting.receive(used.inquiry, used.text, keys, by=by), used.text)


# What the verbs share ------------------------------------------------------------------------------------------------


def _check_terms(terms: Terms, on: date) -> None:
    for text, name, most in ((terms.purpose, "用途", 200), (terms.clause, "依据", 200), (terms.case, "办件号", 60)):
        if not 0 < len(text) <= most:
            raise NotAsked(f"请写明{name}，最多 {most} 字：持证人要知道给谁看、做什么用。")
    if not 1 <= terms.times <= MOST_TIMES:
        raise NotAsked(f"次数应为 1 到 {MOST_TIMES} 次。")
    if not on <= terms.until <= on + LONGEST:
        raise NotAsked(f"截止日不能早于今天，也不能晚于 {(on + LONGEST).isoformat()}（{LONGEST.days} 天内）。")


def _lines(pack: Pack, subject: str, wanted: Sequence[Wanted]) -> list[RequestLine]:
    if not (is_uscc(subject) or is_citizen_id(subject)):
        raise NotAsked("持证人应填统一社会信用代码或公民身份号码，请核对。")
    if not 1 <= len({one.kind for one in wanted}) == len(wanted) <= MOST_TYPES:
        raise NotAsked(f"请选 1 到 {MOST_TYPES} 种证照，每种只选一次。")
    return [_line(pack, subject, one) for one in wanted]


def _line(pack: Pack, subject: str, wanted: Wanted) -> RequestLine:
    kind = type_of(pack, one_line(wanted.kind))
    if kind.holder == ("person" if is_uscc(subject) else "enterprise"):
        raise NotAsked(f"{kind.name}只颁发给{'个人' if kind.holder == 'person' else '企业'}，这个主体不会有。")
    known = choosable(kind)
    asked = [*wanted.required, *wanted.optional]
    if set(asked) - set(known) or len(set(asked)) < len(asked):
        raise NotAsked(f"{kind.name}的要素里有一项没有、总是出示，或写了两次，请核对。")
    return RequestLine(
        kind=kind.id, required=[one for one in known if one in wanted.required],
        optional=[one for one in known if one in wanted.optional],
    )  # fmt: skip


def _refuse_second(subject: str, verifier: Verifier, case: str, on: date) -> None:
    """Of one case a holder is asked once at a time, however often a button is pressed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"requests:{subject}:{case}"])
    same = with_standing(UseRequest.objects.filter(subject=subject, audience=verifier.name, case=case))
    if any(stage_of(one, on) is Stage.WAITING for one in same):
        raise NotAsked("这个办件已经向这位持证人提出过请求，正在等对方答复。")


def _agreed(pack: Pack, request: UseRequest, line: RequestLine, choice: Choice | None, by: Actor, on: date) -> UseMandate:
    mine = Certificate.objects.filter(subject=request.subject, kind=line.kind)
    certificate = mine.filter(pk=choice.certificate).first() if choice else None
    if choice is None or certificate is None:
        raise NotMandated(f"请选一份您持有的{type_of(pack, line.kind).name}。没有的，可以不同意。")
    if set(choice.extra) - set(line.optional):
        raise NotMandated("您选的要素里有对方没有请求的，没有出示。请重新选择。")
    return mandates.authorise(
        pack, certificate, purpose=request.purpose, case=request.case, fields=[*line.required, *choice.extra],
        times=request.times, until=request.until, by=by, on=on, audience=request.audience, line=line,
    )  # fmt: skip


@contextmanager
def _at(request: UseRequest, where: tuple[Stage, ...], on: date) -> Iterator[UseRequest]:
    """A transaction that holds the request, which stands where the act needs it. Raises NotOpen."""
    with transaction.atomic():
        UseRequest.objects.select_for_update().get(pk=request.pk)
        held = with_standing(UseRequest.objects.filter(pk=request.pk)).get()
        stage = stage_of(held, on)
        if stage not in where:
            raise NotOpen(WHY_NOT[stage])
        yield held


def _write(request: UseRequest, act: RequestStep.Act, by: Actor, reason: str = "") -> None:
    RequestStep.objects.create(request=request, act=act, at=clock.now(), by=str(by), reason=one_line(reason)[:300])


def _named(request: UseRequest) -> str:
    return f"use_request:{request.pk}"
