"""The material-free verdict (免提交): for each material of an item the best way that holds now, with its evidence; and where that
falls short of what is declared, what is in the way.

It is computed each time, never stored, and it never blocks: whatever fails, the applicant can still bring the material. Where the
city has what is asked by sharing it, the department may not ask for it (国务院关于在线政务服务的若干规定 第七条).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from chengban.facts.reading.grounds import OWN, Ground
from chengban.items import held as holding
from chengban.items.case import Applicant, Case, applicant_of, case_of
from chengban.items.errors import NoSuchApplicant
from chengban.items.finding import item_of
from chengban.items.held import Held
from chengban.items.ways import Blocker, Datum, Evidence, Mode, look, mode_of, undeclared
from chengban.ledger import Actor
from chengban.packs import Pack
from chengban.packs.items import Implementation, Material, Question


@dataclass(frozen=True, slots=True)
class MaterialVerdict:
    """One material: whether it is asked for (none: it depends), and how it comes to the department."""

    material: Material
    needed: bool | None
    turns_on: tuple[Question, ...]
    reason: str
    """Where it is not asked for: because of which answers."""
    mode: Mode
    evidence: Evidence | None
    blockers: tuple[Blocker, ...]

    @property
    def free(self) -> bool:
        """Whether the applicant need not submit it."""
        return self.needed is False or self.mode is not Mode.UPLOAD

    @property
    def may_ask(self) -> bool:
        """Whether the law lets the department ask for it: not for what it has by sharing."""
        return self.mode not in (Mode.CERTIFICATE, Mode.SHARED)


@dataclass(frozen=True, slots=True)
class Verdict:
    """An item's verdict for an applicant on a day."""

    code: str
    item: Implementation
    applicant: Applicant
    on: date
    materials: tuple[MaterialVerdict, ...]
    name: str = ""
    """What the applicant is called; empty where that is not known."""

    @property
    def asked(self) -> list[MaterialVerdict]:
        """What the applicant brings, surely or perhaps."""
        return [one for one in self.materials if not one.free]

    @property
    def free(self) -> list[MaterialVerdict]:
        """What is asked for and need not be brought."""
        return [one for one in self.materials if one.needed is not False and one.free]

    @property
    def not_asked(self) -> list[MaterialVerdict]:
        return [one for one in self.materials if one.needed is False]

    def datum(self, name: str) -> tuple[Datum, Evidence] | None:
        """A held datum of that id, and the evidence it belongs to."""
        held = (one.evidence for one in self.materials if one.evidence is not None)
        return next(((datum, evidence) for evidence in held for datum in evidence.data if datum.id == name), None)


def verdict_of(
    pack: Pack, code: str, subject: str, given: Mapping[str, str], *, under: Ground, on: date, by: Actor
) -> Verdict:  # fmt: skip
    """The verdict for a subject under the answers of a form. The reading is recorded.

    Raises NoSuchItem, and NoSuchApplicant for a number that is none; for others than the applicant also for one that nobody has.
    """
    case = case_of(pack, code, item_of(pack, code), applicant_of(subject), given, on=on)
    with transaction.atomic():
        held = holding.read(pack, case, under=under, by=by)
        if held.name is None and under.purpose != OWN:
            raise NoSuchApplicant("本市没有登记这个主体。")
    return judge(pack, case, held)


def judge(pack: Pack, case: Case, held: Held) -> Verdict:
    """The verdict over what was read."""
    materials = tuple(_material(pack, case, held, material) for material in case.item.materials)
    return Verdict(case.code, case.item, case.applicant, case.on, materials, held.name or "")


def _material(pack: Pack, case: Case, held: Held, material: Material) -> MaterialVerdict:
    outcome = case.outcome(material)
    if outcome.needed is False:
        reason = case.said.get(material.name, "")
        return MaterialVerdict(material, False, (), reason, Mode.UPLOAD, None, ())
    blockers: list[Blocker] = []
    for way in sorted(material.instead, key=lambda way: mode_of(way).rank):
        found = look(pack, case, held, material, way)
        if isinstance(found, Evidence):
            return MaterialVerdict(material, outcome.needed, outcome.turns_on, "", found.mode, found, tuple(blockers))
        blockers.extend(found)
    blockers = blockers or [undeclared(case, material)]
    return MaterialVerdict(material, outcome.needed, outcome.turns_on, "", Mode.UPLOAD, None, tuple(blockers))
