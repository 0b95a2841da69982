"""What the API answers with: the JSON shapes, and how each is made from what a verb returns."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ninja import Schema

from chengban.facts.profile import FactView, Profile
from chengban.packs.model import Citation, Policy, PolicyVersion, Register
from chengban.policies.domain import Verdict
from chengban.portal.figures import PolicyFigures
from chengban.portal.file_pages import ClauseLine, Findings, PolicyCard
from chengban.reach.models import Letter


class CitationOut(Schema):
    title: str
    article: str | None
    note: str | None


class ClauseOut(Schema):
    """One condition. `rule` is FEEL; `confidence` is S (sourced), K (known) or ? (unconfirmed)."""

    id: str
    text: str
    rule: str
    citation: CitationOut
    confidence: str


class ParameterOut(Schema):
    id: str
    name: str
    value: Any
    unit: str | None
    confidence: str


class VersionOut(Schema):
    version: str
    since: date
    until: date | None
    amount_text: str
    amount_kind: str
    clauses: list[ClauseOut]
    parameters: list[ParameterOut]
    sources: list[CitationOut]
    confidence: str


class FiguresOut(Schema):
    """Counts of subjects in the latest match. `amount` is in yuan, as a string to stay exact."""

    eligible: int
    unknown: int
    near: int
    amount: str | None
    by_county: dict[str, int]
    by_industry: dict[str, int]


class PolicyOut(Schema):
    id: str
    name: str
    name_en: str
    level: str
    subject: str
    mode: str
    departments: list[str]
    version: str | None


class PolicyDetail(PolicyOut):
    versions: list[VersionOut]
    excludes: list[str]
    figures: FiguresOut | None


class FieldOut(Schema):
    id: str
    name: str
    name_en: str
    type: str
    unit: str | None
    codes: str | None
    required: bool
    sensitivity: str


class RegisterOut(Schema):
    id: str
    name: str
    name_en: str
    kind: str
    department: str
    about: str
    refresh_days: int
    sharing: str
    sharing_condition: str | None
    complete: bool
    fields: list[FieldOut]


class FactOut(Schema):
    """One fact of a file. `known` false: nobody has told the city; `value` is then null and is not to be read as no."""

    id: str
    name: str
    value: Any
    unit: str | None
    known: bool
    derived: bool
    register_id: str | None
    department: str | None
    learned_at: datetime | None


class FileOut(Schema):
    id: str
    name: str
    on: date
    facts: list[FactOut]


class ClauseVerdictOut(Schema):
    """What one condition says: eligible, ineligible or unknown; `gap` is what is left to do, as a sentence."""

    id: str
    text: str
    verdict: str
    facts: dict[str, Any]
    gap: str | None
    citation: CitationOut


class VerdictOut(Schema):
    """What one policy says of one subject. `near` is the only condition that is left; `amount` is in yuan, as a string."""

    policy: str
    name: str
    version: str
    verdict: str
    near: str | None
    missing: list[str]
    amount: str | None
    clauses: list[ClauseVerdictOut]


class VerdictsOut(Schema):
    id: str
    on: date
    total: str
    policies: list[VerdictOut]


class LetterOut(Schema):
    """One letter. `about` names the matter, such as offer:12/34; `link` is a path of the portal."""

    id: int
    kind: str
    about: str
    title: str
    body: str
    link: str
    at: datetime
    is_read: bool


class Mistake(Schema):
    detail: str


def citation(given: Citation) -> CitationOut:
    return CitationOut(title=given.title, article=given.article, note=given.note)


def policy(given: Policy, on: date) -> dict[str, Any]:
    now = given.in_force(on)
    return {
        "id": given.id, "name": given.name, "name_en": given.name_en, "level": given.level, "subject": given.subject,
        "mode": given.mode, "departments": list(given.departments), "version": now.version if now else None,
    }  # fmt: skip


def version(given: PolicyVersion) -> VersionOut:
    return VersionOut(
        version=given.version, since=given.since, until=given.until, amount_text=given.amount.text,
        amount_kind=given.amount.kind, confidence=given.confidence, sources=[citation(each) for each in given.sources],
        clauses=[
            ClauseOut(id=c.id, text=c.text, rule=c.when.strip(), citation=citation(c.citation), confidence=c.confidence)
            for c in given.clauses
        ],
        parameters=[
            ParameterOut(id=p.id, name=p.name, value=_plain(p.value), unit=p.unit, confidence=p.confidence)
            for p in given.parameters
        ],
    )  # fmt: skip


def figures(given: PolicyFigures | None) -> FiguresOut | None:
    if given is None:
        return None
    return FiguresOut(
        eligible=given.eligible, unknown=given.unknown, near=given.near, amount=_money(given.amount),
        by_county=dict(given.breakdown.get("county", {})), by_industry=dict(given.breakdown.get("industry", {})),
    )  # fmt: skip


def register(given: Register) -> RegisterOut:
    return RegisterOut(
        **given.model_dump(include={"id", "name", "name_en", "kind", "department", "about", "refresh_days", "complete"}),
        sharing=given.sharing.type, sharing_condition=given.sharing.condition,
        fields=[FieldOut(**f.model_dump(include=set(FieldOut.model_fields))) for f in given.fields],
    )  # fmt: skip


def file(given: Profile) -> FileOut:
    return FileOut(id=given.id, name=given.name, on=given.on, facts=[_fact(view) for view in given.views])


def _fact(view: FactView) -> FactOut:
    return FactOut(
        id=view.fact.id, name=view.fact.name, value=_plain(view.value) if view.known else None, unit=view.fact.unit,
        known=view.known, derived=view.derived, register_id=view.register.id if view.register else None,
        department=view.register.department if view.register else None, learned_at=view.learned_at,
    )  # fmt: skip


def verdicts(profile: Profile, found: Findings) -> VerdictsOut:
    return VerdictsOut(
        id=profile.id, on=profile.on, total=str(found.total), policies=[_verdict(card.verdict, card) for card in found.cards]
    )


def _verdict(given: Verdict, card: PolicyCard) -> VerdictOut:
    return VerdictOut(
        policy=given.policy.id, name=given.policy.name, version=given.version.version, verdict=given.verdict,
        near=given.near.id if given.near else None, missing=list(given.missing), amount=_money(given.amount),
        clauses=[_clause(line) for line in card.clauses],
    )  # fmt: skip


def _clause(line: ClauseLine) -> ClauseVerdictOut:
    return ClauseVerdictOut(
        id=line.clause.id, text=line.clause.text, verdict=line.state, gap=line.sentence or None,
        facts={fact.id: _plain(value) for fact, value, _codes in line.facts}, citation=citation(line.clause.citation),
    )  # fmt: skip


def letter(given: Letter, is_read: bool) -> LetterOut:
    names = ("kind", "about", "title", "body", "link", "at")
    return LetterOut(id=given.pk, is_read=is_read, **{name: getattr(given, name) for name in names})


def _money(yuan: Decimal | None) -> str | None:
    return None if yuan is None else str(yuan)


def _plain(value: Any) -> Any:
    """A value as JSON: numbers exact (as strings where a float would lie), days as YYYY-MM-DD."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 2**53 else str(value)
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)
