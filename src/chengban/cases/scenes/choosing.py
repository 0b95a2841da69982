"""What the answers choose of a scene: its items, their materials, and what the form asks for. Unknown is not "no"."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from chengban import rules
from chengban.cases.scenes.errors import UnreadableAnswers
from chengban.items import guiding
from chengban.items.guiding import Answers, Choice, Guide, Key, Outcome, Value
from chengban.packs.items import Item, Period, Question, Scene

PERIOD = "#"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is needed, not needed, or not known yet; and the questions that would settle the rest.

    `outcomes`: by (item, ""), by (item, material), by (field, item) for what the form asks for an item, and by (`PERIOD` and a
    number, item) for what must have run out before it.
    """

    known: Mapping[str, Value]
    """What was answered, by question."""
    outcomes: Mapping[Key, Outcome]
    questions: tuple[Question, ...]

    def item(self, item: str) -> Outcome:
        return self.outcomes[(item, "")]

    @property
    def settled(self) -> bool:
        """Whether no item, and nothing that must run out before one, waits for an answer."""
        return all(one.needed is not None for (name, of), one in self.outcomes.items() if not of or name.startswith(PERIOD))

    def periods(self, item: Item) -> tuple[Period, ...]:
        """What must have run out before the item begins, or may have to."""
        numbered = enumerate(item.not_before)
        return tuple(period for number, period in numbered if self.outcomes[(f"{PERIOD}{number}", item.id)].needed is not False)

    def still_asks(self, question: str) -> bool:
        """Whether a question is among those that have not been answered yet."""
        return any(one.id == question for one in self.questions)


@lru_cache(maxsize=256)
def guide_of(scene: Scene) -> Guide:
    """The scene's guide, and beside items and materials what the form asks for. The pack is checked: its expressions parse."""
    own = guiding.guide_of(scene)
    items = {choice.key[0]: choice for choice in own.choices if not choice.key[1]}
    choices = (*own.choices, *_asks(scene, items), *_periods(scene, items))
    used = {name for choice in choices for name in choice.questions}
    return Guide(tuple(question for question in scene.questions if question.id in used), choices)


def _periods(scene: Scene, items: Mapping[str, Choice]) -> Iterator[Choice]:
    words = guiding.vocabulary(scene)
    for item in scene.items:
        for number, period in enumerate(item.not_before):
            yield _also(words, (f"{PERIOD}{number}", item.id), items[item.id].node, period.when)


def _asks(scene: Scene, items: Mapping[str, Choice]) -> Iterator[Choice]:
    words = guiding.vocabulary(scene)
    for field in scene.fields:
        for ask in field.asked_by:
            for item in ask.items:
                yield _also(words, (field.id, item), items[item].node, ask.when)


def _also(words: rules.Vocabulary, key: Key, item: rules.Node | None, when: str | None) -> Choice:
    """Where the item is done, and a condition of its own holds."""
    own = None if when is None else words.resolve(rules.parse(when, names=words.names))
    nodes = [node for node in (item, own) if node is not None]
    if not nodes:
        return Choice(key, None, ())
    node = rules.conjunction(nodes)
    return Choice(key, node, tuple(name for name in words if name in rules.names_in(node)))


def choose(scene: Scene, answers: Answers) -> Chosen:
    """What the answers make of the scene."""
    guide = guide_of(scene)
    return Chosen(answers.known, guiding.outcomes(guide, answers), guiding.still_asked(guide, answers))


def answers_of(scene: Scene, given: Mapping[str, object]) -> Answers:
    """Answers by a question's id or name: true or false, an option's value, "?" or null for "not sure".

    Raises `UnreadableAnswers`.
    """
    names = {name: question for question in scene.questions for name in (question.id, question.name)}
    strange = [name for name in given if name not in names]
    if strange:
        asked = "、".join(question.name for question in scene.questions) or "没有要问的"
        raise UnreadableAnswers(f"{scene.name}没有叫 {strange[0]} 的问题。可以回答的：{asked}。")
    spoken = {names[name].id: _spoken(names[name], value) for name, value in given.items()}
    return guiding.read_answers(Guide(scene.questions, ()), spoken)


def _spoken(question: Question, value: object) -> str:
    """An answer as forms send it."""
    if value is None or value == guiding.UNSURE:
        return guiding.UNSURE
    for known in guiding.values_of(question):
        if value is known or value == guiding.spoken(known):
            return guiding.spoken(known)
    options = "、".join(guiding.spoken(known) for known in guiding.values_of(question))
    raise UnreadableAnswers(f"{question.name}不能回答 {value}。可以回答 {options}，不清楚就写 ?。")
