"""`chengban clock explain FILE`: one application's life under the law, without a database."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chengban.cli.setup import JSON, ON, business_date, show, take_up_demo

if TYPE_CHECKING:
    from chengban.cases.clock.standing import Standing
    from chengban.cases.clock.wording import Language

_LIGHTS = {"green": ("绿灯", "green"), "yellow": ("黄灯", "yellow"), "red": ("红灯，已超期", "red"), None: ("已办", "done")}
_LATE = ("已办，超期", "done late")


@click.group()
def clock() -> None:
    """Reckon the legal time limits of one application from its events."""


@clock.command("explain")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Of the sentences.")
@ON
@JSON
def explain_life(file: Path, language: "Language", on: datetime | None, as_json: bool) -> None:
    """Where the application whose events FILE (JSON) tells stands on a day, and how each time limit was reckoned."""
    from chengban.cases.clock.reading import written

    take_up_demo()
    found = _standing(file, business_date(on))
    said = written(found, language)
    if as_json:
        return show(said)
    _say(said, language)


def _standing(file: Path, day: date) -> "Standing":
    from chengban.cases.clock.calendar import DeclaredCalendar
    from chengban.cases.clock.forbidden import Forbidden
    from chengban.cases.clock.reading import read
    from chengban.cases.clock.standing import standing
    from chengban.packs import current

    pack = current()
    try:
        life = read(pack, _json(file))
        return standing(life.events, life.rules, DeclaredCalendar(pack.holidays), on=day)
    except Forbidden as refusal:
        raise click.ClickException(f"{refusal.at}：{refusal}" if refusal.at else str(refusal)) from refusal


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise click.UsageError(f"{file.name} 不是 JSON。") from error


def _when(one: dict[str, Any]) -> tuple[str, str]:
    """A deadline's last day and its light, in both languages."""
    if one["due"] is None:
        return "还不知道", "not known yet"
    chinese, english = _LATE if one["late"] and one["light"] is None else _LIGHTS[one["light"]]
    return f"{one['due']} {chinese}", f"{one['due']} {english}"


def _say(said: dict[str, Any], language: "Language") -> None:
    click.echo(f"{said['clock_name']} · {said['on']} · {said['state_name']}")
    for sentence in said["told"]:
        click.echo(f"  {sentence}")
    for one in said["deadlines"]:
        click.echo(f"{one['name']} {_when(one)[language == 'en']}")
        for step in one["steps"]:
            click.echo(f"  {step}")
    for breach in said["breaches"]:
        click.echo(f"! {breach['told']}")
