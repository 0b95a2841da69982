"""Golden lives: on each day the state, the deadlines and the lights; and each act that the law forbids, with its clause."""

from typing import Any

import pytest

from chengban.cases.clock import forbidden
from chengban.cases.clock.forbidden import Forbidden, named
from chengban.cases.clock.reading import read, written
from chengban.cases.clock.standing import Standing, admit, standing
from chengban.lib import workdays
from chengban.packs import current
from tests.cases.lives import Golden, lives

LIVES = lives()
IDS = [f"{life.file}: {life.name}" for life in LIVES]


@pytest.mark.parametrize("life", LIVES, ids=IDS)
def test_a_life_stands_each_day_as_the_law_has_it(life: Golden) -> None:
    told = life.read()
    for day, wanted in life.then.items():
        found = standing(told.events, told.rules, workdays, on=day)
        said = {key: _said(found, key, value) for key, value in wanted.items()}
        assert said == wanted, (life.name, day)


def _said(found: Standing, key: str, wanted: Any) -> Any:
    """What is found in the terms of the fixture: of maps only the keys that it names, of sentences whether one says so."""
    plain = written(found)
    if key in ("due", "left", "light", "sure"):
        by_kind = {one["kind"]: one[key] for one in plain["deadlines"]}
        return {kind: by_kind.get(kind) for kind in wanted}
    if key == "late":
        return [one["kind"] for one in plain["deadlines"] if one["late"]]
    if key == "breaches":
        return _like(wanted, [one["kind"] for one in plain["breaches"]])
    if key in ("told", "steps"):
        sentences = plain["told"] if key == "told" else [step for one in plain["deadlines"] for step in one["steps"]]
        return wanted if any(wanted in sentence for sentence in sentences) else sentences
    return plain[key]


def _like(wanted: list[str], found: list[str]) -> list[str]:
    return wanted if sorted(wanted) == sorted(found) else found


REFUSED = [(life, refused) for life in LIVES for refused in life.refused]


@pytest.mark.parametrize(
    ("life", "refused"), REFUSED, ids=[f"{life.name}: {one['event']} {one['because']}" for life, one in REFUSED]
)
def test_what_the_law_forbids_is_refused_with_its_clause(life: Golden, refused: dict[str, Any]) -> None:
    act = {key: value for key, value in refused.items() if key not in ("because", "clause", "after")}
    with pytest.raises(Forbidden) as raised:
        told = life.read()
        before = [event for event in told.events if event.on <= refused["on"]][: refused.get("after")]
        (event,) = read(current(), {"clock": told.rules.clock.id, "events": [act]}).events
        admit(before, event, told.rules, workdays)
    assert type(raised.value).__name__ == refused["because"]
    assert refused["clause"] in f"{named(raised.value.by)}{raised.value.by.note or ''}"
    assert named(raised.value.by) in str(raised.value) and raised.value.at


def test_every_refusal_that_there_is_has_a_life_in_which_it_is_met() -> None:
    every = {name for name, one in vars(forbidden).items() if isinstance(one, type) and issubclass(one, Forbidden)}
    assert every - {one["because"] for _, one in REFUSED} == {"Forbidden", "PromiseTooLong"}
