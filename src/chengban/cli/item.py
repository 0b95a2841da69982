"""`chengban item …`: a city's own list of items taken in, items found by what people say, and what need not be submitted."""

import json
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chengban.cli.setup import JSON, ON, business_date, progress, ready, show

if TYPE_CHECKING:
    from chengban.items.importing import ListReading, Taken
    from chengban.packs import Pack

_SHOWN = 20


@click.group()
def item() -> None:
    """Take in a city's own list of items; find items by what people say; say what need not be submitted."""


@item.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--list", "list_name", default="city", show_default=True, help="Which list FILE is the newest state of.")
@click.option("--check-only", is_flag=True, help="Only read and report; nothing is kept.")
@ON
@JSON
def import_list(file: Path, list_name: str, check_only: bool, on: datetime | None, as_json: bool) -> None:
    """Take in FILE (XLSX, CSV or JSON) as the newest list of items. Rows that cannot be read are kept out with their reasons."""
    ready()
    from chengban.items.importing import read_list, take_in_list
    from chengban.ledger import Actor
    from chengban.packs import current

    if check_only:
        reading, taken = read_list(current(), file), None
    else:
        reading, taken = take_in_list(current(), file, list_name=list_name, by=Actor.system("cli"), on=business_date(on))
    if as_json:
        return show(_told(reading, taken))
    _say(reading, taken)


def _told(reading: "ListReading", taken: "Taken | None") -> dict[str, Any]:
    return {
        "rows": reading.rows,
        "read": len(reading.items),
        "rows_kept_out": reading.rows_kept_out,
        "kept_out": [{"row": one.row, "field": one.field, "value": one.value, "reason": one.reason} for one in reading.kept_out],
        "notes": [{"field": name, "reason": reason, "rows": rows} for (name, reason), rows in reading.noted.most_common()],
        "columns": reading.sheet.columns,
        "ignored_columns": reading.sheet.ignored,
        "filled": reading.filled,
        "batch": taken and taken.batch,
        "new": taken and taken.new,
        "changed": taken and taken.changed,
        "same": taken and taken.same,
        "ended": taken and taken.ended,
        "already_taken": taken and taken.again,
    }


def _say(reading: "ListReading", taken: "Taken | None") -> None:
    click.echo(f"读到 {reading.rows} 行，读成 {len(reading.items)} 个事项，未读 {reading.rows_kept_out} 行。")
    for one in reading.kept_out[:_SHOWN]:
        click.echo(f"  第 {one.row} 行 {one.field} {one.value}：{one.reason}")
    if len(reading.kept_out) > _SHOWN:
        click.echo(f"  还有 {len(reading.kept_out) - _SHOWN} 条，用 --json 看全。")
    for (name, reason), rows in reading.noted.most_common():
        click.echo(f"  {name}：{reason}（{rows} 行）")
    if reading.sheet.ignored:
        click.echo(f"没有认出的列：{'、'.join(reading.sheet.ignored)}")
    click.echo(f"没有写的要素：{'、'.join(name for name, count in reading.filled.items() if not count)}")
    if taken is not None and taken.again:
        click.echo("这份文件就是现行清单，没有变化。")
    elif taken is not None:
        click.echo(f"批次 {taken.batch}：新增 {taken.new}，升版 {taken.changed}，未变 {taken.same}，终止 {taken.ended}。")


@item.command("list")
@click.option("--list", "list_name", default="city", show_default=True, help="Which list.")
@ON
@JSON
def list_items(list_name: str, on: datetime | None, as_json: bool) -> None:
    """The items that stand in a list that was taken in, now or on a day."""
    ready()
    from chengban.items.importing import current_items

    rows = list(current_items(list_name, on.date() if on else None).values("code", "version", "name", "department", "since"))
    if as_json:
        return show(rows)
    for row in rows:
        click.echo(f"{row['code']} v{row['version']}  {row['name']} · {row['department']}")
    if not rows:
        click.echo(f"清单 {list_name} 还没有事项。先用 chengban item import 导入。", err=True)


