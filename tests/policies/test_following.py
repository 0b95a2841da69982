"""Matching between runs: whatever is loaded, followed, reached or broken off, it says what a full run says."""

import csv
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from chengban import packs
from chengban.facts.errors import UnknownSubject
from chengban.facts.ingest import load_file
from chengban.facts.profile import open_file
from chengban.ledger import Actor
from chengban.ledger.models import Entry
from chengban.packs import Pack
from chengban.policies import following, verifying
from chengban.policies.domain import is_current, latest_run, match_everybody, policies_of, run_match
from chengban.policies.followed import standing_of
from chengban.policies.following import follow, reach_everyone
from chengban.policies.models import MatchAlarm, MatchRun, PolicyMatch, SubjectMatch
from chengban.policies.offering import eligible
from chengban.policies.verifying import last_check, verify
from tests import town

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::chengban.rules.columnar.rows.RowByRowWarning")]
BY = Actor.system("follower")
FIRMS = [town._firm(number) for number in range(1, 7)]
CITIZENS = [town.CITIZEN, town._citizen("37150219851102003")]


@pytest.fixture
def city(db: None, tmp_path: Path) -> Pack:
    with transaction.atomic():
        return town.build(tmp_path, packs.current())


@pytest.fixture(autouse=True)
def never_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """The town is so small that each change would be a tenth of it."""
    monkeypatch.setattr(following, "LARGEST_SHARE", Decimal(10))


def load(pack: Pack, folder: Path, register: str, rows: list[dict[str, Any]], *, whole: bool = False) -> None:
    path = folder / f"{register}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)))
        writer.writeheader()
        writer.writerows(rows)
    load_file(pack, pack.registers[register], path, by=town.BY, on=town.ON, whole=whole)


def insured(firm: str, months: int, premium: int = 36_000) -> dict[str, Any]:
    return town._insurance(firm, months, premium)


def differing(pack: Pack) -> list[MatchAlarm]:
    seen = verifying._snapshot(pack)
    return list(verifying._alarms(pack, seen, match_everybody(pack, seen.run.on, seen.known_by, shelve=False)))


def row_of(policy: str) -> PolicyMatch:
    run = latest_run()
    assert run is not None
    return run.policies.get(policy=policy)


def test_a_corrected_row_changes_its_subject_and_the_counts_and_nothing_else(city: Pack, tmp_path: Path) -> None:
    run = run_match(city, by=BY, on=town.ON)
    before = row_of("P09")
    load(city, tmp_path, "social_insurance_employer", [insured(town.WILLOW, 12)])
    assert not is_current(city, run, town.ON)
    made = follow(city, by=BY, on=town.ON)
    assert (made.subjects, made.full, made.run) == (1, "", run) and made.changes > 0
    after = row_of("P09")
    assert (after.eligible, after.near) == (before.eligible + 1, before.near - 1)
    assert town.WILLOW in eligible(city, city.policies["P09"], town.ON, by=BY), "who qualifies since is proposed too"
    assert before.amount is not None and after.amount is not None and after.amount > before.amount
    assert sum(after.breakdown["county"].values()) == after.eligible
    standing = standing_of(city, made.run, town.WILLOW)["P09"]
    assert (standing.verdict, standing.near) == ("eligible", "") and standing.amount == after.amount - before.amount
    assert standing_of(city, made.run, town.LOTUS)["P09"].amount is None, "of a subject that did not change the bitmaps tell"
    assert is_current(city, made.run, town.ON) and differing(city) == []
    assert Entry.objects.filter(act="policies.follow").count() == 1
    assert follow(city, by=BY, on=town.ON).is_idle
    assert Entry.objects.filter(act="policies.follow").count() == 1, "an idle turn is no act"


def test_a_standing_is_what_the_explanation_says(city: Pack, tmp_path: Path) -> None:
    run_match(city, by=BY, on=town.ON)
    load(city, tmp_path, "social_insurance_employer", [insured(town.WILLOW, 12), insured(town.EASTGATE, 3)])
    load(city, tmp_path, "legal_persons", [town._registration(FIRMS[4], "聊城新开印刷有限公司", "C2319")])
    run = follow(city, by=BY, on=town.ON).run
    assert run is not None and run.enterprises == 4
    for firm in (town.LOTUS, town.WILLOW, town.EASTGATE, FIRMS[4]):
        profile = open_file(city, "enterprise", firm, by=BY, on=town.ON, under=town.UPKEEP)
        told = {one.policy.id: (one.verdict, one.near.id if one.near else "") for one in policies_of(city, profile, on=town.ON)}
        stands = {name: (one.verdict, one.near) for name, one in standing_of(city, run, firm).items()}
        assert stands == told, firm
    with pytest.raises(UnknownSubject):
        standing_of(city, run, FIRMS[5])


