"""What the pages of use show (用证授权): requests with where they stand, what a holder would show, what a verifier may ask for."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Prefetch, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from chengban.accounts.models import Account
from chengban.certificates.answers import answers_of
from chengban.certificates.asking import Choice, Verifier, Wanted
from chengban.certificates.models import Certificate, RequestLine, Use, UseRequest
from chengban.certificates.naming import always_shown, choosable, names_of, yes_or_no
from chengban.certificates.requests import Stage, asked_by, stage_of, with_standing
from chengban.certificates.standing import Stands, stands, with_move
from chengban.certificates.tokens import said
from chengban.packs import Pack
from chengban.packs.certificates import CertificateType
from chengban.packs.items import Item

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from chengban.certificates.requests import StandingRequest

STAGES: "Mapping[Stage, tuple[str, str | Promise]]" = {
    Stage.WAITING: ("open", _("等持证人答复")), Stage.CONSENTED: ("met", _("已同意")), Stage.USED_UP: ("closed", _("已用完")),
    Stage.REFUSED: ("unmet", _("未同意")), Stage.REVOKED: ("unmet", _("已收回")), Stage.EXPIRED: ("ended", _("已过期")),
}  # fmt: skip
"""Stage → the tag that it is shown with, and the word."""
YOURS = _("等您答复")
"""The word of a request that waits, to its holder."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a certificate says: its name, and its value where the reader may see it."""

    id: str
    name: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate that could answer, what the verifier would see of it, and what it would not."""

    certificate: Certificate
    shown: tuple[Part, ...]
    kept: tuple[str, ...]

    @property
    def telling(self) -> list[Part]:
        """What tells it from another of the same holder."""
        return [part for part in self.shown if part.value and part.id not in ("holder", "holder_id")]


@dataclass(frozen=True, slots=True)
class Asked:
    """One type that is asked for: what may be left out, the holder's certificates of it, and what was agreed to."""

    kind: CertificateType
    required: tuple[Part, ...]
    optional: tuple[Part, ...]
    held: tuple[Held, ...]
    agreed: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that a verifier may ask for, and how it asks: not at all, `required` or `optional`."""

    field: str
    part: Part
    how: str


@dataclass(frozen=True, slots=True)
class Asking:
    """A type that a verifier is about to ask for: what it may ask, and what it sees anyway."""

    kind: CertificateType
    rows: tuple[Row, ...]
    always: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A request, where it stands, and the types that it asks for."""

    request: UseRequest
    stage: Stage
    tag: str
    word: "str | Promise"
    kinds: tuple[CertificateType, ...]
    left: int
    """How many looks are left."""


def lines(pack: Pack, requests: "QuerySet[UseRequest]", on: date) -> list[Line]:
    """The requests in their order, in two queries."""
    return [
        _line(pack, one, on)
        for one in with_standing(requests).prefetch_related(Prefetch("lines", RequestLine.objects.order_by("pk")))
    ]


def own(subjects: Collection[str]) -> "QuerySet[UseRequest]":
    """The requests to the subjects that an account acts for, the newest first."""
    return UseRequest.objects.filter(subject__in=subjects).order_by("-pk")


def waiting(subjects: Collection[str], on: date) -> int:
    """How many requests wait for the answer of those whom an account acts for."""
    return with_standing(own(subjects)).filter(said=None, until__gte=on).count()


def theirs(account: Account) -> "QuerySet[UseRequest]":
    """The requests that a verifier may look at: its department's, or its own."""
    return asked_by(account.department, account.actor).order_by("-pk")


def verifier_of(pack: Pack, account: Account) -> Verifier:
    """What an account asks as: its department; without one, the city's counter."""
    found = pack.departments.get(account.department)
    return Verifier(found.name, found.id) if found else Verifier(f"{pack.city.name}政务服务窗口")


def asked(pack: Pack, request: UseRequest, on: date) -> list[Asked]:
    """What a request asks for, with what its holder could show of it on a day."""
    wanted = _wanted(pack, request)
    mine = with_move(Certificate.objects.filter(subject=request.subject, kind__in=[line.kind for line in wanted]))
    valid = [(one, values_of(pack, one, on)) for one in mine.order_by("-pk") if stands(one, on) is Stands.VALID]
    return [_asked(pack, line, [held for held in valid if held[0].kind == line.kind]) for line in wanted]


def asked_for(pack: Pack, request: UseRequest) -> list[Asked]:
    """What a request asks for, as its verifier may know it: nothing of what the holder has."""
    return [_asked(pack, line, []) for line in _wanted(pack, request)]


