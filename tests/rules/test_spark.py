"""A match in parts: in this process, and as a Spark job that loses a worker; both must leave the same bytes."""

import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import fs

from chengban.rules import compile, from_tree, parse
from chengban.rules import storage as stored
from chengban.rules.errors import MatchError, NoSuchFile, SparkError
from chengban.rules.parts import MANIFEST, Job, begin, finish, match_here, match_split, open_results, pack, run_split, splits
from chengban.rules.spark import match_on_spark, start_session

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::chengban.rules.columnar.rows.RowByRowWarning")]
DAY = date(2025, 12, 1)
FILES, GROUPS, GROUP_ROWS = 3, 8, 8_347
"""24 parts, about 200,000 rows; a part ends inside a block of the kernel."""
POLICIES = {
    "小微": 'staff <= 20 and size in ("small", "micro")',
    "not dishonest": "not(dishonest = true)",
    "not in the trades": 'not(industry in ("C39", "I65"))',
    "either": "revenue >= 500000 or dishonest = false",
    "a ratio": "revenue / staff >= 20000",
    "young": 'founded >= date("2020-01-01")',
    "three years old": 'founded <= today() - duration("P3Y")',
    "no such column": "patents >= 3",
    "no such column, or small": 'patents >= 3 or size = "micro"',
    "text": 'starts with(industry, "C")',
    "a tree": from_tree(["and", ["ge", "staff", 5], ["in", "size", ["small", "medium"]], ["not", ["is", "dishonest", True]]]),
    "row by row": "some x in [1, 2] satisfies revenue * x > 1000000",
    "always": parse("1 = 1"),
}
"""The last but one makes each part take long enough for a worker to die in the midst of one."""


def table(rows: int, seed: int) -> pa.Table:
    """Firms, of whom each fact is unknown in one row of ten."""
    random = np.random.default_rng(seed)

    def column(values: Any) -> pa.Array:
        return pa.array(values, mask=random.random(rows) < 0.1)

    return pa.table({
        "staff": column(random.integers(0, 100, rows)),
        "size": column(random.choice(["micro", "small", "medium", "large"], rows)),
        "industry": column(random.choice(["A01", "C39", "C40", "I65"], rows)),
        "dishonest": column(random.random(rows) < 0.2),
        "revenue": column(np.round(random.random(rows) * 1e6, 2)),
        "founded": column((np.datetime64("2015-01-01") + random.integers(0, 3900, rows)).astype("datetime64[D]")),
        "unused": column(random.random(rows)),
    })  # fmt: skip


def write(folder: Path, files: int, groups: int, rows: int) -> Path:
    folder.mkdir()
    for number in range(files):
        pq.write_table(table(groups * rows, number), folder / f"firms-{number}.parquet", row_group_size=rows)
    return folder


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("city") / "in", FILES, GROUPS, GROUP_ROWS)


