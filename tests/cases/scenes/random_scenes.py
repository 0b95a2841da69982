"""Random scenes, with conditions that are written twice: as FEEL for the program, as Python for whoever checks it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from hypothesis import strategies as st

from chengban.items.guiding import Answers
from chengban.packs.items import Scene

Value = bool | str
Completion = Mapping[str, Value]
Condition = tuple[str | None, Callable[[Completion], bool]]

QUESTIONS: dict[str, tuple[Value, ...]] = {"p": (True, False), "q": (True, False), "kind": ("x", "y", "z")}
CONDITIONS: tuple[Condition, ...] = (
    (None, lambda one: True),
    (None, lambda one: True),
    ("p", lambda one: bool(one["p"])),
    ("not(p)", lambda one: not one["p"]),
    ("p and q", lambda one: bool(one["p"] and one["q"])),
    ("p or q", lambda one: bool(one["p"] or one["q"])),
    ('kind = "x"', lambda one: one["kind"] == "x"),
    ('kind in ("x", "y") and q', lambda one: one["kind"] in ("x", "y") and bool(one["q"])),
)
ALWAYS = CONDITIONS[0]


@dataclass(frozen=True)
class Made:
    """A scene, some answers, what the city holds, and what each condition means."""

    scene: Scene
    answers: Answers
    held: frozenset[str]
    done: Mapping[str, Callable[[Completion], bool]]
    asks: Mapping[tuple[str, str], Callable[[Completion], bool]]

    @property
    def completions(self) -> list[Completion]:
        """Every way in which the open questions can still be answered."""
        known = self.answers.known
        ways = [(known[name],) if name in known else values for name, values in QUESTIONS.items()]
        return [dict(zip(QUESTIONS, values, strict=True)) for values in product(*ways)]

    def items_of(self, completion: Completion) -> set[str]:
        return {item for item, holds in self.done.items() if holds(completion)}

    def asked_of(self, completion: Completion) -> set[tuple[str, str]]:
        """The pairs of field and item in which the item is done and asks for the field."""
        done = self.items_of(completion)
        return {pair for pair, holds in self.asks.items() if pair[1] in done and holds(completion)}


def _question(name: str, values: tuple[Value, ...]) -> dict[str, Any]:
    options = [{"value": value} for value in values if isinstance(value, str)]
    return {"id": name, "name": f"问{name}", "text": f"{name}？", **({"options": options} if options else {})}


@st.composite
def scenes(draw: st.DrawFn) -> Made:
    """A scene whose graph has no circle."""
    ids = [f"S01.{letter}" for letter in "abcdefg"[: draw(st.integers(1, 7))]]
    done: dict[str, Callable[[Completion], bool]] = {}
    items = []
    for number, item in enumerate(ids):
        feel, done[item] = draw(st.sampled_from(CONDITIONS))
        items.append({**_item(draw, item, ids[:number]), **({"when": feel} if feel else {})})
    asks: dict[tuple[str, str], Callable[[Completion], bool]] = {}
    fields = [_field(draw, f"f{number}", ids, asks) for number in range(draw(st.integers(0, 5)))]
    known = {name: draw(st.sampled_from(values)) for name, values in QUESTIONS.items() if draw(st.booleans())}
    unsure = frozenset(name for name in QUESTIONS if name not in known and draw(st.booleans()))
    scene = Scene.model_validate(
        {
            "id": "S01", "name": "某事", "lead": "某局", "subject": "法人", "confidence": "K",
            "questions": [_question(name, values) for name, values in QUESTIONS.items()],
            "items": draw(st.permutations(items)),
            "form": [{"id": "all", "name": "全部", "name_en": "All", "fields": fields}] if fields else [],
        }
    )  # fmt: skip
    held = frozenset(field["id"] for field in fields if draw(st.integers(0, 3)) == 0)
    return Made(scene, Answers(known, unsure), held, done, asks)


def _item(draw: st.DrawFn, item: str, earlier: list[str]) -> dict[str, Any]:
    waits = draw(st.lists(st.sampled_from(earlier), unique=True, max_size=4)) if earlier else []
    cut = draw(st.integers(0, len(waits)))
    declared: dict[str, Any] = {
        "id": item, "name": item, "department": "某局", "scene": "S01", "yields": f"{item}的结果",
        "after": waits[:cut], "after_any": waits[cut:],
    }  # fmt: skip
    for kind in ("promised", "statutory"):
        if draw(st.booleans()):
            declared[kind] = {"number": draw(st.integers(0, 9)), "unit": draw(st.sampled_from(("1", "1", "2", "4")))}
    if draw(st.integers(0, 3)) == 0:
        feel, _holds = draw(st.sampled_from(CONDITIONS))
        period = {"name": "公示", "number": draw(st.integers(0, 30)), "unit": "2", **({"when": feel} if feel else {})}
        declared["not_before"] = [period]
    if draw(st.booleans()):
        makers = draw(st.lists(st.sampled_from([*earlier, "S01.a"]), unique=True, max_size=2))
        ways = [*({"result_of": maker} for maker in makers), *([{"commitment": True}] if draw(st.booleans()) else [])]
        declared["materials"] = [{"name": draw(st.sampled_from(("执照", "证明"))), "instead": ways}]
    return declared


def _field(draw: st.DrawFn, name: str, ids: list[str], asks: dict[tuple[str, str], Callable[[Completion], bool]]) -> dict[str, Any]:
    askers = draw(st.lists(st.sampled_from(ids), unique=True, min_size=1, max_size=4))
    asked_by = []
    for item in askers:
        feel, asks[(name, item)] = draw(st.sampled_from(CONDITIONS))
        asked_by.append({"items": [item], **({"when": feel} if feel else {})})
    question = draw(st.sampled_from(["", "", *QUESTIONS]))
    if question:
        options = [value for value in QUESTIONS[question] if isinstance(value, str)]
        kind: dict[str, Any] = {"type": "code", "options": options} if options else {"type": "boolean"}
        return {"id": name, "name": f"项{name}", "name_en": name, "asked_by": asked_by, "question": question, **kind}
    maker = {"produced_by": draw(st.lists(st.sampled_from(ids), unique=True, max_size=2))}
    return {"id": name, "name": f"项{name}", "name_en": name, "type": "string", "asked_by": asked_by, **maker}
