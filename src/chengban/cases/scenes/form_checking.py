"""What is wrong with the forms of a pack's scenes: who asks, where values come from, their types, and FEEL."""

from collections.abc import Callable, Iterable, Iterator

from chengban import rules
from chengban.items import guiding
from chengban.packs import Finding, Pack
from chengban.packs.forms import FormColumn, FormField
from chengban.packs.items import Scene
from chengban.packs.loader import Origin
from chengban.packs.source import Place
from chengban.packs.vocabulary import register_vocabulary

Key = tuple[str | int, ...]
Located = tuple[Key, FormField]


def check_forms(pack: Pack) -> list[Finding]:
    """Everything wrong with the forms."""
    found = [finding for scene in pack.scenes.values() for part in _PARTS for finding in part(pack, scene)]
    return [*found, *_two_types(pack)]


def _located(scene: Scene) -> Iterator[Located]:
    for number, section in enumerate(scene.form):
        for at, field in enumerate(section.fields):
            yield ("form", number, "fields", at), field


def known(name: str, among: Iterable[str], kind: str, place: Place, within: str = "") -> Iterator[Finding]:
    """A finding where `name` is not among those that there are."""
    names = set(among)
    if name not in names:
        near = rules.nearest(name, names)
        yield Finding(place, f"there is no {kind} {name}{within}" + (f"; did you mean {near}?" if near else ""))


def _items(pack: Pack, scene: Scene) -> Iterator[Finding]:
    """The items that ask for a field, and the one that makes it."""
    origin, own, within = pack.origin("scenes", scene.id), [item.id for item in scene.items], f" in scene {scene.id}"
    for key, field in _located(scene):
        for number, ask in enumerate(field.asked_by):
            for at, item in enumerate(ask.items):
                yield from known(item, own, "item", origin.place(*key, "asked_by", number, "items", at), within)
        for number, maker in enumerate(field.produced_by):
            yield from known(maker, own, "item", origin.place(*key, "produced_by", number), within)


def _questions(pack: Pack, scene: Scene) -> Iterator[Finding]:
    """What a question has asked, the form does not ask again; and the question's answers are values of the field."""
    origin, questions = pack.origin("scenes", scene.id), {question.id: question for question in scene.questions}
    names = {question.name: question.id for question in scene.questions}
    for key, field in _located(scene):
        if field.question is None and field.name in names:
            told = f"{field.name} is asked twice: say question: {names[field.name]}"
            yield Finding(origin.place(*key, "name"), told)
        elif field.question is not None and field.question not in questions:
            yield from known(field.question, questions, "question", origin.place(*key, "question"))
        elif field.question is not None and guiding.values_of(questions[field.question]) != (field.options or (True, False)):
            yield Finding(origin.place(*key, "question"), f"the answers to {field.question} are not the values of {field.name}")


def _sources(pack: Pack, scene: Scene) -> Iterator[Finding]:
    """A field is filled from a fact that registers hold, or from a register's field, of its own type."""
    origin = pack.origin("scenes", scene.id)
    for key, field in _located(scene):
        for number, column in [(None, field), *enumerate(field.columns)]:
            if column.codes is not None:
                at = key if number is None else (*key, "columns", number)
                yield from known(column.codes, pack.codes, "code set", origin.place(*at, "codes"))
        if field.fact is not None:
            yield from _from_fact(pack, field, origin.place(*key, "fact"))
        for number, place in enumerate(field.held):
            yield from _from_register(pack, field, place.register_, place.field, origin, (*key, "held", number))


def _from_fact(pack: Pack, field: FormField, place: Place) -> Iterator[Finding]:
    unknown = list(known(field.fact or "", pack.facts, "fact", place))
    if unknown:
        yield from unknown
        return
    fact = pack.facts[field.fact or ""]
    if fact.enterprise is None and fact.person is None:
        yield Finding(place, f"the fact {fact.name} is derived, and a form is filled from what a register holds")
    elif (fact.type, fact.codes, fact.unit) != (field.fact_type, field.codes, field.unit):
        yield Finding(place, _differs(field, f"the fact {fact.name} is {_said(fact.type, fact.codes, fact.unit)}"))


