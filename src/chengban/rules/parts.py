"""A match in parts: each row group of each Parquet file by itself, in any order, on any machine, and twice if need be.

A part's answer turns on its row group and the policies alone, and its file appears whole or not at all. So a part that is run
again writes the same bytes, and it does not matter which run was the last. `spark` sends the parts to workers; `match_here` runs
them in this process. Both leave the same folder: one Arrow file of bitmaps a part, and, written last, the manifest.
"""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from .columnar import Program, compile, open_bitmaps, write_bitmaps
from .columnar.free import FreeNames
from .columnar.matches import Matches
from .errors import MatchError, RulesError
from .format import format_node
from .names import nearest
from .nodes import Node
from .parser import parse
from .storage import absolute, inside, is_folder, listed, located, make_folder, near, put, remove, told

Policies = Mapping[str, str | Node]
"""FEEL text or a node, by name."""
Counts = tuple[list[int], list[int]]
"""For each policy in its place: how many rows of a part are eligible, and how many unknown."""
MANIFEST = "manifest.json"
_PROBE = "manifest.json.probe"
_PART = re.compile(r"part-\d{5,}-\d{5,}\.arrow(\.[0-9a-f]{32}\.tmp)?|manifest\.json\.[0-9a-f]{32}\.tmp")


@dataclass(frozen=True, order=True, slots=True)
class Split:
    """One row group of one file. `number` is the file's place among all files, `file` a path or a URI."""

    number: int
    file: str
    row_group: int
    rows: int

    @property
    def part(self) -> str:
        """The name of the file that holds its bitmaps."""
        return f"part-{self.number:05}-{self.row_group:05}.arrow"


def splits(paths: Sequence[str | Path]) -> list[Split]:
    """The row groups of Parquet files, and of the `*.parquet` files right in folders; files in the order of their names.

    A file that is named twice counts once; an empty row group is left out. A path may be a URI that pyarrow knows. Raises
    MatchError (NoSuchFile where nothing is there).
    """
    files = sorted({file for path in paths for file in _files(absolute(str(path)))})
    with ThreadPoolExecutor(8) as pool:
        sizes = list(pool.map(_group_sizes, files))
    return [
        Split(number, file, group, rows)
        for number, (file, groups) in enumerate(zip(files, sizes, strict=True))
        for group, rows in enumerate(groups)
        if rows
    ]


def _files(path: str) -> list[str]:
    if not is_folder(path):
        return [path]
    found = [inside(path, name) for name in listed(path) if name.endswith(".parquet")]
    if not found:
        raise MatchError(f"{path} holds no *.parquet file")
    return found


def _group_sizes(file: str) -> list[int]:
    files, inner = located(file)
    with told(file, "cannot be read as Parquet"), files.open_input_file(inner) as source:
        metadata = pq.read_metadata(source)
    return [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]


def match_split(policies: Policies, split: Split, on: date | None = None) -> Matches:
    """Every row of one row group with every policy. `on` is the day that `today()` means."""
    return _match(pack(policies, on), split)


def pack(policies: Policies, on: date | None) -> bytes:
    """Policies and day as bytes for other processes; raises MatchError that names a policy which is not FEEL."""
    return pickle.dumps(({name: _node(name, policy) for name, policy in policies.items()}, on))


def _node(name: str, policy: str | Node) -> Node:
    try:
        return parse(policy) if isinstance(policy, str) else policy
    except RulesError as error:
        raise MatchError(f"policy {name}: {error}") from error


@lru_cache(maxsize=4)
def _program(packed: bytes) -> tuple[Program, frozenset[str]]:
    """The program and the columns that it looks at; a process makes them once for all its parts."""
    policies, on = pickle.loads(packed)
    program, names = compile(policies, on=on), FreeNames()
    return program, frozenset(name for clauses in program.policies.values() for clause in clauses for name in names(clause))


def _match(packed: bytes, split: Split) -> Matches:
    program, columns = _program(packed)
    return program.match(program.encode(_read(split, columns)))


def _read(split: Split, columns: frozenset[str]) -> pa.Table:
    """The columns of one row group that some policy names."""
    files, inner = located(split.file)
    with told(split.file, "cannot be read as Parquet"), files.open_input_file(inner) as source:
        file = pq.ParquetFile(source)
        if split.row_group >= file.num_row_groups or file.metadata.row_group(split.row_group).num_rows != split.rows:
            raise MatchError(f"{split.file} is not the file that it was when the match began")
        return file.read_row_group(split.row_group, columns=[name for name in file.schema_arrow.names if name in columns])


@dataclass(frozen=True, slots=True)
class Job:
    """What every worker must know: policies and day as `pack` gives them, and the folder of the results."""

    packed: bytes
    target: str


def run_split(job: Job, split: Split) -> Counts:
    """Match one part and put its bitmaps into the folder. May be run twice, also at the same time."""
    matches = _match(job.packed, split)
    with told(job.target, "cannot be written"), put(job.target, split.part) as path:
        write_bitmaps(matches, path)
    names = matches.names
    return [matches.counts[name] for name in names], [matches.unknown_counts[name] for name in names]


