"""What commands share: the database and Django made ready, the business date, and progress to look at."""

import csv
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from chengban.lib import clock, env

DEMO_FILE = "demo.json"
ON = click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Business date; today where not given.")
PERIOD = click.option("--period", required=True, help="What the money is for, such as 2025 or 2025Q4.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, whose shape docs/commands.md tells.")


def take_up_demo() -> None:
    """Where the demo made this home, its date and its mode hold for every command."""
    path = env.home() / DEMO_FILE
    if path.exists():
        made = json.loads(path.read_text())
        os.environ.setdefault("CHENGBAN_TODAY", made["today"])
        os.environ.setdefault("CHENGBAN_DEMO", "1")


def ready() -> None:
    """Connect to the database (starting the private server if there is none) and set Django up."""
    from chengban.config import database

    take_up_demo()
    database.connect()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengban.config.settings")
    import django

    django.setup()


def business_date(given: datetime | None) -> date:
    return given.date() if given else clock.today()


def declared_policy(pack: Any, name: str) -> Any:
    """The pack's policy of that number; a usage error with the nearest one where there is none."""
    from chengban.rules import nearest

    if name in pack.policies:
        return pack.policies[name]
    near = nearest(name, pack.policies)
    raise click.UsageError(f"没有编号为 {name} 的政策。" + (f"是不是 {near}?" if near else ""))


def read_list(file: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The named columns of a CSV with a header, without the spaces around; a usage error where it is none or lacks one."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
    except (UnicodeDecodeError, csv.Error) as error:
        raise click.UsageError(f"{file.name} 不是 UTF-8 的 CSV。") from error
    if rows and not set(columns) <= rows[0].keys():
        raise click.UsageError(f"{file.name} 要有 {'、'.join(columns)} 列。")
    return [{column: (row[column] or "").strip() for column in columns} for row in rows]


def show(value: Any) -> None:
    """Print as JSON: exact numbers as numbers where JSON can hold them, dates as YYYY-MM-DD."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=plain))


def plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


@contextmanager
def progress(quiet: bool = False) -> Iterator[Callable[[str, int, int], None]]:
    """A bar a step: call it with (step, done, total). Written to standard error; silent where nobody looks."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if quiet or not sys.stderr.isatty():
        yield _lines(quiet)
        return
    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    tasks: dict[str, Any] = {}
    with Progress(*columns, console=console) as bars:

        def tell(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield tell


def _lines(quiet: bool) -> Callable[[str, int, int], None]:
    """Where there is no terminal: one line a finished step."""

    def tell(step: str, done: int, total: int) -> None:
        if not quiet and done >= total:
            click.echo(f"  {step}: {total:,}", err=True)

    return tell
