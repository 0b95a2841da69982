"""One item for one applicant on one day: what is asked for in the situation, before anybody looks whether the city holds it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from chengban.facts.frame import Kind
from chengban.items import guiding
from chengban.items.errors import NoSuchApplicant
from chengban.items.guiding import Outcome
from chengban.lib.identifiers import is_citizen_id, is_uscc
from chengban.packs import Pack
from chengban.packs.items import Implementation, Instead, Item, Material, Scene

ASKED = Outcome(True)


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who applies: an enterprise by its code, a person by the citizen number."""

    kind: Kind
    id: str


@dataclass(frozen=True, slots=True)
class Case:
    """An item, an applicant and a day.

    `outcomes` tells by material whether it is asked for, `earlier` by another item whether it is done.
    """

    code: str
    item: Implementation
    applicant: Applicant
    on: date
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    earlier: Mapping[str, Outcome] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)
    """Material → the answers that rule it out, as one sentence."""

    def outcome(self, material: Material) -> Outcome:
        return self.outcomes.get(material.name, ASKED)

    def ways(self) -> Iterator[Instead]:
        """Everything that could stand for something that is asked for, or may be."""
        for material in self.item.materials:
            if self.outcome(material).needed is not False:
                yield from material.instead


def applicant_of(subject: str) -> Applicant:
    """Who a subject is, by its number. Raises `NoSuchApplicant`."""
    if is_uscc(subject):
        return Applicant("enterprise", subject)
    if is_citizen_id(subject):
        return Applicant("person", subject)
    raise NoSuchApplicant("申请人应是统一社会信用代码或公民身份号码，请核对。")


def case_of(pack: Pack, code: str, item: Implementation, applicant: Applicant, given: Mapping[str, str], *, on: date) -> Case:
    """The case under the answers of a form; an item of no scene has no questions, and all its materials are asked for."""
    if not isinstance(item, Item):
        return Case(code, item, applicant, on)
    scene = pack.scenes[item.scene]
    guide = guiding.guide_of(scene, item.id)
    answers = guiding.read_answers(guide, given)
    found = guiding.outcomes(guide, answers)
    mine = {material.name: found[(item.id, material.name)] for material in item.materials}
    earlier = {other: _done(pack, other, outcome) for (other, name), outcome in found.items() if not name}
    said = {choice.key[1]: _said(scene, choice, answers) for choice in guide.choices if choice.key[0] == item.id}
    return Case(code, item, applicant, on, mine, earlier, said)


def _done(pack: Pack, other: str, outcome: Outcome) -> Outcome:
    """Whether an earlier item is done: one that the applicant may leave out is not known to be."""
    item = pack.items[other]
    return Outcome(None) if outcome.needed and item.optional and item.when is None else outcome


def _said(scene: Scene, choice: guiding.Choice, answers: guiding.Answers) -> str:
    questions = [question for question in scene.questions if question.id in choice.questions and question.id in answers.known]
    return "；".join(f"{question.text}{guiding.label_of(question, answers.known[question.id])}" for question in questions)
