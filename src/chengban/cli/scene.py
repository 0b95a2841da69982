"""`chengban scene …`: what answers make of a scene, and what the city holds already."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chengban.cli.setup import JSON, ON, business_date, ready, show

if TYPE_CHECKING:
    from chengban.cases.scenes.planning import Plan, Planned


@click.group()
def scene() -> None:
    """Plan a scene: its items, their order, its one form."""


@scene.command("plan")
@click.argument("name", metavar="SCENE")
@click.option(
    "--answers",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="JSON: {question: answer}; none: nothing.",
)
@click.option("--subject", help="Whose matter it is: what the city holds of them is not asked. The reading is recorded.")
@ON
@JSON
def plan_scene(name: str, file: Path | None, subject: str | None, on: datetime | None, as_json: bool) -> None:
    """What is to be done in SCENE, in which order and by when, and what is asked for."""
    if subject is not None:
        ready()
    from chengban.cases.scenes.data import as_data
    from chengban.packs import current

    found = _plan(current(), name, file, subject, business_date(on))
    if as_json:
        return show(as_data(found))
    _say(found)


def _plan(pack: Any, name: str, file: Path | None, subject: str | None, on: Any) -> "Plan":
    from chengban.cases.scenes.choosing import answers_of
    from chengban.cases.scenes.errors import UnreadableAnswers
    from chengban.cases.scenes.planning import plan

    declared = _scene(pack, name)
    try:
        answers = answers_of(declared, {} if file is None else _answers(file))
    except UnreadableAnswers as error:
        raise click.UsageError(str(error)) from error
    if subject is None:
        return plan(declared, answers, on=on)
    from chengban.cases.scenes.domain import plan_for
    from chengban.facts.reading.grounds import Ground
    from chengban.ledger import Actor

    under = Ground("upkeep", f"process:scene {declared.id}")
    return plan_for(pack, declared, answers, subject, under=under, by=Actor.system("cli"), on=on)


def _scene(pack: Any, name: str) -> Any:
    from chengban.rules import nearest

    for scene in pack.scenes.values():
        if name in (scene.id, scene.name):
            return scene
    near = nearest(name, pack.scenes)
    raise click.UsageError(f"没有叫 {name} 的一件事。" + (f"是不是 {near}?" if near else ""))


def _answers(file: Path) -> dict[str, object]:
    try:
        given = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{file.name} 不是 JSON：{error}") from error
    if not isinstance(given, dict):
        raise click.UsageError(f"{file.name} 应是一个对象：{{问题: 回答}}")
    return given


def _say(plan: "Plan") -> None:
    click.echo(f"{plan.scene.name}（{plan.on} 起）")
    planned = {one.item.id: one for one in plan.items}
    for number, batch in enumerate(plan.order.batches, 1):
        click.echo(f"第 {number} 批")
        for item in batch:
            click.echo(f"  {_line(planned[item])}")
    click.echo(_until(plan))
    asked = [one.field.name for one in plan.fields("asked", "depends")]
    click.echo(f"要填 {len(asked)} 项：{'、'.join(asked)}")
    spared = [one.field.name for one in plan.fields("answered", "held", "made")]
    if spared:
        click.echo(f"不用填 {len(spared)} 项：{'、'.join(spared)}")
    papers = [one.name for one in plan.papers("asked", "depends")]
    click.echo(f"材料 {len(papers)} 份：{'、'.join(papers)}")


def _line(one: "Planned") -> str:
    state = "" if one.outcome.needed else f"（看回答：{'、'.join(question.name for question in one.outcome.turns_on)}）"
    until = f" 最迟 {one.timed.ends}" if one.timed is not None and one.timed.ends_known else ""
    return f"{'●' if one.critical else '○'} {one.item.id} {one.item.name} · {one.item.department}{until}{state}"


def _until(plan: "Plan") -> str:
    times = plan.timetable
    notes = f"其中 {len(times.unconfirmed)} 项的时限未核实。" if times.unconfirmed else ""
    notes += "节假日安排没有公布的年份按周一至周五推算。" if times.provisional else ""
    if plan.promised is None:
        return f"办结日期还不知道：{len(times.without_limit)} 项没有公布时限。{notes}"
    return f"最迟 {plan.promised} 全部办结。{notes}"
