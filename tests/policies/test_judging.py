"""Subjects judged together are judged as each alone is by its own file; and only what the policy stands on is read."""

from pathlib import Path

import pytest

from chengban.facts.profile import open_file
from chengban.ledger.models import Entry
from chengban.packs import Pack
from chengban.policies.explaining import explain
from chengban.policies.judging import KeptOut, Payable, judge, judge_all
from tests import town
from tests.policies.test_offers import DEPARTMENT

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::chengban.rules.columnar.rows.RowByRowWarning")]
NOBODY = "91371502MA3C00404X"


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return town.build(tmp_path)


def test_each_policy_says_of_many_what_it_says_of_each_by_its_whole_file(pack: Pack) -> None:
    paying = 0
    for policy in pack.policies.values():
        if policy.subject != "enterprise" or policy.in_force(town.ON) is None:
            continue
        together = judge_all(pack, policy, [town.LOTUS, town.WILLOW], on=town.ON, by=DEPARTMENT)
        for subject, found in together.items():
            profile = open_file(pack, "enterprise", subject, by=DEPARTMENT, on=town.ON, under=town.UPKEEP)
            alone = explain(pack, policy, profile.known, on=town.ON)
            pays = alone.verdict == "eligible" and bool(alone.amount) and alone.version.amount.kind == "payment"
            assert isinstance(found, Payable) == pays, (policy.id, subject, found)
            if isinstance(found, Payable):
                assert (found.amount, found.verdict.explanation) == (alone.amount, alone.explanation)
                paying += 1
    assert paying > 0


def test_only_what_the_policy_stands_on_is_read_and_each_reading_is_recorded(pack: Pack) -> None:
    policy = pack.policies["P09"]
    judge_all(pack, policy, [town.LOTUS, town.WILLOW, NOBODY], on=town.ON, by=DEPARTMENT)
    entries = {entry.subject: entry.payload for entry in Entry.objects.filter(act="facts.read")}
    assert entries.keys() == {f"enterprise:{subject}" for subject in (town.LOTUS, town.WILLOW, NOBODY)}
    read = entries[f"enterprise:{town.LOTUS}"]["facts"]
    assert "ui_paid_months" in read and len(read) < len(pack.facts) / 10


def test_who_is_not_there_is_kept_out(pack: Pack) -> None:
    with pytest.raises(KeptOut, match="没有登记"):
        judge(pack, pack.policies["P09"], NOBODY, on=town.ON, by=DEPARTMENT)
    assert judge_all(pack, pack.policies["P09"], [], on=town.ON, by=DEPARTMENT) == {}
