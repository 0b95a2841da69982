"""A simulation says of each subject what an explanation with the same parameters says, and tells exactly what changed."""

import csv
import stat
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from django.db import transaction

from chengban import packs
from chengban.ledger import Actor
from chengban.ledger.models import Entry
from chengban.packs import Pack
from chengban.packs.model import Parameter, Policy, PolicyVersion
from chengban.packs.vocabulary import condition_of
from chengban.policies import domain, listing, matching
from chengban.policies.domain import run_match, simulate_policy
from chengban.policies.errors import NotInForce, PolicyError, WrongParameter
from chengban.policies.explaining import Verdict, explain
from chengban.policies.matching import Kindly, wanted_facts
from chengban.policies.parameters import read_value, with_parameters
from chengban.policies.purse import Purse
from chengban.policies.simulating import Outcome, Simulation, Simulator, groups, simulated_by
from tests import town
from tests.policies.made_up import known_facts, made_up_frame, real_pack, works

pytestmark = pytest.mark.filterwarnings("ignore::chengban.rules.columnar.rows.RowByRowWarning")
OFFICER = Actor("account", "7")
ON = date(2025, 12, 1)
ROWS = 250
CHANGES: dict[str, list[tuple[str, str]]] = {
    "P11b": [("招用比例下限", "0.3"), ("hire_ratio_large", "0.01")],
    "P16": [("least_ability", "0"), ("least_growth", "0"), ("专业化最低分", "0")],
    "P19": [("免征人数上限", "10")],
    "P26": [("industry_line", "200"), ("规上服务业低线", "9000"), ("retail_line", "0.5")],
    "P32": [("staff_line", "5"), ("初创规模上限", "90000")],
    "P35": [("trade_line", "1")],
    "P09": [("small", "0.123"), ("大型企业返还比例", "1")],
    "P03": [("加计扣除比例", "0.777")],
}


def _work(on: date = ON) -> Kindly:
    return Kindly(real_pack(), "enterprise", on)


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return made_up_frame(_work(), ROWS, seed=11)


def _changed(policy: Policy, version: PolicyVersion) -> Policy:
    """The policy with one version in place of all."""
    return policy.model_copy(update={"versions": (version,)})


def _explained(table: pa.Table, policy: Policy, on: date = ON) -> list[Verdict]:
    return [explain(real_pack(), policy, known_facts(table, row), on=on) for row in range(len(table))]


def _told(verdicts: list[Verdict]) -> dict[str, object]:
    paid = [made.amount for made in verdicts if made.verdict == "eligible"]
    steps = [made.near.id for made in verdicts if made.near is not None]
    return {
        "verdicts": [made.verdict for made in verdicts],
        "amount": sum((amount for amount in paid if amount is not None), Decimal(0)),
        "amount unknown": sum(amount is None for amount in paid),
        "steps": {name: steps.count(name) for name in steps},
    }


def _found(outcome: Outcome) -> dict[str, object]:
    return {
        "verdicts": outcome.verdicts.tolist(),
        "amount": outcome.matched.amount,
        "amount unknown": outcome.matched.amount_unknown,
        "steps": {clause.id: count for clause, count in outcome.near},
    }


def _same(outcome: Outcome, verdicts: list[Verdict]) -> None:
    told, found = _told(verdicts), _found(outcome)
    if found["amount"] is None:  # a status or a loan limit: there is nothing to add up
        told |= {"amount": None, "amount unknown": 0}
    assert found == told


@pytest.mark.parametrize("work", works(), ids=lambda work: f"{work.kind} {work.on}")
def test_without_a_change_each_subject_is_told_what_an_explanation_tells(work: Kindly) -> None:
    frame = made_up_frame(work, 40, seed=7)
    for name in work.versions:
        made = Simulator(work.pack, work.pack.policies[name], frame, on=work.on).simulate()
        assert made.simulated is None and made.outcome is made.in_force
        _same(made.in_force, _explained(frame, made.policy, work.on))
        assert not (made.gains | made.loses | made.becomes_unknown).any() and made.stays.sum() == made.in_force.matched.eligible


