"""A list taken in: versions rise, what is gone ends, the same file changes nothing; a stateful machine over many lists."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chengban import packs
from chengban.items.errors import ListOutOfOrder, UnreadableList
from chengban.items.importing import Taken, current_items, take_in_list
from chengban.items.models import ImportedList, ItemVersion
from chengban.ledger import Actor
from chengban.ledger.models import Entry
from chengban.packs.items import Implementation

PACK = packs.current()
BY = Actor.system("test")
DAY = date(2025, 12, 1)


def row(code: str, **more: Any) -> dict[str, Any]:
    return {"事项名称": f"事项{code}", "实施主体": "某局", "事项编码": code, **more}


def take(folder: Path, rows: list[dict[str, Any]], on: date = DAY, list_name: str = "city") -> Taken:
    path = folder / "清单.json"
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return take_in_list(PACK, path, list_name=list_name, by=BY, on=on)[1]


def counts(taken: Taken) -> tuple[int, int, int, int]:
    return taken.new, taken.changed, taken.same, taken.ended


def current(list_name: str = "city") -> dict[str, int]:
    return dict(ItemVersion.objects.filter(list_name=list_name, ended_by=None).values_list("code", "version"))


@pytest.mark.django_db
def test_a_first_list_makes_versions_one_and_one_entry(tmp_path: Path) -> None:
    taken = take(tmp_path, [row("A"), row("B", 法定时限="20个工作日"), row("C", 事项类型="没有这种")])
    assert counts(taken) == (2, 0, 0, 0) and current() == {"A": 1, "B": 1}
    kept = ImportedList.objects.get()
    assert [one[:2] for one in kept.kept_out] == [[3, "事项类型"]] and kept.rows_read == 3
    held = Implementation.model_validate(ItemVersion.objects.get(code="B").implementation)
    assert held.statutory is not None and held.statutory.number == 20
    entry = Entry.objects.get(act="items.take_in_list")
    assert entry.subject == "items:city" and entry.payload["new"] == 2 and entry.payload["kept_out"] == 1


@pytest.mark.django_db
def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    first = take(tmp_path, [row("A")])
    again = take(tmp_path, [row("A")], DAY + timedelta(1))
    assert again.again and again.batch == first.batch and counts(again) == (0, 0, 1, 0)
    assert (ImportedList.objects.count(), Entry.objects.filter(act="items.take_in_list").count()) == (1, 1)


@pytest.mark.django_db
def test_a_new_list_raises_versions_and_ends_what_is_gone(tmp_path: Path) -> None:
    take(tmp_path, [row("A"), row("B"), row("C")])
    later = DAY + timedelta(7)
    taken = take(tmp_path, [row("A"), row("B", 办理地点="新址"), row("D")], later)
    assert counts(taken) == (1, 1, 1, 1) and current() == {"A": 1, "B": 2, "D": 1}
    assert set(ItemVersion.objects.filter(ended_by=taken.batch).values_list("code", "version", "until")) == {
        ("B", 1, later),
        ("C", 1, later),
    }
    assert set(current_items(on=DAY).values_list("code", "version")) == {("A", 1), ("B", 1), ("C", 1)}
    assert set(current_items(on=later).values_list("code", "version")) == {("A", 1), ("B", 2), ("D", 1)}
    assert counts(take(tmp_path, [row("A"), row("C"), row("D")], later + timedelta(1))) == (1, 0, 2, 1)
    assert current() == {"A": 1, "C": 2, "D": 1}


@pytest.mark.django_db
def test_an_item_whose_row_cannot_be_read_stays_as_it_is(tmp_path: Path) -> None:
    take(tmp_path, [row("A"), row("B")])
    assert counts(take(tmp_path, [row("A", 办理地点="新址"), row("B", 到现场次数="许多")])) == (0, 1, 0, 0)
    assert current() == {"A": 2, "B": 1}


@pytest.mark.django_db
def test_nothing_ends_while_a_rows_code_cannot_be_read(tmp_path: Path) -> None:
    take(tmp_path, [row("A"), row("B")])
    assert counts(take(tmp_path, [row("A"), row("")])) == (0, 0, 1, 0)
    assert current() == {"A": 1, "B": 1}


@pytest.mark.django_db
def test_a_version_number_must_rise_with_its_content(tmp_path: Path) -> None:
    take(tmp_path, [row("A", 版本号="3"), row("B", 版本号="1")])
    taken = take(tmp_path, [row("A", 版本号="3", 办理地点="新址"), row("B", 版本号="5", 办理地点="新址")])
    assert counts(taken) == (0, 1, 0, 0) and current() == {"A": 3, "B": 5}
    assert ImportedList.objects.get(pk=taken.batch).kept_out == [[1, "版本号", "3", "内容变了，版本号却没有上升：已有版本 3"]]


@pytest.mark.django_db
def test_lists_of_different_names_do_not_touch_each_other(tmp_path: Path) -> None:
    take(tmp_path, [row("A")])
    take(tmp_path, [row("B")], list_name="东昌府区")
    assert (current(), current("东昌府区")) == ({"A": 1}, {"B": 1})


@pytest.mark.django_db
def test_what_is_refused_changes_nothing(tmp_path: Path) -> None:
    take(tmp_path, [row("A")])
    with pytest.raises(UnreadableList, match="没有一行能读成事项"):
        take(tmp_path, [row("A", 到现场次数="许多")])
    with pytest.raises(ListOutOfOrder, match="2025-12-01"):
        take(tmp_path, [row("B")], DAY - timedelta(1))
    assert current() == {"A": 1} and Entry.objects.filter(act="items.take_in_list").count() == 1


class Lists(RuleBasedStateMachine):
    """Lists of up to four items come one after another; a plain model says what must be current."""

    @initialize()
    def begin(self) -> None:
        ItemVersion.objects.all().delete()
        ImportedList.objects.all().delete()
        self.held: dict[str, tuple[str, int]] = {}
        self.last: dict[str, int] = {}
        self.newest: list[dict[str, Any]] = []
        self.on = DAY

    @rule(places=st.dictionaries(st.sampled_from("ABCD"), st.sampled_from(["东", "西", "南"]), min_size=1))
    def take_in(self, places: dict[str, str]) -> None:
        rows = [row(code, 办理地点=place) for code, place in places.items()]
        self.on += timedelta(1)
        taken = take(self.folder, rows, self.on)
        assert taken.again == (rows == self.newest)
        self.newest = rows
        for code, place in places.items():
            if self.held.get(code, ("", 0))[0] != place:
                self.last[code] = self.last.get(code, 0) + 1
                self.held[code] = place, self.last[code]
        self.held = {code: self.held[code] for code in places}

    @invariant()
    def what_is_current_is_what_the_newest_list_says(self) -> None:
        if hasattr(self, "held"):
            assert current() == {code: version for code, (_, version) in self.held.items()}

    @invariant()
    def versions_follow_each_other_without_a_gap(self) -> None:
        if hasattr(self, "last"):
            for code, last in self.last.items():
                versions = list(ItemVersion.objects.filter(code=code).order_by("version").values_list("version", "since", "until"))
                assert [version for version, _, _ in versions] == list(range(1, last + 1))
                ends = [until for _, _, until in versions[:-1]]
                assert all(until is not None and until <= since for until, (_, since, _) in zip(ends, versions[1:], strict=True))

    folder: Path


@pytest.mark.django_db
def test_the_life_of_lists(tmp_path: Path) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    machine = type("ListsHere", (Lists,), {"folder": tmp_path})
    run_state_machine_as_test(machine, settings=settings(max_examples=12, stateful_step_count=8, deadline=None))
