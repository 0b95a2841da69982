"""What is wrong with the items of a pack, each with its place: codes, names, the questions' expressions, consistency."""

from collections.abc import Callable, Iterator, Mapping

from chengban import rules
from chengban.items import guiding
from chengban.items.coded import codes_in
from chengban.items.consistency import breaches
from chengban.packs import Finding, Pack
from chengban.packs.items import Instead, Scene
from chengban.packs.loader import Origin

Key = tuple[str | int, ...]


def check_items(pack: Pack) -> list[Finding]:
    """Everything wrong with the scenes and items of a pack whose form is right."""
    return [finding for scene in pack.scenes.values() for part in _PARTS for finding in part(pack, scene)]


def _coded(pack: Pack, scene: Scene) -> Iterator[Finding]:
    origin = pack.origin("scenes", scene.id)
    for key, codes, code in codes_in(scene.items, ("items",)):
        names = pack.code_names.get(codes, {})
        if code not in names:
            told = f"{code} is not a code of {codes}; it can be {', '.join(f'{c} {name}' for c, name in names.items())}"
            yield Finding(origin.place(*key), told if names else f"there is no code set {codes}")


def _references(pack: Pack, scene: Scene) -> Iterator[Finding]:
    origin = pack.origin("scenes", scene.id)
    for number, item in enumerate(scene.items):
        if item.scene != scene.id:
            yield Finding(origin.place("items", number, "scene"), f"item {item.id} stands in scene {scene.id}, not in {item.scene}")
        for at, other in enumerate(item.after):
            yield from _known(other, pack.items, "item", origin, ("items", number, "after", at))
        for at, material in enumerate(item.materials):
            for way, instead in enumerate(material.instead):
                yield from _instead(pack, instead, origin, ("items", number, "materials", at, "instead", way))


def _instead(pack: Pack, way: Instead, origin: Origin, key: Key) -> Iterator[Finding]:
    if way.certificate is not None:
        yield from _known(way.certificate, pack.certificates, "certificate", origin, (*key, "certificate"))
    if way.result_of is not None:
        yield from _known(way.result_of, pack.items, "item", origin, (*key, "result_of"))
    if way.department is not None:
        yield from _known(way.department, pack.departments, "department", origin, (*key, "department"))
    if way.register_ is not None:
        yield from _known(way.register_, pack.registers, "register", origin, (*key, "register"))
    register = pack.registers.get(way.register_ or "")
    for number, field in enumerate(way.fields if register is not None else ()):
        known = {field.id: field for field in register.fields} if register is not None else {}
        yield from _known(field, known, f"field in {way.register_}", origin, (*key, "fields", number))


def _known(name: str, among: Mapping[str, object], kind: str, origin: Origin, key: Key) -> Iterator[Finding]:
    if name not in among:
        near = rules.nearest(name, among)
        yield Finding(origin.place(*key), f"there is no {kind} {name}" + (f"; did you mean {near}?" if near else ""))


def _expressions(pack: Pack, scene: Scene) -> Iterator[Finding]:
    origin, words = pack.origin("scenes", scene.id), guiding.vocabulary(scene)
    wrong = False
    for key, text in _conditions(scene):
        for found in rules.check(text, words):
            wrong = True
            yield Finding(origin.document.inside((*origin.key, *key), found.line, found.column), found.message)
    if not wrong:
        yield from _guide(scene, origin)


def _conditions(scene: Scene) -> Iterator[tuple[Key, str]]:
    for number, item in enumerate(scene.items):
        if item.when is not None:
            yield ("items", number, "when"), item.when
        for at, material in enumerate(item.materials):
            if material.when is not None:
                yield ("items", number, "materials", at, "when"), material.when


def _guide(scene: Scene, origin: Origin) -> Iterator[Finding]:
    """A question that decides nothing, and a choice that turns on too many."""
    guide = guiding.guide_of(scene)
    questions = {question.id: question for question in guide.questions}
    for number, question in enumerate(scene.questions):
        if question.id not in questions:
            yield Finding(origin.place("questions", number, "id"), f"the question {question.name} decides nothing")
    for choice in guide.choices:
        if guiding.combinations(choice, questions) > guiding.MOST_COMBINATIONS:
            told = f"{' '.join(choice.key).strip()} turns on too many answers: more than {guiding.MOST_COMBINATIONS} combinations"
            yield Finding(origin.place("items"), told)


def _consistency(pack: Pack, scene: Scene) -> Iterator[Finding]:
    origin = pack.origin("scenes", scene.id)
    for number, item in enumerate(scene.items):
        for rule in breaches(item):
            where = f"{rule.citation.title}{rule.citation.article or ''}"
            yield Finding(origin.place("items", number, rule.field), f"{item.id} {rule.name}：{rule.sentence}（{where}）")


_PARTS: tuple[Callable[[Pack, Scene], Iterator[Finding]], ...] = (_coded, _references, _expressions, _consistency)