@pytest.mark.parametrize("name", CHANGES)
def test_with_a_change_each_subject_is_told_what_an_explanation_with_it_tells(name: str, table: pa.Table) -> None:
    policy = real_pack().policies[name]
    made = Simulator(real_pack(), policy, table, on=ON).simulate(CHANGES[name])
    assert made.simulated is not None
    before = _explained(table, policy)
    after = _explained(table, _changed(policy, with_parameters(made.in_force.version, CHANGES[name])))
    _same(made.in_force, before)
    _same(made.simulated, after)
    pairs = [(one.verdict, other.verdict) for one, other in zip(before, after, strict=True)]
    assert made.gains.tolist() == [one != "eligible" and other == "eligible" for one, other in pairs]
    assert made.loses.tolist() == [pair == ("eligible", "ineligible") for pair in pairs]
    assert made.becomes_unknown.tolist() == [pair == ("eligible", "unknown") for pair in pairs]
    assert made.stays.tolist() == [pair == ("eligible", "eligible") for pair in pairs]


def test_the_changes_above_change_something(table: pa.Table) -> None:
    """Otherwise they would prove little: some must win or lose somebody, leave somebody in doubt, cost more or less."""
    made = [Simulator(real_pack(), real_pack().policies[name], table, on=ON).simulate(some) for name, some in CHANGES.items()]
    assert sum(bool(one.gains.any()) for one in made) >= 2
    assert sum(bool(one.loses.any()) for one in made) >= 2
    assert any(one.becomes_unknown.any() for one in made)
    assert sum(bool(one.cost_difference) for one in made) >= 2


def test_what_was_asked_before_does_not_colour_what_is_asked_next(table: pa.Table) -> None:
    """A slider that is moved there and back: the same questions, the same answers, and the pack as it was."""
    policy = real_pack().policies["P32"]
    held = Simulator(real_pack(), policy, table, on=ON)
    lines = ["1", "50", "300", "1000", "50", "300"]
    told = [held.simulate([("staff_line", line)]).outcome for line in lines]
    fresh = [Simulator(real_pack(), policy, table, on=ON).simulate([("staff_line", line)]).outcome for line in lines]
    assert [one.verdicts.tolist() for one in told] == [one.verdicts.tolist() for one in fresh]
    assert told[5].verdicts.tolist() == held.in_force.verdicts.tolist() != told[0].verdicts.tolist()
    assert policy.in_force(ON) is held.version and held.version.parameters[1].value == 300


def test_two_values_of_a_parameter_make_two_conditions() -> None:
    version = real_pack().policies["P32"].in_force(ON)
    assert version is not None
    one, two = (with_parameters(version, [("staff_line", line)]) for line in ("5", "6"))
    assert len({str(condition_of(real_pack(), made, ON)) for made in (version, one, two)}) == 3


def test_unknown_is_never_lost(table: pa.Table) -> None:
    for name, changes in CHANGES.items():
        made = Simulator(real_pack(), real_pack().policies[name], table, on=ON).simulate(changes)
        assert not (made.loses & (made.in_force.unknown | made.outcome.unknown)).any()
        parts = [made.loses, made.stays, made.becomes_unknown]
        assert (sum(part.astype(int) for part in parts) == made.in_force.eligible.astype(int)).all()


def test_every_fact_that_is_missing_names_its_department(table: pa.Table) -> None:
    made = Simulator(real_pack(), real_pack().policies["P32"], table, on=ON).simulate().in_force
    assert made.missing and [lack.count for lack in made.missing] == sorted((lack.count for lack in made.missing), reverse=True)
    assert all(lack.name == real_pack().facts[lack.fact].name and lack.department_name for lack in made.missing)
    column = table.column(made.missing[0].fact).to_pylist()
    assert made.missing[0].count == sum(value is None for value, open_ in zip(column, made.unknown, strict=True) if open_)


def test_the_breakdowns_add_up_to_those_who_qualify(table: pa.Table) -> None:
    made = Simulator(real_pack(), real_pack().policies["P09"], table, on=ON).simulate().in_force
    assert list(made.breakdown) == ["county", "industry", "size", "age"] and made.matched.eligible > 0
    assert {sum(group.count for group in some) for some in made.breakdown.values()} == {made.matched.eligible}


def test_age_is_told_in_bands_whose_first_year_is_theirs() -> None:
    ages = {"2025-12-01": "0–1", "2024-12-02": "0–1", "2024-12-01": "1–3", "2022-12-01": "3–5", "2020-12-01": "5–10",
            "2015-12-02": "5–10", "2015-12-01": "10+"}  # fmt: skip
    founded = [date.fromisoformat(day) for day in ages]
    wanted = set(_work().wanted()) | set(_breakdown_facts())
    columns: dict[str, Any] = {name: pa.nulls(len(founded) + 1, _kind(name)) for name in wanted}
    columns |= {"_subject": pa.array([str(row) for row in range(len(founded) + 1)]), "founded_on": pa.array([*founded, None])}
    counter = Simulator(real_pack(), real_pack().policies["P09"], pa.table(columns), on=ON)._counter
    bands = counter.columns["age"]
    assert bands.to_pylist() == [*ages.values(), None]
    chosen = np.ones(len(founded) + 1, bool)
    told = groups(real_pack(), "age", counter.breakdown(chosen)["age"], len(chosen))
    assert [(group.code, group.count) for group in told] == [("0–1", 2), ("1–3", 1), ("3–5", 1), ("5–10", 2), ("10+", 1), (None, 1)]