def test_what_was_broken_off_leaves_nothing_and_is_done_again(city: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_match(city, by=BY, on=town.ON)
    load(city, tmp_path, "social_insurance_employer", [insured(town.WILLOW, 12)])
    with monkeypatch.context() as patch:
        patch.setattr(following.clock, "now", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            follow(city, by=BY, on=town.ON)
    run.refresh_from_db()
    assert run.followed_to == run.known_by and not SubjectMatch.objects.exists()
    assert follow(city, by=BY, on=town.ON).subjects == 1 and differing(city) == []


def test_when_too_much_changed_everybody_is_matched_again(city: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert follow(city, by=BY, on=town.ON).full == "first"
    monkeypatch.setattr(following, "LARGEST_SHARE", Decimal("0.1"))
    load(city, tmp_path, "social_insurance_employer", [insured(town.WILLOW, 12), insured(town.LOTUS, 2)])
    made = follow(city, by=BY, on=town.ON)
    assert made.full == "share" and MatchRun.objects.count() == 2
    assert made.run is not None and made.run.known_by == made.run.followed_to and not made.run.followed.exists()


def test_a_city_that_holds_nothing_is_not_matched(db: None) -> None:
    assert follow(packs.current(), by=BY, on=town.ON).run is None
    assert verify(packs.current(), by=BY, on=town.ON) is None


def with_rate(pack: Pack, value: str, *, months: str = "12") -> Pack:
    """The pack with another rate and another threshold for P09."""
    policy = pack.policies["P09"]
    version = policy.in_force(town.ON)
    assert version is not None
    parameters = tuple(one.model_copy(update={"value": Decimal(value)}) if one.id == "small" else one for one in version.parameters)
    clauses = tuple(
        one.model_copy(update={"when": f"失业保险累计缴费月数 >= {months}"}) if one.id == "insured" else one
        for one in version.clauses
    )
    changed = version.model_copy(update={"parameters": parameters, "clauses": clauses})
    versions = tuple(changed if one is version else one for one in policy.versions)
    return replace(pack, policies=pack.policies | {"P09": policy.model_copy(update={"versions": versions})}, vocabulary=None)


def without(pack: Pack, name: str) -> Pack:
    return replace(pack, policies={key: policy for key, policy in pack.policies.items() if key != name}, vocabulary=None)


def test_a_published_policy_reaches_everyone_and_leaves_the_others(city: Pack, tmp_path: Path) -> None:
    run = run_match(city, by=BY, on=town.ON)
    load(city, tmp_path, "social_insurance_employer", [insured(town.EASTGATE, 8)])
    follow(city, by=BY, on=town.ON)
    others = {row.policy: row.pk for row in run.policies.exclude(policy="P09")}
    changed = with_rate(city, "0.9", months="6")
    assert reach_everyone(changed, changed.policies["P09"], by=BY, on=town.ON).pk == run.pk
    assert row_of("P09").eligible == 3 and not run.followed.filter(policy="P09").exists()
    assert {row.policy: row.pk for row in run.policies.exclude(policy="P09")} == others
    assert differing(changed) == [] and follow(changed, by=BY, on=town.ON).is_idle
    assert Entry.objects.filter(act="policies.reach", subject="policy:P09").count() == 1


def test_a_follower_with_a_newer_pack_reaches_what_changed_and_drops_what_is_gone(city: Pack) -> None:
    run = run_match(without(city, "P08"), by=BY, on=town.ON)
    changed = without(with_rate(city, "0.9"), "P07")
    assert not is_current(changed, run, town.ON)
    assert set(follow(changed, by=BY, on=town.ON).reached) == {"P07", "P08", "P09"}
    assert set(run.policies.values_list("policy", flat=True)) == set(changed.policies)
    assert differing(changed) == [] and is_current(changed, run, town.ON)


def test_a_policy_that_is_reached_on_a_new_day_makes_the_run_of_the_day(city: Pack) -> None:
    run = run_match(city, by=BY, on=town.ON)
    made = reach_everyone(city, city.policies["P09"], by=BY, on=date(2025, 12, 2))
    assert made.pk != run.pk and made.on == date(2025, 12, 2)


def test_a_clean_check_is_kept_and_the_full_run_holds(city: Pack, tmp_path: Path) -> None:
    run = run_match(city, by=BY, on=town.ON)
    load(city, tmp_path, "social_insurance_employer", [insured(town.WILLOW, 12)])
    made = verify(city, by=BY, on=date(2025, 12, 2))
    assert made is not None and made.is_clean and made.run == run and made.next_run.on == date(2025, 12, 2)
    seen = last_check()
    assert seen == run and not seen.alarms.exists()
    entry = Entry.objects.get(act="policies.verify")
    assert entry.payload == {"known_by": made.known_by, "alarms": {}}


def _bits(row: PolicyMatch) -> None:
    row.bits_eligible = bytes(255 - byte for byte in bytes(row.bits_eligible))


def _count(row: PolicyMatch) -> None:
    row.near += 1


@pytest.mark.parametrize(("spoil", "subjects"), [(_bits, 3), (_count, 0)], ids=["a bitmap", "a count"])
def test_a_difference_is_an_alarm_and_the_full_run_replaces_it(city: Pack, spoil: Any, subjects: int) -> None:
    run = run_match(city, by=BY, on=town.ON)
    row = row_of("P09")
    spoil(row)
    row.save()
    made = verify(city, by=BY, on=town.ON)
    assert made is not None and not made.is_clean
    alarm = MatchAlarm.objects.get()
    assert (alarm.run, alarm.policy, alarm.differing) == (run, "P09", subjects) and len(alarm.sample) == subjects
    assert bool(alarm.counts) == (subjects == 0)
    assert made.next_run.pk != run.pk and differing(city) == []
    again = verify(city, by=BY, on=town.ON)
    assert again is not None and again.is_clean and MatchAlarm.objects.count() == 1


class Life(RuleBasedStateMachine):
    """A city to which anything happens in any order."""

    city: Pack
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.atomic()
        self.point.__enter__()
        self.pack = self.city
        self.registered = set(FIRMS[:3])

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.point.__exit__(None, None, None)

    @initialize()
    def first_run(self) -> None:
        run_match(self.pack, by=BY, on=town.ON)

    @rule(
        firm=st.sampled_from(FIRMS),
        months=st.sampled_from([6, 11, 12, 24]),
        premium=st.sampled_from([0, 1, 18_000, 36_001]),
        laid_off=st.sampled_from([0, 3, 9]),
    )
    def insure(self, firm: str, months: int, premium: int, laid_off: int) -> None:
        load(self.pack, self.folder, "social_insurance_employer", [insured(firm, months, premium) | {"laid_off": laid_off}])

    @rule(firm=st.sampled_from(FIRMS), staff=st.sampled_from([1, 25, 400, 3000]), sales=st.sampled_from(["100.00", "8600000.00"]))
    def report(self, firm: str, staff: int, sales: str) -> None:
        row = town._report(firm) | {"employees": staff, "sales_revenue": sales, "revenue": sales}
        load(self.pack, self.folder, "annual_reports", [row])

    @rule(firm=st.sampled_from(FIRMS), industry=st.sampled_from(["I6513", "C3411", "F5199"]))
    def register(self, firm: str, industry: str) -> None:
        self.registered.add(firm)
        load(self.pack, self.folder, "legal_persons", [town._registration(firm, f"聊城{firm[-3:]}有限公司", industry)])

    @precondition(lambda self: len(self.registered) > 1)
    @rule(data=st.data())
    def strike_off(self, data: st.DataObject) -> None:
        self.registered.remove(data.draw(st.sampled_from(sorted(self.registered))))
        rows = [town._registration(firm, f"聊城{firm[-3:]}有限公司", "C3411") for firm in sorted(self.registered)]
        load(self.pack, self.folder, "legal_persons", rows, whole=True)

    @rule(citizen=st.sampled_from(CITIZENS), sex=st.sampled_from("12"))
    def move_in(self, citizen: str, sex: str) -> None:
        row = town.ROWS["population"][0] | {"citizen_id": citizen, "sex": sex, "name": "某人", "born_on": f"{citizen[6:10]}-03-07"}
        load(self.pack, self.folder, "population", [row])

    @rule()
    def follow(self) -> None:
        follow(self.pack, by=BY, on=town.ON)

    @rule()
    def follow_and_crash(self) -> None:
        with transaction.atomic():
            follow(self.pack, by=BY, on=town.ON)
            transaction.set_rollback(True)

    @rule(rate=st.sampled_from(["0.5", "0.9"]), months=st.sampled_from(["6", "12"]))
    def publish(self, rate: str, months: str) -> None:
        self.pack = with_rate(self.city, rate, months=months)
        reach_everyone(self.pack, self.pack.policies["P09"], by=BY, on=town.ON)

    @rule()
    def night(self) -> None:
        made = verify(self.pack, by=BY, on=town.ON)
        assert made is not None and made.is_clean, [(alarm.policy, alarm.counts) for alarm in made.alarms]

    @invariant()
    def run_and_overlay_are_a_full_run(self) -> None:
        if latest_run() is None:
            return
        assert [(alarm.policy, alarm.differing, alarm.counts) for alarm in differing(self.pack)] == []


@pytest.mark.slow
def test_a_run_and_what_followed_it_are_a_full_run_whatever_happens(city: Pack, tmp_path: Path) -> None:
    Life.city, Life.folder = city, tmp_path
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=6, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
        ),
    )