def asking_rows(pack: Pack, kinds: Iterable[CertificateType], given: Mapping[str, str]) -> list[Asking]:
    """What may be asked of each type, with what was chosen so far."""

    def row(kind: CertificateType, part: Part) -> Row:
        name = f"{kind.id}.{part.id}"
        return Row(name, part, given.get(name, ""))

    def asking(kind: CertificateType) -> Asking:
        rows = (row(kind, part) for part in parts(kind, choosable(kind)))
        return Asking(kind, tuple(rows), tuple(parts(kind, always_shown(kind))))

    return [asking(kind) for kind in kinds]


def uses_of(request: UseRequest) -> "QuerySet[Use]":
    return Use.objects.filter(mandate__line__request=request).select_related("inquiry", "mandate__certificate").order_by("pk")


def choices(request: UseRequest, given: Mapping[str, list[str]]) -> dict[str, Choice]:
    """What a holder chose on the page of a request: `<type>` is the certificate, `<type>.extra` what is added."""
    found = {}
    for line in request.lines.all():
        number = "".join(given.get(line.kind, [])[:1])
        if number.isascii() and number.isdecimal() and len(number) < 19:
            found[line.kind] = Choice(int(number), tuple(given.get(f"{line.kind}.extra", [])))
    return found


def wanted(kinds: Iterable[CertificateType], given: Mapping[str, list[str]]) -> list[Wanted]:
    """What a verifier wants of these types: `<type>.<field>` is `required` or `optional`."""

    def named(kind: CertificateType, how: str) -> list[str]:
        return [one for one in choosable(kind) if given.get(f"{kind.id}.{one}", [])[:1] == [how]]

    return [Wanted(kind.id, named(kind, "required"), named(kind, "optional")) for kind in kinds]


def parts(kind: CertificateType, names: Iterable[str], values: Mapping[str, str] | None = None) -> Iterator[Part]:
    """The named parts of a type; with the values of a certificate, if they are given."""
    english, known = get_language() == "en", names_of(kind)
    for one in names:
        yield Part(one, known[one].name_en if english else known[one].name, (values or {}).get(one, ""))


def values_of(pack: Pack, held: Certificate, on: date) -> dict[str, str]:
    """What a certificate says on a day, as people read it: its holder, its fields and its answers."""
    kind = pack.certificates[held.kind]
    fields = {one.id: said(pack, one, held.claims[one.id]) for one in kind.fields if one.id in held.claims}
    answers = {name: yes_or_no(value) for name, value in answers_of(kind, held.claims, on).items()}
    return {"holder": held.holder, "holder_id": held.subject, **fields, **answers}


def certificates_of(pack: Pack, item: Item) -> list[CertificateType]:
    """The types that could stand for an item's documents, in their order."""
    named = [way.certificate for material in item.materials for way in material.instead if way.certificate]
    return [pack.certificates[one] for one in dict.fromkeys(named) if one in pack.certificates]


def _line(pack: Pack, request: "StandingRequest", on: date) -> Line:
    stage = stage_of(request, on)
    tag, word = STAGES[stage]
    kinds = tuple(pack.certificates[line.kind] for line in request.lines.all() if line.kind in pack.certificates)
    left = request.times - (request.used or 0) if stage is Stage.CONSENTED else 0
    return Line(request, stage, tag, word, kinds, left)


def _wanted(pack: Pack, request: UseRequest) -> list[RequestLine]:
    """The types that it asks for, of those that the city still declares."""
    return list(request.lines.filter(kind__in=pack.certificates).select_related("mandate").order_by("pk"))


def _asked(pack: Pack, line: RequestLine, mine: list[tuple[Certificate, dict[str, str]]]) -> Asked:
    kind, mandate = pack.certificates[line.kind], getattr(line, "mandate", None)
    only = mine[0][1] if len(mine) == 1 else None
    return Asked(
        kind, tuple(parts(kind, line.required)), tuple(parts(kind, line.optional, only)),
        tuple(_held(kind, line, one, values) for one, values in mine), tuple(parts(kind, mandate.fields if mandate else ())),
    )  # fmt: skip


def _held(kind: CertificateType, line: RequestLine, held: Certificate, values: Mapping[str, str]) -> Held:
    shown = {*line.required, *line.optional, *(answer.id for answer in kind.answers)}
    kept = [one for one in choosable(kind) if one not in shown]
    return Held(
        held, tuple(parts(kind, [*always_shown(kind), *line.required], values)), tuple(part.name for part in parts(kind, kept))
    )
