"""Codes of a Parquet file, and their mirror on disk: the same answers as from the table, for the same policies and for others."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengban.rules.columnar import MirrorError, compile, save_codes
from chengban.rules.columnar.codes import Codes

from .strategies import conditions, tables

POLICIES = {
    "小微": '职工 < 300 and 规模 in ("小型", "微型")',
    "研发": "研发 / 收入 >= 0.05 and not(失信 = true)",
    "早": '成立 < date("2020-01-01") and 行业 != "C39"',
    "名": "contains(规模, 行业)",
}
OTHERS = {"小微": "职工 < 300", "新": '职工 >= 77 and 规模 = "大型"', "比": "研发 / 收入 > 0.033"}


@pytest.fixture(scope="module")
def table() -> pa.Table:
    rows = 5000
    return pa.table(
        {
            "职工": pa.array([None if i % 11 == 0 else i % 700 for i in range(rows)], pa.int32()),
            "规模": pa.array([(None, "小型", "微型", "大型")[i % 4] for i in range(rows)]),
            "行业": pa.array([("C39", "I65", "型")[i % 3] for i in range(rows)]),
            "研发": pa.array([None if i % 7 == 0 else i / 10 for i in range(rows)]),
            "收入": pa.array([float(i % 50) for i in range(rows)]),
            "失信": pa.array([(True, False, None)[i % 3] for i in range(rows)]),
            "成立": pa.array([(i * 5) % 20000 for i in range(rows)], pa.int32()).cast(pa.date32()),
        }
    )


@pytest.fixture
def file(tmp_path: Path, table: pa.Table) -> Path:
    path = tmp_path / "企业.parquet"
    pq.write_table(table, path, row_group_size=1300)
    return path


def answers(codes: Codes) -> dict[str, Any]:
    from chengban.rules.columnar.matches import Matches

    matches = Matches(codes)
    return {name: (matches.eligible(name).tolist(), matches.unknown(name).tolist()) for name in matches.names}


@pytest.mark.filterwarnings("ignore::chengban.rules.columnar.rows.RowByRowWarning")
def test_a_file_of_row_groups_answers_as_its_table(file: Path, table: pa.Table) -> None:
    program = compile(POLICIES)
    assert answers(program.encode_file(file)) == answers(program.encode(table))


@pytest.mark.filterwarnings("ignore::chengban.rules.columnar.rows.RowByRowWarning")
@pytest.mark.parametrize("policies", [POLICIES, OTHERS, {}])
def test_a_mirror_answers_for_the_same_policies_and_for_others(
    file: Path, table: pa.Table, tmp_path: Path, policies: dict[str, str]
) -> None:
    save_codes(compile(POLICIES).encode_file(file), tmp_path / "codes")
    program = compile(policies)
    opened = program.open(tmp_path / "codes")
    assert opened.rows == table.num_rows
    assert answers(opened) == answers(program.encode(table))


@pytest.mark.filterwarnings("ignore::chengban.rules.columnar.rows.RowByRowWarning")
def test_what_the_mirror_tells_is_not_coded_again(file: Path, tmp_path: Path) -> None:
    save_codes(compile(POLICIES).encode_file(file), tmp_path / "codes")
    file.unlink()
    opened = compile({"a": '职工 >= 300 and not(规模 in ("微型", "小型")) or 研发 / 收入 < 0.05'}).open(tmp_path / "codes")
    assert opened.rows == 5000
    with pytest.raises(OSError):
        compile({"a": "职工 >= 299"}).open(tmp_path / "codes")


def test_one_record_and_one_policy_on_the_mirror(file: Path, table: pa.Table, tmp_path: Path) -> None:
    program = compile({name: text for name, text in POLICIES.items() if name != "名"})
    codes = program.encode_file(file)
    save_codes(codes, tmp_path / "codes")
    opened = program.open(tmp_path / "codes")
    for record in table.slice(0, 40).to_pylist():
        here, there = program.match_one(record, opened), program.match_one(record, codes)
        assert (here.eligible, here.unknown, here.misses.tolist()) == (there.eligible, there.unknown, there.misses.tolist())
    draft = program.publish("草案", "职工 < 300 and 研发 / 收入 >= 0.051", opened)
    assert draft.counts == program.publish("草案", "职工 < 300 and 研发 / 收入 >= 0.051", codes).counts
    assert program.match_one(table.slice(3, 1).to_pylist()[0], draft.codes).names == ("草案",)


def test_a_table_in_memory_has_no_mirror(table: pa.Table, tmp_path: Path) -> None:
    with pytest.raises(MirrorError, match="Parquet"):
        save_codes(compile(OTHERS).encode(table), tmp_path / "codes")


def test_a_mirror_older_than_its_table_is_refused(file: Path, table: pa.Table, tmp_path: Path) -> None:
    program = compile(OTHERS)
    save_codes(program.encode_file(file), tmp_path / "codes")
    pq.write_table(table.slice(0, 100), file)
    with pytest.raises(MirrorError, match="has changed"):
        program.open(tmp_path / "codes")


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_mirror_is_refused(file: Path, tmp_path: Path, data: st.DataObject) -> None:
    program, path = compile(OTHERS), tmp_path / "codes"
    if not path.exists():
        save_codes(program.encode_file(file), path)
    whole = path.read_bytes()
    place = data.draw(st.integers(0, 41 + int.from_bytes(whole[33:41], "little") - 1))
    changed = whole[:place] + bytes([whole[place] ^ data.draw(st.integers(1, 255))]) + whole[place + 1 :]
    other = tmp_path / "broken"
    other.write_bytes(data.draw(st.sampled_from([changed, whole[:place], whole[:-1]])))
    with pytest.raises(MirrorError):
        program.open(other)


def test_a_killed_writer_leaves_the_mirror_as_it_was(file: Path, tmp_path: Path) -> None:
    program, path = compile(OTHERS), tmp_path / "codes"
    save_codes(program.encode_file(file), path)
    before = path.read_bytes()
    script = (
        "import os, sys, numpy\n"
        "from pathlib import Path\n"
        "from chengban.rules.columnar import compile, save_codes\n"
        "from chengban.rules.columnar import mirror\n"
        "codes = compile({'a': '职工 < 5'}).encode_file(Path(sys.argv[1]))\n"
        "mirror.os.fsync = lambda file: os.kill(os.getpid(), 9)\n"
        "save_codes(codes, Path(sys.argv[2]))\n"
    )
    environment = {**os.environ, "PYTHONUTF8": "1"}
    found = subprocess.run([sys.executable, "-c", script, str(file), str(path)], env=environment, check=False)
    assert found.returncode == -9
    assert path.read_bytes() == before


@given(st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.filterwarnings("ignore::chengban.rules.columnar.rows.RowByRowWarning")
def test_any_rules_over_any_mirror(tmp_path: Path, data: st.DataObject) -> None:
    found = data.draw(tables)
    first, second = compile({"a": data.draw(conditions)}), compile({"b": data.draw(conditions), "c": data.draw(conditions)})
    path = tmp_path / "any.parquet"
    pq.write_table(found, path, row_group_size=max(1, found.num_rows // 2))
    save_codes(first.encode_file(path), tmp_path / "any.codes")
    assert answers(second.open(tmp_path / "any.codes")) == answers(second.encode(pq.read_table(path)))
    assert answers(second.encode_file(path)) == answers(second.encode(pq.read_table(path)))


def test_decimals_keep_their_cuts(tmp_path: Path) -> None:
    path = tmp_path / "money.parquet"
    pq.write_table(pa.table({"元": pa.array([Decimal("0.29"), Decimal("0.30"), None], pa.decimal128(18, 2))}), path)
    program = compile({"a": "元 >= 0.30", "b": "元 > 0.2999999999999999999999"})
    save_codes(program.encode_file(path), tmp_path / "codes")
    assert program.match(program.open(tmp_path / "codes")).counts == {"a": 1, "b": 1}