@item.command("search")
@click.argument("asked")
@click.option("--limit", default=5, show_default=True, type=click.IntRange(1, 50), help="How many at most.")
@JSON
def search_items(asked: str, limit: int, as_json: bool) -> None:
    """Find the scenes and items that ASKED means: what people say, pinyin, initials."""
    from chengban.items.search import find
    from chengban.packs import current

    rows = [
        {"kind": hit.kind, "id": hit.id, "name": hit.title, "score": round(hit.score, 1)} for hit in find(current(), asked, limit)
    ]
    if as_json:
        return show(rows)
    for row in rows:
        click.echo(f"{row['id']:<6} {row['name']}  {row['score']}")
    if not rows:
        click.echo(f"没有找到与“{asked}”相近的事项。换一个说法再试。", err=True)


@item.command("verdict")
@click.argument("code", metavar="ITEM")
@click.option("--subject", required=True, help="Who applies: a unified social credit code or a citizen number.")
@click.option(
    "--answers",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="JSON: {question: true, false or a value}.",
)
@ON
@JSON
def item_verdict(code: str, subject: str, file: Path | None, on: datetime | None, as_json: bool) -> None:
    """Which materials of ITEM the applicant need not submit, with the evidence, and what is in the way of the others."""
    ready()
    from chengban.facts.reading.grounds import Ground
    from chengban.items import told
    from chengban.items.verdicts import verdict_of
    from chengban.ledger import Actor
    from chengban.packs import current

    pack = current()
    answers = _answers(pack, code, file) if file is not None else {}
    found = verdict_of(
        pack, code, subject, answers, on=business_date(on), under=Ground("upkeep", f"process:item {code}"), by=Actor.system("cli")
    )
    if as_json:
        return show(told.verdict(found))
    click.echo(f"{found.item.name}：不用交 {len(found.free)} 份，要交 {len(found.asked)} 份。")
    for one in found.materials:
        mark = "—" if one.needed is False else str(one.mode)
        click.echo(
            f"  {mark} {one.material.name}"
            + ("（看情形）" if one.needed is None else "")
            + (f"：{one.reason}" if one.reason else "")
        )
        for said in (one.evidence, *one.blockers):
            if said is not None:
                click.echo(f"      {said.sentence}")


@item.command("census")
@ON
@JSON
def item_census(on: datetime | None, as_json: bool) -> None:
    """Count over all applicants what share of all materials need not be submitted, and what to mend first; keep the figures."""
    ready()
    from chengban.items import told
    from chengban.items.census import take_census
    from chengban.ledger import Actor
    from chengban.packs import current

    with progress(quiet=as_json) as tell:
        made = take_census(current(), by=Actor.system("cli"), on=business_date(on), progress=partial(tell, "普查"))
    if as_json:
        return show(told.census(made))
    result = made.result
    click.echo(
        f"{made.enterprises:,} 户企业、{made.people:,} 人：{result['rate']:.1%} 的材料不用交，{result['free']:.1%} 的申请全免。"
    )
    for fix in result["fixes"][:_SHOWN]:
        click.echo(f"  {fix['gained']:6.1f} 个事项  {fix['sentence']}")


def _answers(pack: "Pack", code: str, file: Path) -> dict[str, str]:
    """The answers of a file as a form sends them; a usage error names a question or a value that there is not."""
    from chengban.items import guiding
    from chengban.rules import nearest

    try:
        given = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{file.name} 不是 JSON：{error}") from error
    if not isinstance(given, dict):
        raise click.UsageError(f"{file.name} 应是 {{问题: 回答}}。")
    scene = pack.scenes.get(pack.items[code].scene) if code in pack.items else None
    questions = {question.id: question for question in scene.questions} if scene else {}
    spoken = {name: _spoken(value) for name, value in given.items()}
    for name, value in spoken.items():
        if name not in questions:
            near = nearest(name, questions)
            raise click.UsageError(f"事项 {code} 没有问题 {name}。" + (f"是不是 {near}？" if near else ""))
        known = [guiding.UNSURE, *map(guiding.spoken, guiding.values_of(questions[name]))]
        if value not in known:
            raise click.UsageError(f"问题 {name} 的回答可以是 {'、'.join(known)}。")
    return spoken


def _spoken(value: object) -> str:
    from chengban.items import guiding

    return guiding.UNSURE if value is None else guiding.spoken(value) if isinstance(value, bool) else str(value)