def _from_register(pack: Pack, field: FormField, register: str, name: str, origin: Origin, key: Key) -> Iterator[Finding]:
    unknown = list(known(register, pack.registers, "register", origin.place(*key, "register")))
    if not unknown:
        fields = {one.id: one for one in pack.registers[register].fields}
        unknown = list(known(name, fields, "field", origin.place(*key, "field"), f" in {register}"))
    if unknown:
        yield from unknown
        return
    held = fields[name]
    kind = register_vocabulary(pack.registers[register])[name].type
    if pack.registers[register].subject is None:
        yield Finding(origin.place(*key, "register"), f"register {register} is about nobody who could apply")
    elif (kind, held.codes, held.unit) != (field.fact_type, field.codes, field.unit):
        yield Finding(origin.place(*key, "field"), _differs(field, f"{register}.{name} is {_said(kind, held.codes, held.unit)}"))


def _said(kind: str | None, codes: str | None, unit: str | None = None) -> str:
    return (f"a code of {codes}" if codes else f"a {kind}") + (f" in {unit}" if unit else "")


def _differs(field: FormColumn, other: str) -> str:
    return f"the field {field.name} is {_said(field.fact_type or field.type, field.codes, field.unit)}, and {other}"


def _expressions(pack: Pack, scene: Scene) -> Iterator[Finding]:
    """What a field asks of its value speaks of the form; when it is asked for, of the questions."""
    origin, questions = pack.origin("scenes", scene.id), guiding.vocabulary(scene)
    try:
        words = words_of(pack, scene.fields)
        rows = {field.id: words_of(pack, field.columns) for field in scene.fields}
    except rules.VocabularyError as error:
        yield Finding(origin.place("form"), str(error))
        return
    for key, field in _located(scene):
        texts: list[tuple[Key, str | None, rules.Vocabulary]] = [((*key, "valid"), field.valid, words)]
        texts += [((*key, "columns", at, "valid"), one.valid, rows[field.id]) for at, one in enumerate(field.columns)]
        texts += [((*key, "asked_by", at, "when"), ask.when, questions) for at, ask in enumerate(field.asked_by)]
        for where, text, known in texts:
            yield from expression(origin, where, text, known)


def expression(origin: Origin, key: Key, text: str | None, words: rules.Vocabulary) -> Iterator[Finding]:
    """What is wrong with one condition that is to be true or false; none is right."""
    for found in rules.check(text, words) if text is not None else ():
        yield Finding(origin.document.inside((*origin.key, *key), found.line, found.column), found.message)


def words_of(pack: Pack, fields: Iterable[FormColumn]) -> rules.Vocabulary:
    """What is filled in, as words of FEEL; a list of rows is none. Raises `rules.VocabularyError`."""
    return rules.Vocabulary(
        rules.Fact(id=field.id, names=(field.name,), type=field.fact_type, domain=_domain(pack, field))
        for field in fields
        if field.fact_type is not None
    )


def _domain(pack: Pack, field: FormColumn) -> frozenset[str] | None:
    if field.options:
        return frozenset(field.options)
    return None if field.codes is None or field.codes not in pack.codes else frozenset(pack.code_names[field.codes])


def _two_types(pack: Pack) -> Iterator[Finding]:
    """One id and one name are of one type, in every scene and in the vocabulary of facts."""
    first: dict[str, tuple[tuple[str, str | None], str]] = {}
    for fact in pack.facts.values():
        for name in (fact.id, fact.name):
            first[name] = (fact.type, fact.codes), f"the fact {fact.id}"
    for scene in pack.scenes.values():
        for key, field in _located(scene):
            yield from _one_type(field, first, pack.origin("scenes", scene.id).place(*key, "type"), scene)


def _one_type(
    field: FormField, first: dict[str, tuple[tuple[str, str | None], str]], place: Place, scene: Scene
) -> Iterator[Finding]:
    own = field.fact_type or field.type, field.codes
    for name in (field.id, field.name):
        kind, where = first.setdefault(name, (own, f"scene {scene.id}"))
        if kind != own:
            yield Finding(place, f"{name} is {_said(*own)} here, and in {where} it is {_said(*kind)}")


_PARTS: tuple[Callable[[Pack, Scene], Iterator[Finding]], ...] = (_items, _questions, _sources, _expressions)