def _breakdown_facts() -> list[str]:
    return wanted_facts(real_pack(), [], ON, simulated_by(real_pack()).values())


def _kind(name: str) -> pa.DataType:
    kinds = {"number": pa.int64(), "string": pa.string(), "boolean": pa.bool_(), "date": pa.date32()}
    return kinds[real_pack().facts[name].type]


def _parameter(value: object) -> Parameter:
    return Parameter.model_validate({"id": "line", "name": "上限", "value": value, "confidence": "K"})


@pytest.mark.parametrize(
    ("declared", "text", "value"),
    [
        (30, "20", Decimal(20)),
        (30, " 20.5 ", Decimal("20.5")),
        (Decimal("0.1"), "-0.05", Decimal("-0.05")),
        (True, "否", False),
        (False, "TRUE", True),
        ("微型", "小型", "小型"),
        (date(2025, 1, 1), "2026-02-28", date(2026, 2, 28)),
        (("甲", "乙"), "甲，丙、 丁", ("甲", "丙", "丁")),
    ],
)
def test_a_value_is_read_as_the_parameter_s_type(declared: object, text: str, value: object) -> None:
    read = read_value(_parameter(declared), text)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("declared", "text", "word"),
    [
        (30, "很多", "数字"), (30, "", "数字"), (30, "NaN", "数字"), (30, "1e999999", "数字"), (30, "1,000", "数字"),
        (30, "15%", "数字"), (Decimal("0.1"), "true", "数字"), (30, "9" * 40, "数字"), (True, "1", "true"),
        ("微型", " ", "文字"), (("甲",), "", "几个值"), (("甲",), "、", "几个值"),
        (date(2025, 1, 1), "2025-02-30", "YYYY-MM-DD"), (date(2025, 1, 1), "30", "YYYY-MM-DD"),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_a_sentence(declared: object, text: str, word: str) -> None:
    with pytest.raises(WrongParameter, match=r"参数 上限\(line\)应是") as refused:
        read_value(_parameter(declared), text)
    assert word in str(refused.value) and text in str(refused.value)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ([("staff_lime", "5")], ["没有叫 staff_lime 的参数", "是不是 staff_line"]),
        ([("初创从业人数", "5")], ["是不是 初创从业人数上限"]),
        ([("zzz", "5")], ["没有叫 zzz 的参数", "初创规模上限(size_line)"]),
        ([("staff_line", "5"), ("初创从业人数上限", "6")], ["给了两个值"]),
    ],
)
def test_a_parameter_that_is_not_there_is_a_sentence(settings: list[tuple[str, str]], words: list[str]) -> None:
    version = real_pack().policies["P32"].in_force(ON)
    assert version is not None
    with pytest.raises(WrongParameter) as refused:
        with_parameters(version, settings)
    assert isinstance(refused.value, PolicyError) and all(word in str(refused.value) for word in words), refused.value


@pytest.fixture
def city(db: None, tmp_path: Path) -> Pack:
    with transaction.atomic():
        return town.build(tmp_path, packs.current())


def _simulate(pack: Pack, name: str, *settings: tuple[str, str], **more: Any) -> Simulation:
    return simulate_policy(pack, pack.policies[name], settings, by=OFFICER, **({"on": town.ON} | more))


@pytest.mark.django_db
def test_it_says_what_a_run_of_the_match_says(city: Pack) -> None:
    run = {row.policy: row for row in run_match(city, by=OFFICER, on=town.ON).policies.exclude(version="")}
    for name, row in run.items():
        made = _simulate(city, name)
        found = made.in_force.matched
        assert (found.eligible, found.unknown, found.near, found.amount, found.amount_unknown) == (
            row.eligible, row.unknown, row.near, row.amount, row.amount_unknown,
        ), name  # fmt: skip
        assert len(made.subjects) == (3 if city.policies[name].subject == "enterprise" else 1)
        assert min(made.seconds.frame, made.seconds.encode, made.seconds.match) > 0


