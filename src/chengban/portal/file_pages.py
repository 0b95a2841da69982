"""What the pages of one subject's own file (一企一档) show."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import get_language

from chengban.facts.errors import UnknownSubject
from chengban.facts.frame import Kind
from chengban.facts.profile import FactView, Profile, open_file
from chengban.facts.reading.grounds import Ground
from chengban.ledger import Actor
from chengban.packs import Pack
from chengban.packs.model import Clause, Department, FactDeclaration, FactFile, Register
from chengban.policies.domain import Verdict, policies_of
from chengban.policies.explaining import clause_verdict
from chengban.portal.figures import MONEY_IN_HAND
from chengban.rules import ClauseResult


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of the file: what it is, and where it came from. `owner` is none for a derived fact."""

    view: FactView
    codes: dict[str, str]
    owner: Department | None


@dataclass(frozen=True, slots=True)
class Topic:
    """The facts under one heading: those the city knows, and those it does not."""

    topic: FactFile
    known: tuple[Line, ...]
    unknown: tuple[Line, ...]


def topics(pack: Pack, profile: Profile) -> list[Topic]:
    """The file under the pack's headings, in the pack's order; headings with nothing known stand last."""
    views = {view.fact.id: view for view in profile.views}
    made = []
    for topic in pack.topics.values():
        lines = [line(pack, views[fact.id]) for fact in topic.facts if fact.id in views]
        known, unknown = (tuple(each for each in lines if each.view.known is yes) for yes in (True, False))
        if lines:
            made.append(Topic(topic, known, unknown))
    return sorted(made, key=lambda topic: not topic.known)


def line(pack: Pack, view: FactView) -> Line:
    owner = pack.departments[view.register.department] if view.register else None
    return Line(view, pack.code_names.get(view.fact.codes or "", {}), owner)


@dataclass(frozen=True, slots=True)
class Want:
    """A fact that is not known, and whose field of which register would settle it (none: derived, or held nowhere yet)."""

    fact: FactDeclaration
    register: Register | None
    owner: Department | None


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """One condition of one policy for this subject. `state`: eligible, ineligible or unknown."""

    clause: Clause
    state: str
    sentence: str
    facts: tuple[tuple[FactDeclaration, object, dict[str, str]], ...]

    @property
    def mark(self) -> str:
        """The tag of a condition, which is met or not, where a policy fits or not."""
        return {"eligible": "met", "ineligible": "unmet"}.get(self.state, self.state)


@dataclass(frozen=True, slots=True)
class PolicyCard:
    """One policy for this subject: what it says and why."""

    verdict: Verdict
    clauses: tuple[ClauseLine, ...]
    wants: tuple[Want, ...]

    @property
    def near(self) -> ClauseLine | None:
        """The one condition that is left, where there is just one."""
        near = self.verdict.near
        return next((each for each in self.clauses if near is not None and each.clause.id == near.id), None)

    @property
    def state(self) -> str:
        return "near" if self.verdict.near else self.verdict.verdict

    @property
    def is_measured(self) -> bool:
        """Whether what is left to do is a number to reach, and not what the firm is."""
        gap = next((r.gap for r in self.verdict.explanation.clauses if r.verdict is False), None)
        return gap is not None and isinstance(gap.value, Decimal) and isinstance(gap.needed, Decimal)


@dataclass(frozen=True)
class Findings:
    """All policies for this subject, by what they say. `total` is the money (yuan) of those that fit."""

    cards: tuple[PolicyCard, ...]
    total: Decimal

    def of(self, state: str) -> list[PolicyCard]:
        """The cards of a state; of those one step away, the ones whose step is a number to reach come first."""
        chosen = [card for card in self.cards if card.state == state]
        return sorted(chosen, key=lambda card: state == "near" and not card.is_measured)

    @property
    def groups(self) -> list[tuple[str, list[PolicyCard]]]:
        return [(state, self.of(state)) for state in ("eligible", "near", "unknown", "ineligible") if self.of(state)]

    @property
    def eligible(self) -> int:
        return len(self.of("eligible"))

    @property
    def near_count(self) -> int:
        return len(self.of("near"))

    @property
    def unknown_count(self) -> int:
        return len(self.of("unknown"))


def findings(pack: Pack, profile: Profile, *, on: date) -> Findings:
    """Every policy in force for the subject of `profile`, explained."""
    language = "en" if get_language() == "en" else "zh"
    verdicts = policies_of(pack, profile, on=on, language=language)
    return Findings(tuple(_card(pack, profile, verdict) for verdict in verdicts), total(verdicts))


def total(verdicts: Iterable[Verdict]) -> Decimal:
    """The yuan of the policies that fit, largest first; of those that exclude each other only the larger counts."""
    paying = [v for v in verdicts if v.verdict == "eligible" and v.amount and v.version.amount.kind in MONEY_IN_HAND]
    counted: list[Verdict] = []
    for verdict in sorted(paying, key=lambda v: -(v.amount or 0)):
        if not any(_exclude(verdict, other) for other in counted):
            counted.append(verdict)
    return sum((verdict.amount or Decimal(0) for verdict in counted), Decimal(0))


def _exclude(one: Verdict, other: Verdict) -> bool:
    return one.policy.id in other.policy.excludes or other.policy.id in one.policy.excludes


def _card(pack: Pack, profile: Profile, verdict: Verdict) -> PolicyCard:
    pairs = zip(verdict.version.clauses, verdict.explanation.clauses, strict=True)
    clauses = tuple(
        ClauseLine(clause, clause_verdict(result), _gap(profile, result), _facts(pack, profile, result.facts))
        for clause, result in pairs
    )
    return PolicyCard(verdict, clauses, tuple(_want(pack, profile, fact) for fact in verdict.missing if fact in pack.facts))


def _gap(profile: Profile, result: ClauseResult) -> str:
    """What is still lacking, unless that would tell a value that the reader may not see."""
    hidden = any(profile.shown(name, value) is not value for name, value in result.facts.items())
    return result.gap.sentence if result.gap and not hidden else ""


def _facts(pack: Pack, profile: Profile, facts: dict[str, object]) -> tuple[tuple[FactDeclaration, object, dict[str, str]], ...]:
    known = [(pack.facts[name], profile.shown(name, value)) for name, value in facts.items() if name in pack.facts]
    return tuple((fact, value, pack.code_names.get(fact.codes or "", {})) for fact, value in known)


def _want(pack: Pack, profile: Profile, fact: str) -> Want:
    source = pack.facts[fact].enterprise if profile.kind == "enterprise" else pack.facts[fact].person
    register = pack.registers[source.register_] if source else None
    return Want(pack.facts[fact], register, pack.departments[register.department] if register else None)


def read(
    pack: Pack, kind: Kind, subject: str, *, under: Ground, by: Actor, on: date, facts: Collection[str] | None = None,
    named: bool = True,
) -> Profile | None:  # fmt: skip
    """The file of a subject, its reading recorded; None where the city has no such subject. Raises `NotGrounded`, `Lapsed`."""
    try:
        return open_file(pack, kind, subject, under=under, by=by, on=on, facts=facts, named=named)
    except UnknownSubject:
        return None