@pytest.fixture(scope="module")
def reference(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city matched in this process."""
    target = tmp_path_factory.mktemp("reference") / "out"
    match_here(POLICIES, [city], target, DAY)
    return target


@pytest.fixture
def town(tmp_path: Path) -> Path:
    return write(tmp_path / "in", 2, 3, 700)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_splits_cover_every_row_once(town: Path) -> None:
    pq.write_table(table(0, 9), town / "empty.parquet")
    (town / "notes.txt").write_text("not for us")
    found = splits([town, town / "firms-1.parquet"])
    assert [(Path(one.file).name, one.row_group, one.rows) for one in found] == [
        (f"firms-{file}.parquet", group, 700) for file in (0, 1) for group in (0, 1, 2)
    ]
    assert found == sorted(found) and len({one.part for one in found}) == len(found)
    assert [(one.row_group, one.rows) for one in splits([f"file://{town}"])] == [(one.row_group, one.rows) for one in found]


def test_the_parts_are_the_whole(city: Path, reference: Path) -> None:
    """Against the engine over all rows at once, which knows nothing of parts."""
    program = compile(POLICIES, on=DAY)
    whole = program.match(program.encode(pq.read_table(city)))
    results = open_results(reference)
    assert (results.on, results.rows) == (DAY, FILES * GROUPS * GROUP_ROWS)
    assert results.counts == whole.counts and results.unknown_counts == whole.unknown_counts
    for name in POLICIES:
        np.testing.assert_array_equal(results.eligible(name), whole.eligible(name), name)
    assert sum(0 < count < results.rows for count in results.unknown_counts.values()) >= 8


def test_one_split_gives_the_same_twice(town: Path) -> None:
    split = splits([town])[4]
    first, second = (match_split(POLICIES, split, DAY) for _ in range(2))
    assert first.counts == second.counts and first.unknown_counts == second.unknown_counts
    rows = pq.ParquetFile(split.file).read_row_group(split.row_group)
    program = compile(POLICIES, on=DAY)
    whole = program.match(program.encode(rows))
    for name in POLICIES:
        np.testing.assert_array_equal(first.eligible(name), whole.eligible(name), name)
        np.testing.assert_array_equal(first.unknown(name), whole.unknown(name), name)


def test_a_part_that_is_run_again_in_any_order_leaves_the_same_bytes(town: Path, tmp_path: Path) -> None:
    match_here(POLICIES, [town], tmp_path / "a", DAY)
    run = begin(POLICIES, [town], tmp_path / "b", DAY)
    counts = {split: run_split(run.job, split) for split in reversed(run.splits)}
    assert {split: run_split(run.job, split) for split in run.splits[::2]}.items() <= counts.items()
    finish(run, [counts[split] for split in run.splits])
    assert content(tmp_path / "a") == content(tmp_path / "b")


def test_without_a_manifest_there_are_no_results(town: Path, tmp_path: Path) -> None:
    run = begin(POLICIES, [town], tmp_path / "out", DAY)
    for split in run.splits:
        run_split(run.job, split)
    with pytest.raises(MatchError, match="no finished match"):
        open_results(tmp_path / "out")
    with pytest.raises(NoSuchFile):
        open_results(tmp_path / "elsewhere")


def test_what_a_dead_run_left_is_swept_away_and_what_is_not_ours_stays(town: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    for name in ("part-00099-00000.arrow", f"part-00000-00000.arrow.{'0' * 32}.tmp", "part of something.txt"):
        (target / name).write_text("old")
    run = begin(POLICIES, [town], target, DAY)
    counts = [run_split(run.job, split) for split in run.splits]
    (target / f"part-00000-00001.arrow.{'1' * 32}.tmp").write_text("a worker died here")
    finish(run, counts)
    assert sorted(content(target)) == sorted([MANIFEST, *(split.part for split in run.splits), "part of something.txt"])


def test_a_part_that_cannot_be_finished_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), stored.put(str(tmp_path), "part-00000-00000.arrow") as path:
        path.write_text("half")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


class FarStorage(fs.SubTreeFileSystem):
    """A filesystem of pyarrow that is not the local one, where a move replaces nothing, as on HDFS."""

    def move(self, source: str, target: str) -> None:
        if self.get_file_info(target).type == fs.FileType.File:
            raise FileExistsError(target)
        super().move(source, target)


def test_storage_that_is_not_this_machines_is_written_by_copies(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = tmp_path / "far"
    far.mkdir()
    known = stored.located

    def located(place: str) -> tuple[Any, str]:
        scheme, _, rest = place.partition("://")
        return (FarStorage(str(far), fs.LocalFileSystem()), rest) if scheme == "far" else known(place)

    monkeypatch.setattr("chengban.rules.storage.located", located)
    monkeypatch.setattr("chengban.rules.parts.located", located)
    shutil.copytree(town, far / "in")
    results = match_here(POLICIES, ["far://in"], "far://out", DAY)
    local = match_here(POLICIES, [town], tmp_path / "out", DAY)
    assert results.counts == local.counts and results.unknown_counts == local.unknown_counts
    assert all(np.array_equal(results.eligible(name), local.eligible(name)) for name in POLICIES)
    before = content(far / "out")
    run_split(Job(pack(POLICIES, DAY), "far://out"), splits(["far://in"])[0])
    assert content(far / "out") == before
    with pytest.raises(MatchError, match="finished match already"):
        match_here(POLICIES, ["far://in"], "far://out", DAY)


def damage(folder: Path) -> Path:
    (folder / "firms-0.parquet").write_bytes(b"PAR1 and nothing that follows" * 9)
    return folder


@pytest.mark.parametrize(
    ("policies", "spoil", "words"),
    [
        ({"good": "1 = 1", "bad": "staff >= "}, lambda folder: folder, "policy bad: line 1, column"),
        (POLICIES, damage, "firms-0.parquet cannot be read as Parquet"),
        (POLICIES, lambda folder: folder / "firms-7.parquet", "firms-7.parquet is not there"),
        (POLICIES, lambda folder: folder.parent, "holds no"),
        (POLICIES, lambda folder: "nowhere://bucket/in", "nowhere://bucket/in cannot be reached"),
    ],
)
def test_what_cannot_be_matched_is_told(
    town: Path, tmp_path: Path, policies: Any, spoil: Callable[[Path], str | Path], words: str
) -> None:
    with pytest.raises(MatchError, match=words) as told:
        match_here(policies, [spoil(town)], tmp_path / "out", DAY)
    assert "\n" not in str(told.value)


def test_a_folder_that_cannot_be_written_is_told(town: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MatchError, match="file/out cannot be written"):
        match_here(POLICIES, [town], tmp_path / "file" / "out", DAY)


def test_a_file_that_changes_under_the_match_is_told(town: Path, tmp_path: Path) -> None:
    run = begin(POLICIES, [town], tmp_path / "out", DAY)
    pq.write_table(table(50, 1), run.splits[0].file)
    with pytest.raises(MatchError, match="not the file that it was"):
        run_split(run.job, run.splits[0])


def test_results_that_do_not_hang_together_are_told(town: Path, tmp_path: Path) -> None:
    results = match_here(POLICIES, [town], tmp_path / "out", DAY)
    with pytest.raises(MatchError, match="has no policy allways; did you mean always"):
        results.eligible("allways")
    other = match_here({"always": "1 = 1"}, [town / "firms-0.parquet"], tmp_path / "other", DAY)
    assert other.eligible("always").all()
    (tmp_path / "out" / "part-00001-00002.arrow").write_bytes(b"not Arrow")
    with pytest.raises(MatchError, match=r"part-00001-00002\.arrow cannot be read"):
        results.eligible("always")


def test_without_java_or_pyspark_the_session_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if find_spec("pyspark") is not None:
        monkeypatch.setenv("JAVA_HOME", str(tmp_path))
        with pytest.raises(SparkError, match="no Java"):
            start_session("local[1]")
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(SparkError, match="pyspark is not installed"):
        start_session("local[1]")


def absent() -> str | None:
    """Why Spark cannot run here."""
    if find_spec("pyspark") is None:
        return "pyspark is not installed: the Spark test did not run"
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        return "no Java on this machine: the Spark test did not run (install version 17 or later)"
    return None if sys.platform == "linux" else "the Spark test finds executors in /proc: it runs on Linux"


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """A cluster of two executors, each a JVM of its own with Python workers of its own, on this machine."""
    reason = absent()
    if reason is not None:
        if os.environ.get("CHENGBAN_REQUIRE_SPARK") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    monkeypatch.setenv("SPARK_HOME", str(_own_home(tmp_path / "spark")))
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    session = start_session(
        "local-cluster[2,1,1024]", {"spark.executor.memory": "512m", "spark.local.dir": str(tmp_path / "scratch")}
    )
    yield session
    session.stop()


def _own_home(folder: Path) -> Path:
    """Spark as it is installed, in a folder that its workers may write to."""
    installed = find_spec("pyspark")
    assert installed is not None and installed.origin is not None
    folder.mkdir()
    for path in Path(installed.origin).parent.iterdir():
        (folder / path.name).symlink_to(path)
    return folder


def executors(application: str) -> set[int]:
    """The processes of one application's executors."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if any(b"CoarseGrainedExecutorBackend" in word for word in words) and application.encode() in words:
            found.add(int(folder.name))
    return found


class Killer(threading.Thread):
    """Ends one executor the hard way as soon as the first part is there."""

    def __init__(self, application: str, target: Path) -> None:
        super().__init__(daemon=True)
        self.application, self.target = application, target
        self.killed: int | None = None
        self.parts_then = 0

    def run(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end and not list(self.target.glob("part-*.arrow")):
            time.sleep(0.01)
        self.killed = min(executors(self.application))
        os.kill(self.killed, signal.SIGKILL)
        self.parts_then = len(list(self.target.glob("part-*.arrow")))


def failed_tasks(session: Any) -> int:
    """How many attempts Spark counted as failed, over all jobs of the session."""
    tracker = session.sparkContext.statusTracker()
    stages = [stage for job in tracker.getJobIdsForGroup() for stage in tracker.getJobInfo(job).stageIds]
    return sum(tracker.getStageInfo(stage).numFailedTasks for stage in stages)


def test_spark_loses_an_executor_and_gives_the_same_bits(cluster: Any, city: Path, reference: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    killer = Killer(cluster.sparkContext.applicationId, target)
    killer.start()
    results = match_on_spark(cluster, POLICIES, [city], target, DAY)
    killer.join(60)
    assert killer.killed is not None and killer.killed not in executors(cluster.sparkContext.applicationId)
    assert 0 < killer.parts_then < FILES * GROUPS, "the executor died before or after the work, not in the midst of it"
    assert failed_tasks(cluster) >= 1
    expected = open_results(reference)
    assert results.counts == expected.counts and results.unknown_counts == expected.unknown_counts
    for name in POLICIES:
        np.testing.assert_array_equal(results.eligible(name), expected.eligible(name), name)
    assert content(target) == content(reference)

    _a_worker_that_cannot_read_is_told(cluster, city, tmp_path)


def _a_worker_that_cannot_read_is_told(cluster: Any, city: Path, tmp_path: Path) -> None:
    """In the same cluster, which takes long to start: a row group whose pages are damaged though the footer is whole."""
    whole = (city / "firms-0.parquet").read_bytes()
    bad = tmp_path / "bad.parquet"
    bad.write_bytes(whole[:4] + b"\xff" * 40_000 + whole[40_004:])
    with pytest.raises(SparkError, match=r"bad\.parquet cannot be read as Parquet") as told:
        match_on_spark(cluster, POLICIES, [bad], tmp_path / "unfinished", DAY)
    assert "\n" not in str(told.value)
    with pytest.raises(MatchError, match="no finished match"):
        open_results(tmp_path / "unfinished")
