"""`python -m chengban.rules tck DIR [--json]` and `python -m chengban.rules eval 'EXPR' [--context FILE.json]`."""

from __future__ import annotations

import argparse
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from .errors import RulesError
from .evaluate import evaluate
from .tck import run_kit, table
from .text import literal_text


def main(arguments: list[str] | None = None) -> int:
    """The exit status: 0; 1 when a result failed or an expression is refused."""
    parser = argparse.ArgumentParser(prog="python -m chengban.rules", description=__doc__)
    commands = parser.add_subparsers(required=True)
    kit = commands.add_parser("tck", help="run the test cases of DMN below a directory")
    kit.add_argument("directory", type=Path)
    kit.add_argument("--json", action="store_true", help="one JSON object with every result")
    kit.add_argument("--failed", action="store_true", help="name each result that failed")
    kit.set_defaults(act=_kit)
    one = commands.add_parser("eval", help="the value of one FEEL expression")
    one.add_argument("expression")
    one.add_argument("--context", type=Path, help="a JSON object with the facts by name")
    one.set_defaults(act=_eval)
    given = parser.parse_args(arguments)
    return int(given.act(given))


def _kit(given: argparse.Namespace) -> int:
    outcomes = list(run_kit(given.directory))
    failed = [outcome for outcome in outcomes if not outcome.passed]
    if given.json:
        print(json.dumps(_summary(outcomes, failed), ensure_ascii=False, indent=1))
    else:
        if given.failed:
            print("\n".join(f"{outcome.name}: {outcome.told}" for outcome in failed))
        print(table(outcomes))
    return 1 if failed else 0


def _summary(outcomes: list[Any], failed: list[Any]) -> dict[str, object]:
    return {
        "passed": len(outcomes) - len(failed),
        "failed": len(failed),
        "passed_not_null": sum(outcome.passed and not outcome.expects_null for outcome in outcomes),
        "failed_not_null": sum(not outcome.expects_null for outcome in failed),
        "failures": [{"result": outcome.name, "told": outcome.told} for outcome in failed],
        "results": {outcome.name: outcome.passed for outcome in outcomes},
    }


def _eval(given: argparse.Namespace) -> int:
    try:
        text = given.context.read_text(encoding="utf-8") if given.context else "{}"
        context = json.loads(text, parse_float=Decimal, parse_int=Decimal)
        print(literal_text(evaluate(given.expression, context)))
    except (RulesError, OSError, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
