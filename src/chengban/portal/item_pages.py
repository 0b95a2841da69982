"""What the pages of a scene and an item show: the list's fields, the questions that matter, what is then to do and to bring."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from chengban.items import guiding
from chengban.items.consistency import may_be_accepted
from chengban.items.guiding import Guide, Key, Outcome
from chengban.items.models import ItemVersion
from chengban.packs import Pack
from chengban.packs.items import Implementation, Instead, Item, Material, Question, Scene, TimeLimit


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that can be chosen. `said` is written in Chinese by the city; none: one of our own words."""

    value: str
    label: str
    said: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its answers."""

    question: Question
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """The questions that still matter, and whether any was answered."""

    questions: tuple[Asked, ...]
    answered: bool


@dataclass(frozen=True, slots=True)
class Brought:
    """A material: for which items, whether it is needed (none: not known yet), and what could stand for it."""

    material: Material
    items: tuple[Item, ...]
    outcome: Outcome
    instead: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToDo:
    """An item of the scene, and whether it is to be done (none: not known yet)."""

    item: Item
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class ScenePage:
    scene: Scene
    form: Form
    items: tuple[ToDo, ...]
    materials: tuple[Brought, ...]

    @property
    def skipped(self) -> list[ToDo]:
        """What the answers rule out."""
        return [one for one in self.items if one.outcome.needed is False]


@dataclass(frozen=True, slots=True)
class ItemPage:
    item: Item
    scene: Scene
    form: Form
    accepted: bool
    statutory: str
    promised: str
    confidence: str
    materials: tuple[Brought, ...]
    before: tuple[Item, ...]
    then: tuple[Item, ...]

    @property
    def wanted(self) -> list[Brought]:
        """What is needed, then what is not known yet."""
        return sorted(
            (one for one in self.materials if one.outcome.needed is not False), key=lambda one: one.outcome.needed is None
        )

    @property
    def skipped(self) -> list[Brought]:
        """What the answers rule out."""
        return [one for one in self.materials if one.outcome.needed is False]


@dataclass(frozen=True, slots=True)
class BroughtPage:
    """An item of a list that was taken in. Nobody asks questions, so that every material is needed."""

    item: Implementation
    accepted: bool
    statutory: str
    promised: str
    wanted: tuple[Brought, ...]


def scene_page(pack: Pack, scene: Scene, given: Mapping[str, str]) -> ScenePage:
    guide = guiding.guide_of(scene)
    answers = guiding.read_answers(guide, given)
    found = guiding.outcomes(guide, answers)
    items = tuple(ToDo(item, found[(item.id, "")]) for item in scene.items)
    done = [one.item for one in items if one.outcome.needed is not False]
    return ScenePage(scene, question_form(guide, answers), items, tuple(_brought_once(pack, done, found)))


def item_page(pack: Pack, item: Item, given: Mapping[str, str]) -> ItemPage:
    scene = pack.scenes[item.scene]
    guide = guiding.guide_of(scene, item.id)
    answers = guiding.read_answers(guide, given)
    found = guiding.outcomes(guide, answers)
    materials = tuple(_brought(pack, one, (item,), found[(item.id, one.name)]) for one in item.materials)
    return ItemPage(
        item=item,
        scene=scene,
        form=question_form(guide, answers),
        accepted=may_be_accepted(item),
        statutory=limit_said(item.statutory),
        promised=limit_said(item.promised),
        confidence=item.confidence or scene.confidence,
        materials=materials,
        before=tuple(pack.items[one] for one in (*item.after, *item.after_any) if one in pack.items),
        then=tuple(other for other in pack.items.values() if item.id in (*other.after, *other.after_any)),
    )


def brought_page(pack: Pack, version: ItemVersion) -> BroughtPage:
    item = Implementation.model_validate(version.implementation)
    wanted = tuple(_brought(pack, one, (), Outcome(True)) for one in item.materials)
    return BroughtPage(item, may_be_accepted(item), limit_said(item.statutory), limit_said(item.promised), wanted)


def question_form(guide: Guide, answers: guiding.Answers) -> Form:
    """The questions that still matter, with what was answered."""
    questions = tuple(_asked(question, answers) for question in guiding.asked(guide, answers))
    return Form(questions, bool(answers.known or answers.unsure))


def _asked(question: Question, answers: guiding.Answers) -> Asked:
    known = answers.known.get(question.id)
    own = [Choice(option.value, option.label, True, known == option.value) for option in question.options]
    plain = [Choice(guiding.YES, _("是"), False, known is True), Choice(guiding.NO, _("否"), False, known is False)]
    unsure = Choice(guiding.UNSURE, _("不清楚"), False, question.id in answers.unsure)
    return Asked(question, (*(own or plain), unsure))


def _brought_once(pack: Pack, items: Iterable[Item], found: Mapping[Key, Outcome]) -> Iterable[Brought]:
    """Each material once, by its name, for all the items that ask for it; what no item asks for is left out."""
    by_name: dict[str, list[tuple[Item, Material]]] = {}
    for item in items:
        for material in item.materials:
            if found[(item.id, material.name)].needed is not False:
                by_name.setdefault(material.name, []).append((item, material))
    for name, pairs in by_name.items():
        outcomes = [found[(item.id, name)] for item, _material in pairs]
        surest = next((one for one in outcomes if one.needed), outcomes[0])
        yield _brought(pack, pairs[0][1], tuple(item for item, _material in pairs), surest)


def _brought(pack: Pack, material: Material, items: tuple[Item, ...], outcome: Outcome) -> Brought:
    return Brought(material, items, outcome, tuple(dict.fromkeys(way_said(pack, way) for way in material.instead)))


def way_said(pack: Pack, way: Instead) -> str:
    """What could stand for a material, in a few words."""
    if way.register_ is not None:
        return _("共享数据（%(name)s）") % {"name": pack.registers[way.register_].name}
    if way.result_of is not None:
        return _("前一项的结果（%(name)s）") % {"name": pack.items[way.result_of].name}
    if way.department is not None:
        return _("部门核验（%(name)s）") % {"name": pack.departments[way.department].short}
    return _("电子证照") if way.certificate else _("告知承诺") if way.commitment else _("平台自动生成")


def limit_said(limit: TimeLimit | None) -> str:
    """A time limit as a person reads it; nothing where there is none."""
    if limit is None:
        return ""
    said = {
        "1": _("%(number)s 个工作日"),
        "2": _("%(number)s 日"),
        "3": _("%(number)s 小时"),
        "4": _("%(number)s 个月"),
        "5": _("%(number)s 年"),
    }
    return said[limit.unit] % {"number": limit.number}
