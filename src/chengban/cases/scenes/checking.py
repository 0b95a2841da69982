"""What is wrong with the scenes of a pack, each with its place: the graph, its branches, and the form."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import product

from chengban import rules
from chengban.cases.scenes.choosing import guide_of
from chengban.cases.scenes.form_checking import check_forms, expression, known
from chengban.items import guiding
from chengban.packs import Finding, Pack
from chengban.packs.items import Item, Scene

Key = tuple[str | int, ...]


def check_scenes(pack: Pack) -> list[Finding]:
    """Everything wrong with how the scenes hang together, in a pack whose items are right."""
    findings = [finding for scene in pack.scenes.values() for part in _PARTS for finding in part(pack, scene)]
    findings += check_forms(pack)
    return findings or [finding for scene in pack.scenes.values() for part in _CHOICES for finding in part(pack, scene)]


def _references(pack: Pack, scene: Scene) -> Iterator[Finding]:
    """The graph and the branches name items of the scene."""
    origin, own = pack.origin("scenes", scene.id), {item.id for item in scene.items}
    named: list[tuple[str, Key]] = []
    for number, item in enumerate(scene.items):
        for key in ("after", "after_any"):
            named += [(other, ("items", number, key, at)) for at, other in enumerate(getattr(item, key))]
    for number, branch in enumerate(scene.branches):
        named += [(other, ("branches", number, "items", at)) for at, other in enumerate(branch.items)]
    for other, place in named:
        yield from known(other, own, "item", origin.place(*place), f" in scene {scene.id}")


def _limit(pack: Pack, scene: Scene) -> Iterator[Finding]:
    if scene.joint is not None and scene.joint.unit not in pack.code_names.get("limit_unit", {}):
        yield Finding(pack.origin("scenes", scene.id).place("joint", "unit"), f"{scene.joint.unit} is not a code of limit_unit")


def _periods(pack: Pack, scene: Scene) -> Iterator[Finding]:
    origin, words = pack.origin("scenes", scene.id), guiding.vocabulary(scene)
    for number, item in enumerate(scene.items):
        for at, period in enumerate(item.not_before):
            yield from expression(origin, ("items", number, "not_before", at, "when"), period.when, words)


def _circles(pack: Pack, scene: Scene) -> Iterator[Finding]:
    try:
        TopologicalSorter({item.id: (*item.after, *item.after_any) for item in scene.items}).prepare()
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        at = next((number for number, item in enumerate(scene.items) if item.id == circle[-1]), 0)
        told = f"the items {' → '.join(circle)} wait for each other in a circle"
        yield Finding(pack.origin("scenes", scene.id).place("items", at, "after"), told)


def _results(pack: Pack, scene: Scene) -> Iterator[Finding]:
    """What an item takes over from an earlier one is a result of that one, and that one comes before it."""
    origin, items = pack.origin("scenes", scene.id), {item.id: item for item in scene.items}
    for number, item in enumerate(scene.items):
        before = earlier(item, items)
        for at, material in enumerate(item.materials):
            for way, instead in enumerate(material.instead):
                told = _not_yielded(item, instead.result_of, items, before)
                if told is not None:
                    yield Finding(origin.place("items", number, "materials", at, "instead", way, "result_of"), told)


def _not_yielded(item: Item, maker: str | None, items: Mapping[str, Item], before: set[str]) -> str | None:
    if maker is None:
        return None
    if maker not in items:
        return f"{item.id} takes over a result of {maker}, which is not in this scene"
    if items[maker].yields is None:
        return f"{item.id} takes over a result of {maker}, which yields none"
    return None if maker in before else f"{item.id} takes over a result of {maker}, which does not come before it"


def earlier(item: Item, items: Mapping[str, Item]) -> set[str]:
    """Every item that may come before `item`."""
    found: set[str] = set()
    waiting = [item]
    while waiting:
        one = waiting.pop()
        for name in (*one.after, *one.after_any):
            if name not in found and name in items:
                found.add(name)
                waiting.append(items[name])
    return found


def _wishes(pack: Pack, scene: Scene) -> Iterator[Finding]:
    origin = pack.origin("scenes", scene.id)
    for number, item in enumerate(scene.items):
        if item.optional and item.when is None:
            told = f"{item.id} is optional, and no question asks whether it is wanted: say so in when"
            yield Finding(origin.place("items", number, "optional"), told)


def _unreachable(pack: Pack, scene: Scene) -> Iterator[Finding]:
    origin, guide = pack.origin("scenes", scene.id), guide_of(scene)
    for number, item in enumerate(scene.items):
        if True not in set(_ends(guide, [item.id])):
            yield Finding(origin.place("items", number, "when"), f"{item.id} is never done, whatever is answered")


def _branches(pack: Pack, scene: Scene) -> Iterator[Finding]:
    origin, guide = pack.origin("scenes", scene.id), guide_of(scene)
    for number, branch in enumerate(scene.branches):
        counts = {sum(ends) for ends in _together(guide, branch.items)}
        if max(counts) > 1:
            yield Finding(
                origin.place("branches", number), f"{branch.name}: there are answers with which two of its items are done"
            )
        if not branch.none and 0 in counts:
            yield Finding(
                origin.place("branches", number), f"{branch.name}: there are answers with which none of its items is done"
            )


def _ends(guide: guiding.Guide, items: Iterable[str]) -> Iterator[bool]:
    return (ends[0] for ends in _together(guide, items))


def _together(guide: guiding.Guide, items: Iterable[str]) -> Iterator[tuple[bool, ...]]:
    """For every way to answer what the items turn on, which of them are done."""
    choices = {choice.key[0]: choice for choice in guide.choices if not choice.key[1]}
    nodes = [choices[item].node for item in items]
    names = sorted({name for item in items for name in choices[item].questions})
    questions = {question.id: question for question in guide.questions}
    for values in product(*(guiding.values_of(questions[name]) for name in names)):
        known = dict(zip(names, values, strict=True))
        yield tuple(node is None or rules.evaluate_known(node, known) is True for node in nodes)


_PARTS: tuple[Callable[[Pack, Scene], Iterator[Finding]], ...] = (_references, _limit, _periods, _circles, _results, _wishes)
_CHOICES: tuple[Callable[[Pack, Scene], Iterator[Finding]], ...] = (_unreachable, _branches)
"""They go through the answers, and need expressions that can be read."""
