"""Situational guides (情形导办): a few questions choose the items of a scene and their materials.

A choice is FEEL over the scene's questions. Every question has few answers, so what is not answered yet is gone through in full: a
choice is settled when it comes out the same whatever the open answers, and a question is asked only while some open choice turns
on it. "Don't know" leaves a question open: it is not asked again, and what turns on it stays unknown, never "no".
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import prod

from chengban import rules
from chengban.packs.items import Item, Question, Scene

UNSURE = "?"
YES, NO = "yes", "no"
MOST_COMBINATIONS = 4096
"""Of answers to the questions of one choice."""

Value = bool | str
Key = tuple[str, str]
"""An item's id, and the name of a material; an empty name is the item itself."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be decided, the condition (none: always), and the questions that the condition turns on."""

    key: Key
    node: rules.Node | None
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Guide:
    """The questions of a scene, and what they choose."""

    questions: tuple[Question, ...]
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered: values by question id, and the questions answered with "don't know"."""

    known: Mapping[str, Value]
    unsure: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether it is needed; None: not known yet, and `turns_on` names the questions that would settle it."""

    needed: bool | None
    turns_on: tuple[Question, ...] = ()


def vocabulary(scene: Scene) -> rules.Vocabulary:
    """The scene's questions as words of FEEL. Raises `rules.VocabularyError` where a word means two."""
    return rules.Vocabulary(
        rules.Fact(
            id=question.id,
            names=(question.name,),
            type="string" if question.options else "boolean",
            domain=frozenset(option.value for option in question.options) or None,
        )
        for question in scene.questions
    )


def values_of(question: Question) -> tuple[Value, ...]:
    """Every answer that a question can have."""
    return tuple(option.value for option in question.options) if question.options else (True, False)


@lru_cache(maxsize=512)
def guide_of(scene: Scene, only: str | None = None) -> Guide:
    """The guide of a scene, or of the one item of it called `only` with the items whose results it takes.

    The pack is checked: its expressions parse.
    """
    words = vocabulary(scene)
    choices = tuple(_choices(words, (item for item in scene.items if only in (None, item.id))))
    if only is not None:
        taken = {way.result_of for item in scene.items if item.id == only for each in item.materials for way in each.instead}
        choices += tuple(_choice(words, (item.id, ""), item.when) for item in scene.items if item.id in taken - {only})
    used = {name for choice in choices for name in choice.questions}
    return Guide(tuple(question for question in scene.questions if question.id in used), choices)


def _choices(words: rules.Vocabulary, items: Iterable[Item]) -> Iterator[Choice]:
    for item in items:
        yield _choice(words, (item.id, ""), item.when)
        for material in item.materials:
            yield _choice(words, (item.id, material.name), item.when, material.when)


def _choice(words: rules.Vocabulary, key: Key, *conditions: str | None) -> Choice:
    nodes = [words.resolve(rules.parse(text, names=words.names)) for text in conditions if text is not None]
    if not nodes:
        return Choice(key, None, ())
    node = rules.conjunction(nodes)
    return Choice(key, node, tuple(name for name in words if name in rules.names_in(node)))


def combinations(choice: Choice, questions: Mapping[str, Question]) -> int:
    """How many ways there are to answer the questions of a choice."""
    return prod(len(values_of(questions[name])) for name in choice.questions)


def read_answers(guide: Guide, given: Mapping[str, str]) -> Answers:
    """The answers of a form: `yes`, `no`, an option's value, or `?`. What is none of them counts as not answered."""
    known: dict[str, Value] = {}
    for question in guide.questions:
        text = given.get(question.id, "")
        for value in values_of(question):
            if text == spoken(value):
                known[question.id] = value
    return Answers(known, frozenset(q.id for q in guide.questions if given.get(q.id) == UNSURE))


def spoken(value: Value) -> str:
    """An answer as forms send it."""
    return value if isinstance(value, str) else YES if value else NO


def label_of(question: Question, value: Value) -> str:
    """An answer as a person reads it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    return next((option.label for option in question.options if option.value == value), value)


def outcomes(guide: Guide, answers: Answers) -> dict[Key, Outcome]:
    """What is needed, what is not, and what is not known yet."""
    return {choice.key: _outcome(guide, choice, answers) for choice in guide.choices}


def _outcome(guide: Guide, choice: Choice, answers: Answers) -> Outcome:
    ends = {end for _, end in _ends(guide, choice, answers.known)}
    if len(ends) == 1:
        return Outcome(ends.pop())
    return Outcome(None, tuple(q for q in guide.questions if q.id not in answers.known and _turns(guide, choice, q, answers.known)))


def asked(guide: Guide, answers: Answers) -> tuple[Question, ...]:
    """The questions to show, in their order: each turns some choice, whatever was answered to the others."""
    return tuple(question for question in guide.questions if _matters(guide, question, answers.known))


def still_asked(guide: Guide, answers: Answers) -> tuple[Question, ...]:
    """Those of them that nobody has answered yet."""
    answered = answers.known.keys() | answers.unsure
    return tuple(question for question in asked(guide, answers) if question.id not in answered)


def _matters(guide: Guide, question: Question, known: Mapping[str, Value]) -> bool:
    others = {name: value for name, value in known.items() if name != question.id}
    return any(question.id in choice.questions and _turns(guide, choice, question, others) for choice in guide.choices)


def _turns(guide: Guide, choice: Choice, question: Question, known: Mapping[str, Value]) -> bool:
    """Whether, the other answers staying as they are, the answer to `question` can change how the choice ends."""
    if question.id not in choice.questions:
        return False
    met: dict[tuple[Value, ...], bool] = {}
    place = choice.questions.index(question.id)
    for values, end in _ends(guide, choice, known):
        rest = (*values[:place], *values[place + 1 :])
        if met.setdefault(rest, end) != end:
            return True
    return False


def _ends(guide: Guide, choice: Choice, known: Mapping[str, Value]) -> Iterator[tuple[tuple[Value, ...], bool]]:
    """Every way to answer the choice's open questions, and how it then ends."""
    if choice.node is None:
        yield (), True
        return
    questions = {question.id: question for question in guide.questions}
    open_to = [(known[name],) if name in known else values_of(questions[name]) for name in choice.questions]
    for values in product(*open_to):
        yield values, rules.evaluate_known(choice.node, dict(zip(choice.questions, values, strict=True))) is True
