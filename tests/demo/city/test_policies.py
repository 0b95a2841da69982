"""In the default city every policy finds someone who qualifies and someone who does not, and many find too little known of some."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chengban.demo.city import make_city
from chengban.facts import frame
from chengban.packs import Pack
from chengban.packs.model import Register
from chengban.policies.matching import Kindly, Matched
from tests.demo.city.conftest import ON

UNKNOWN_TO_SOME = {"P01", "P02", "P05", "P06", "P07", "P11a", "P11b", "P16", "P17", "P24", "P26", "P27", "P32"}
"""Policies that stand on facts which no register vouches to hold for everyone."""


@pytest.fixture(scope="module")
def matched(liaocheng: Pack, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Matched, int]]:
    """Each policy's outcome and the number of its subjects, matched from the files without a database."""
    folder = tmp_path_factory.mktemp("default")
    make_city(folder, enterprises=20_000, seed=1, pack=liaocheng, on=ON)

    def read(register: Register, fields: Sequence[str], *_known_by: Any, **_more: Any) -> pa.Table:
        return pq.read_table(Path(folder) / f"{register.id}.parquet", columns=list(fields)).combine_chunks().select(list(fields))

    outcomes: dict[str, tuple[Matched, int]] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frame.store, "read", read)
        for kind in ("enterprise", "person"):
            kindly = Kindly(liaocheng, kind, ON)
            table = frame.build(liaocheng, kind, on=ON, wanted=kindly.wanted())
            outcomes |= {found.policy.id: (found, len(table)) for found in kindly.match(table)[0]}
    return outcomes


@pytest.mark.slow
def test_every_policy_in_force_finds_some_and_misses_some(liaocheng: Pack, matched: dict[str, tuple[Matched, int]]) -> None:
    assert set(matched) == {policy.id for policy in liaocheng.policies.values() if policy.in_force(ON)}
    nobody = {name for name, (found, _) in matched.items() if not found.eligible}
    everybody = {name for name, (found, subjects) in matched.items() if found.eligible + found.unknown >= subjects}
    assert (nobody, everybody) == (set(), set())


@pytest.mark.slow
def test_of_some_too_little_is_known(matched: dict[str, tuple[Matched, int]]) -> None:
    assert {name for name, (found, _) in matched.items() if found.unknown} >= UNKNOWN_TO_SOME


@pytest.mark.slow
def test_most_certificates_would_be_given_again(matched: dict[str, tuple[Matched, int]]) -> None:
    certified, qualified = matched["P30"][0].eligible, matched["P01"][0].eligible
    assert certified == 23
    assert 0.3 * certified <= qualified <= 1.5 * certified
