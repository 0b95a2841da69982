"""The technology compatibility kit of DMN, where it lies beside the checkout."""

from pathlib import Path

import pytest

from chengban.rules.tck import run_kit, table

KIT = Path(__file__).parents[3] / "shared" / "dmn-tck"
KNOWN_FAILURES = {"0076-feel-external-java": "functions of Java are never run: nothing outside FEEL can be reached"}


@pytest.mark.skipif(not KIT.is_dir(), reason=f"no test kit of DMN at {KIT.parent.name}/{KIT.name}")
def test_every_result_of_the_kit_but_the_known_failures(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = list(run_kit(KIT))
    with capsys.disabled():
        print("", *table(outcomes).splitlines(), sep="\n")
    failed = [outcome for outcome in outcomes if not outcome.passed]
    assert [f"{one.name}: {one.told}" for one in failed if one.folder not in KNOWN_FAILURES] == []
    assert len([outcome for outcome in outcomes if not outcome.expects_null]) > 900
