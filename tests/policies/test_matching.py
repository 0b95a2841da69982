"""The whole city at once and one subject at a time: the same verdict, the same step that is left, the same amount."""

from decimal import Decimal

import numpy as np
import pytest

from chengban.policies.explaining import Verdict, explain
from chengban.policies.matching import Kindly, Matched
from tests.policies.made_up import known_facts, made_up_frame, real_pack, works

pytestmark = pytest.mark.filterwarnings("ignore::chengban.rules.columnar.rows.RowByRowWarning")
ROWS = {"enterprise": 50, "person": 100}


def bits(packed: bytes, rows: int) -> np.ndarray:
    return np.unpackbits(np.frombuffer(packed, np.uint8), count=rows).astype(bool)


@pytest.mark.parametrize("work", works(), ids=lambda work: f"{work.kind} {work.on}")
def test_the_columns_say_what_the_explanations_say(work: Kindly) -> None:
    table = made_up_frame(work, ROWS[work.kind], seed=work.on.toordinal())
    matched, _ = work.match(table)
    assert {made.policy.id for made in matched} == set(work.versions)
    facts = [known_facts(table, row) for row in range(len(table))]
    wrong = [
        told
        for made in matched
        for told in _differences(made, [explain(work.pack, made.policy, known, on=work.on) for known in facts], len(table))
    ]
    assert wrong == []


def _differences(made: Matched, verdicts: list[Verdict], rows: int) -> list[str]:
    eligible, unknown = bits(made.bits_eligible, rows), bits(made.bits_unknown, rows)
    columnar = np.where(eligible, "eligible", np.where(unknown, "unknown", "ineligible")).tolist()
    told = [
        f"{made.policy.id} row {row}: columns say {column}, the explanation {one.verdict}"
        for row, (column, one) in enumerate(zip(columnar, verdicts, strict=True))
        if column != one.verdict
    ]
    return told + _sums(made, verdicts)


def _sums(made: Matched, verdicts: list[Verdict]) -> list[str]:
    """Counts, steps and amounts against the sum over the explanations."""
    qualified = [one for one in verdicts if one.verdict == "eligible"]
    near = [one.near.id for one in verdicts if one.near is not None]
    expected: dict[str, object] = {
        "eligible": len(qualified),
        "unknown": sum(one.verdict == "unknown" for one in verdicts),
        "near": len(near),
        "steps": {clause: near.count(clause) for clause in near},
    }
    found: dict[str, object] = {
        "eligible": made.eligible, "unknown": made.unknown, "near": made.near, "steps": made.breakdown["near"],
    }  # fmt: skip
    if made.amount is not None:
        expected["amount"] = sum((one.amount for one in qualified if one.amount is not None), Decimal(0))
        expected["amount unknown"] = sum(one.amount is None for one in qualified)
        found |= {"amount": made.amount, "amount unknown": made.amount_unknown}
    return [f"{made.policy.id} {name}: {found[name]}, not {expected[name]}" for name in expected if found[name] != expected[name]]


def test_the_made_up_subjects_are_of_every_kind() -> None:
    """Otherwise the comparison above would compare little: three policies of four must have a yes, a no and an unknown."""
    met: dict[str, set[str]] = {}
    for work in works():
        rows = 3 * ROWS[work.kind]
        for made in work.match(made_up_frame(work, rows, seed=work.on.toordinal()))[0]:
            shown = {"eligible": made.eligible, "unknown": made.unknown, "ineligible": rows - made.eligible - made.unknown}
            met.setdefault(made.policy.id, set()).update(name for name, count in shown.items() if count)
    for verdict in ("eligible", "ineligible", "unknown"):
        without = sorted(name for name, seen in met.items() if verdict not in seen)
        assert len(without) <= len(met) // 4, f"nobody is {verdict} for {without}"


def test_every_version_is_met_on_one_of_the_days() -> None:
    declared = [(policy.id, version.version) for policy in real_pack().policies.values() for version in policy.versions]
    met = [(name, version.version) for work in works() for name, version in work.versions.items()]
    assert sorted(met) == sorted(declared)