@pytest.mark.django_db
def test_those_who_qualify_are_told_by_name(city: Pack) -> None:
    made = _simulate(city, "P09").outcome.breakdown
    told = {name: [(group.code, group.name, group.count) for group in some] for name, some in made.items()}
    assert told == {
        "county": [("371502", "东昌府区", 1)],
        "industry": [("I", "信息传输、软件和信息技术服务业", 1)],
        "size": [("小型", "小型", 1)],
        "age": [("5–10", "5–10 年", 1)],
    }


@pytest.mark.django_db
def test_nothing_is_read_for_a_question_that_cannot_be_answered(city: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain, "open_simulator", lambda *_, **__: pytest.fail("the registers were read"))
    with pytest.raises(NotInForce, match="不在有效期内"):
        _simulate(city, "P32", on=date(1990, 1, 1))
    with pytest.raises(WrongParameter, match="staff_line"):
        _simulate(city, "P32", ("staff_line", "many"))


@pytest.mark.django_db
def test_the_list_holds_each_who_qualifies_before_or_after_and_is_recorded(city: Pack, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    made = _simulate(city, "P09", ("small", "0.5"), list_to=path)
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    assert rows == [
        {"subject": town.LOTUS, "change": "stays", "verdict_before": "eligible", "verdict_after": "eligible",
         "amount_before": "21600.00", "amount_after": "18000.00"}
    ]  # fmt: skip
    assert made.cost_difference == Decimal(-3600)
    entry = Entry.objects.get(act="policies.simulate")
    assert (entry.actor, entry.subject) == ("account:7", "policy:P09")
    assert entry.payload == {
        "on": "2025-12-01", "version": made.in_force.version.version, "parameters": {"small": "0.5"},
        "gains": 0, "loses": 0, "stays": 1, "becomes_unknown": 0,
    }  # fmt: skip
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and not list(tmp_path.glob("*.part"))


@pytest.mark.django_db
def test_counting_alone_is_not_recorded(city: Pack) -> None:
    _simulate(city, "P09", ("small", "0.5"))
    assert not Entry.objects.filter(act="policies.simulate").exists()


@pytest.mark.django_db
def test_a_list_that_cannot_be_recorded_or_written_leaves_neither(
    city: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(listing, "rows", fail)
    with pytest.raises(RuntimeError, match="the disk is gone"), transaction.atomic():
        _simulate(city, "P09", list_to=tmp_path / "list.csv")
    assert not Entry.objects.filter(act="policies.simulate").exists()
    assert not list(tmp_path.glob("list.csv*"))


@pytest.mark.parametrize("name", CHANGES)
def test_the_list_agrees_with_the_explanations(name: str, table: pa.Table) -> None:
    policy = real_pack().policies[name]
    made = Simulator(real_pack(), policy, table, on=ON).simulate(CHANGES[name])
    after = _explained(table, _changed(policy, with_parameters(made.in_force.version, CHANGES[name])))
    expected = [
        (subject, one.verdict, other.verdict, *(_paid(made, each) for each in (one, other)))
        for subject, one, other in zip(made.subjects.to_pylist(), _explained(table, policy), after, strict=True)
        if "eligible" in (one.verdict, other.verdict)
    ]
    listed = list(listing.rows(real_pack(), made))
    assert [(subject, *rest) for subject, _, *rest in listed] == expected
    if made.outcome.matched.amount is not None:
        assert sum(row[-1] for row in listed if isinstance(row[-1], Decimal)) == made.outcome.matched.amount
    for change in listing.CHANGES:
        assert sum(row[1] == change for row in listed) == getattr(made, change).sum()


def _paid(made: Simulation, verdict: Verdict) -> Decimal | None:
    pays = made.in_force.matched.amount is not None
    return verdict.amount if pays and verdict.verdict == "eligible" else None


def test_amounts_over_kinds_of_subjects_add_up_to_those_of_each_subject(table: pa.Table) -> None:
    work = _work()
    purse = Purse(work.pack, pa.concat_tables([table, table, table]).combine_chunks(), ON)
    eligible = np.random.default_rng(5).random(3 * ROWS) < 0.7
    for version in work.versions.values():
        expected = matching._amount(work.pack, version, ON, purse.table, eligible)
        assert purse.total(version, eligible) == expected, version.amount.formula
    kinds = [len(some.first) for some in purse._kinds.values()]
    assert len(kinds) > 1 and max(kinds) <= ROWS, "equal subjects are computed once"
    assert any(test != held for test, held in purse._tests.items()), "the size class is derived once"
