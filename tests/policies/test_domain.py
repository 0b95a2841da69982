"""Matching as an act: what a run keeps, that it is in the ledger, and when it still holds."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import transaction

from chengban import packs
from chengban.facts.ingest import load_file
from chengban.facts.models import Batch
from chengban.facts.profile import open_file
from chengban.ledger import Actor
from chengban.ledger.models import Entry
from chengban.packs import Pack
from chengban.policies import domain
from chengban.policies.domain import is_current, latest_run, policies_of, run_match
from chengban.policies.models import MatchRun, PolicyMatch
from tests import town

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::chengban.rules.columnar.rows.RowByRowWarning")]
OFFICER = Actor("account", "7")


@pytest.fixture
def city(db: None, tmp_path: Path) -> Pack:
    with transaction.atomic():
        return town.build(tmp_path, packs.current())


def test_a_run_keeps_counts_and_bitmaps_that_agree_with_each_enterprise(city: Pack) -> None:
    run = run_match(city, by=OFFICER, on=town.ON)
    assert (run.enterprises, run.people, run.by) == (3, 1, "account:7")
    firms = [town.LOTUS, town.WILLOW, town.EASTGATE]
    verdicts = {firm: _verdicts(city, firm) for firm in firms}
    for row in run.policies.exclude(version=""):
        if city.policies[row.policy].subject == "enterprise":
            told = [verdicts[firm][row.policy] for firm in firms]
            assert (row.eligible, row.unknown) == (told.count("eligible"), told.count("unknown")), row.policy
            assert int(np.unpackbits(np.frombuffer(row.bits_eligible, np.uint8)).sum()) == row.eligible
            assert int(np.unpackbits(np.frombuffer(row.bits_unknown, np.uint8), count=3).sum()) == row.unknown


def _verdicts(pack: Pack, firm: str) -> dict[str, str]:
    profile = open_file(pack, "enterprise", firm, by=OFFICER, on=town.ON, under=town.UPKEEP)
    return {made.policy.id: made.verdict for made in policies_of(pack, profile, on=town.ON)}


def test_every_policy_has_a_row_and_one_that_is_not_in_force_has_no_version(city: Pack) -> None:
    on = date(2016, 1, 1)
    run = run_match(city, by=OFFICER, on=on)
    rows = {row.policy: row for row in run.policies.all()}
    assert set(rows) == set(city.policies)
    out = [row for name, row in rows.items() if city.policies[name].in_force(on) is None]
    assert out and all((row.version, row.eligible, row.unknown, row.amount) == ("", 0, 0, None) for row in out)


def test_a_run_is_one_entry_in_the_ledger(city: Pack) -> None:
    run = run_match(city, by=OFFICER, on=town.ON)
    entry = Entry.objects.get(act="policies.match")
    last = Batch.objects.order_by("-id").first()
    assert (entry.actor, entry.subject) == ("account:7", f"match:{run.pk}")
    assert last is not None and entry.payload == {"on": town.ON.isoformat(), "known_by": last.pk}


def test_a_run_that_fails_leaves_nothing_behind(city: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("no digest")

    monkeypatch.setattr(domain, "digest", fail)
    with pytest.raises(RuntimeError, match="no digest"), transaction.atomic():
        run_match(city, by=OFFICER, on=town.ON)
    assert (MatchRun.objects.count(), PolicyMatch.objects.count()) == (0, 0)
    assert not Entry.objects.filter(act="policies.match").exists()


def _loaded_again(pack: Pack, folder: Path) -> None:
    path = folder / "more.csv"
    rows = town.ROWS["tax_registration"][:1]
    load_file(pack, pack.registers["tax_registration"], town._file(path, rows), by=OFFICER, on=town.ON)


def _edited(pack: Pack, folder: Path) -> None:
    with (Path(pack.folder) / "pack.yaml").open("a", encoding="utf-8") as file:
        file.write("# one word more\n")


@pytest.mark.parametrize("change", [_loaded_again, _edited], ids=["new data", "changed pack"])
def test_a_run_is_current_until_the_day_the_data_or_the_pack_change(
    city: Pack, tmp_path: Path, change: Callable[[Pack, Path], None]
) -> None:
    copied = replace(city, folder=_copy(city, tmp_path))
    run = run_match(copied, by=OFFICER, on=town.ON)
    assert latest_run() == run
    assert is_current(copied, run, town.ON)
    assert not is_current(copied, run, date(2025, 12, 2))
    change(copied, tmp_path)
    assert not is_current(copied, run, town.ON)


def _copy(pack: Pack, folder: Path) -> Path:
    """A folder of the pack's one file that the test edits."""
    made = folder / "pack"
    made.mkdir()
    shutil.copy(Path(pack.folder) / "pack.yaml", made)
    return made


def test_what_pays_stands_before_what_is_one_step_away_and_that_before_what_is_unknown(city: Pack) -> None:
    profile = open_file(city, "enterprise", town.LOTUS, by=OFFICER, on=town.ON, under=town.UPKEEP)
    shown = policies_of(city, profile, on=town.ON)
    ranks = [0 if made.verdict == "eligible" else 1 if made.near else 2 if made.verdict == "unknown" else 3 for made in shown]
    assert ranks == sorted(ranks) and {0, 2} <= set(ranks)
    paid = [made.amount or 0 for made in shown if made.verdict == "eligible"]
    assert paid == sorted(paid, reverse=True) and paid[0] > 0
    assert all(made.policy.subject == "enterprise" and made.policy.in_force(town.ON) for made in shown)
