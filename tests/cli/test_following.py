"""Following and checking by commands, and the supervisor that keeps them going."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import deque
from datetime import time as hour
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import transaction

from chengban import packs
from chengban.cli.work import Child, go_on, is_passed
from chengban.lib.postgres import ensure
from chengban.policies.models import PolicyMatch
from tests import town
from tests.cli.conftest import Shell
from tests.cli.test_commands import DAY, refused, same_keys
from tests.policies.test_following import insured, load

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::chengban.rules.columnar.rows.RowByRowWarning")]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_HOME", str(tmp_path / "home"))


@pytest.fixture
def city(db: None, tmp_path: Path) -> None:
    with transaction.atomic():
        town.build(tmp_path, packs.current())


def test_what_changed_is_followed_and_checked(shell: Shell, city: None, tmp_path: Path) -> None:
    first = shell("match", "follow", "--once", "--json", *DAY).json
    same_keys("match follow", first)
    assert (first["full"], first["changes"]) == ("first", 0)
    load(packs.current(), tmp_path, "social_insurance_employer", [insured(town.WILLOW, 12)])
    assert "重新判断 1 个对象" in shell("match", "follow", "--once", *DAY).out
    told = shell("match", "verify", "--json", *DAY)
    same_keys("match verify", told.json)
    assert told.code == 0 and told.json["clean"] and told.json["run"] == first["run"]
    assert "一致" in shell("match", "verify", *DAY).out
    again = shell("match", "replay", "--json").json
    same_keys("match replay", again)
    assert "P09" in again["same"] and again["different"] == []


def test_a_difference_ends_with_1_and_says_what_differs(shell: Shell, city: None) -> None:
    shell("match", "run", *DAY)
    PolicyMatch.objects.filter(policy="P09").update(eligible=7)
    said = shell("match", "verify", *DAY)
    assert said.code == 1 and "P09：0 个对象不一致；计数 eligible" in said.out and "已改用全量匹配的结果" in said.out


def test_an_empty_city_is_a_sentence(shell: Shell, db: None) -> None:
    assert "还没有载入" in shell("match", "follow", "--once").out
    refused(shell("match", "verify"), "还没有载入任何数据", code=1)
    refused(shell("work", "--nightly", "25:00"), "02:30")


def test_the_nightly_hour_is_met_once_a_day() -> None:
    looks = [hour(23, 59), hour(0, 1), hour(2, 29), hour(2, 30), hour(2, 31), hour(12), hour(23, 59), hour(0, 1)]
    for at, times in ((hour(2, 30), 1), (hour(0, 0), 2), (hour(12), 1), (hour(13), 1)):
        assert sum(is_passed(at, before, now) for before, now in pairwise(looks)) == times, at


def test_a_child_that_dies_at_once_is_started_later_and_later() -> None:
    child, starts, waits = Child(("no-such-command",)), 0, []
    now = 0.0
    while starts < 4:
        before = child.process
        child.keep(now)
        if child.process is not None and child.process is not before:
            starts += 1
            waits.append(child.wait)
            child.process.wait(30)
        now += 0.1
    assert waits == sorted(waits) and waits[-1] > waits[1] > 0


def test_the_nights_work_is_done_one_after_another() -> None:
    check, remind = Child(("--help",)), Child(("--help",))
    left, together = deque([check, remind]), 0
    while left:
        go_on(left, 0.0)
        together = max(together, check.is_running() + remind.is_running())
        assert remind.process is None or not check.is_running()
        time.sleep(0.02)
    assert together == 1 and check.process is remind.process is None


@pytest.mark.slow
def test_work_starts_its_children_again_and_ends_them_when_told(tmp_path: Path) -> None:
    server = ensure(tmp_path / "home" / "postgres")
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"CHENGBAN_HOME": str(tmp_path / "home")}
    subprocess.run([sys.executable, "-m", "chengban.cli", "migrate"], env=environment, check=True, stdout=subprocess.DEVNULL)
    worker = subprocess.Popen([sys.executable, "-m", "chengban.cli", "work"], env=environment, stderr=subprocess.PIPE)
    try:
        children = _children_of(worker.pid, 2)
        os.kill(children[0], signal.SIGKILL)
        assert set(_children_of(worker.pid, 2, without=children[0])) != set(children)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(40) == 0
        assert not any(Path(f"/proc/{child}").exists() for child in children)
    finally:
        worker.kill()
        worker.wait()
        server.release()


def _children_of(process: int, count: int, without: int | None = None) -> list[int]:
    """The commands that the process started, once there are so many."""
    limit = time.monotonic() + 30
    while time.monotonic() < limit:
        found = [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
        running = [child for child in found if child != without and _words_of(child)]
        if len(running) == count:
            return running
        time.sleep(0.1)
    raise AssertionError(json.dumps({"children": found}))


def _words_of(process: int) -> bool:
    words = Path(f"/proc/{process}/cmdline").read_text()
    return "chengban.cli\0exchange\0work" in words or "chengban.cli\0match\0follow" in words