@dataclass(frozen=True, slots=True)
class Run:
    """A match that has begun: its parts, what each of them needs, and the manifest as far as it is known."""

    job: Job
    splits: list[Split]
    texts: Mapping[str, str]
    on: date


def begin(policies: Policies, paths: Sequence[str | Path], target: str | Path, on: date | None = None) -> Run:
    """Look at policies and files, and make the folder ready: parts of a run that was not finished are deleted.

    `on` is today where it is not given, and the same day for every part. Raises MatchError and StorageError.
    """
    day = on or date.today()
    texts = {name: policy if isinstance(policy, str) else format_node(policy) for name, policy in policies.items()}
    run = Run(Job(pack(policies, day), absolute(str(target))), splits(paths), texts, day)
    _make_ready(run.job.target)
    return run


def _make_ready(target: str) -> None:
    make_folder(target)
    names = listed(target)
    if MANIFEST in names:
        raise MatchError(f"{target} holds a finished match already; name another folder, or delete this one")
    with told(target, "cannot be written"), put(target, _PROBE) as path:
        path.write_bytes(b"")
    remove(target, _PROBE)
    _sweep(target, names)


def _sweep(target: str, names: Iterable[str]) -> None:
    for name in names:
        if _PART.fullmatch(name):
            remove(target, name)


def match_here(policies: Policies, paths: Sequence[str | Path], target: str | Path, on: date | None = None) -> Results:
    """The whole match in this process, a part after the other: what every other way must give too."""
    run = begin(policies, paths, target, on)
    return finish(run, [run_split(run.job, split) for split in run.splits])


def finish(run: Run, counts: Sequence[Counts]) -> Results:
    """Add up the parts, delete what dead runs of parts left behind, and write the manifest, which makes the match finished."""
    target = run.job.target
    present = set(listed(target))
    lost = [split.part for split in run.splits if split.part not in present]
    if lost:
        raise MatchError(f"{target} lacks {lost[0]}: every worker must write to storage that the driver sees too")
    _sweep(target, [name for name in present if name.endswith(".tmp")])
    with told(target, "cannot be written"), put(target, MANIFEST) as path:
        path.write_text(json.dumps(_manifest(run, counts), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return open_results(target)


def _manifest(run: Run, counts: Sequence[Counts]) -> dict[str, Any]:
    zeros = [0] * len(run.texts)
    eligible, unknown = (np.sum([zeros, *(count[side] for count in counts)], axis=0).tolist() for side in (0, 1))
    return {
        "on": run.on.isoformat(),
        "policies": [
            {"name": name, "text": text, "eligible": eligible[place], "unknown": unknown[place]}
            for place, (name, text) in enumerate(run.texts.items())
        ],
        "splits": [{"part": one.part, "file": one.file, "row_group": one.row_group, "rows": one.rows} for one in run.splits],
    }


@dataclass(frozen=True, slots=True)
class Results:
    """A finished match. Rows are in the order of its parts: by file, then by row group."""

    target: str
    on: date
    parts: tuple[tuple[str, int], ...]
    texts: Mapping[str, str]
    counts: Mapping[str, int]
    unknown_counts: Mapping[str, int]

    @property
    def rows(self) -> int:
        """Rows of all parts."""
        return sum(rows for _, rows in self.parts)

    def eligible(self, name: str) -> npt.NDArray[np.bool_]:
        """Which rows are eligible for the policy; raises MatchError for an unknown name or a damaged part."""
        if name not in self.counts:
            close = nearest(name, self.counts)
            raise MatchError(f"{self.target} has no policy {name}" + (f"; did you mean {close}?" if close else ""))
        return np.concatenate([np.zeros(0, np.bool_), *(self._of_part(part, rows, name) for part, rows in self.parts)])

    def _of_part(self, part: str, rows: int, name: str) -> npt.NDArray[np.bool_]:
        place = inside(self.target, part)
        with near(self.target, part) as path, told(place, "cannot be read"):
            stored = open_bitmaps(path)
            if stored.rows != rows or name not in stored.names:
                raise MatchError(f"{place} does not belong to the manifest beside it")
            return stored.eligible(name)


def open_results(target: str | Path) -> Results:
    """The results in a folder; raises MatchError where the match was not finished."""
    folder = absolute(str(target))
    if not is_folder(folder) or MANIFEST not in listed(folder):
        raise MatchError(f"{folder} holds no finished match: there is no {MANIFEST}")
    with near(folder, MANIFEST) as path, told(folder, "cannot be read"):
        made = json.loads(path.read_text(encoding="utf-8"))
    policies = made["policies"]
    return Results(
        folder,
        date.fromisoformat(made["on"]),
        tuple((one["part"], one["rows"]) for one in made["splits"]),
        {one["name"]: one["text"] for one in policies},
        {one["name"]: one["eligible"] for one in policies},
        {one["name"]: one["unknown"] for one in policies},
    )
