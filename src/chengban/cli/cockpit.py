"""`chengban cockpit`: the leaders' figures of a year, and the published figures reckoned again."""

from datetime import datetime
from typing import Any

import click

from chengban.cli.setup import JSON, ON, business_date, declared_policy, progress, ready, show


@click.group(invoke_without_command=True)
@click.option("--year", type=click.IntRange(1949, 9999), help="This year where not given.")
@click.option("--policy", help="One policy alone.")
@JSON
@click.pass_context
def cockpit(context: click.Context, year: int | None, policy: str | None, as_json: bool) -> None:
    """What reached whom in a year and how soon, what nobody has taken yet, and what does not move."""
    if context.invoked_subcommand is not None:
        return
    ready()
    from chengban.policies.catalogue import current
    from chengban.policies.cockpit import gather
    from chengban.policies.cockpit.shapes import as_values

    pack, today = current(), business_date(None)
    chosen = declared_policy(pack, policy).id if policy else ""
    board = gather(pack, year=year or today.year, on=today, policy=chosen)
    if as_json:
        return show(as_values(pack, board))
    click.echo(f"{board.year} 年已到账 {board.paid.count:,} 笔、{board.paid.amount:,} 元")
    click.echo(f"惠及企业 {board.enterprises:,} 户、{board.people:,} 人；从发布到账 {_spread(board.days)}")
    click.echo(f"在途 {board.in_flight.count:,} 笔，退回或未送达 {board.returned.count:,} 笔")
    for row in board.policies:
        click.echo(f"  {row.policy.id:<6} {row.policy.name}：到账 {row.paid.amount:,} 元，应享未享 {_left(row.unclaimed)}")
    for stuck in board.stuck:
        click.echo(f"  积压 {stuck.who} {stuck.policy} {stuck.stage}：{stuck.count:,} 件，最早 {stuck.oldest}")


def _spread(days: Any) -> str:
    return f"中位 {days.median} 天，九成不超过 {days.slow} 天" if days.count else "还没有"


def _left(unclaimed: Any) -> str:
    if unclaimed is None:
        return "还不知道（本年度没有匹配）"
    amount = "金额还不知道" if unclaimed.amount is None else f"{unclaimed.amount:,} 元"
    more = f"，另有 {unclaimed.unknown:,} 户金额还不知道" if unclaimed.amount is not None and unclaimed.unknown else ""
    return f"{unclaimed.subjects:,} 户（{amount}{more}）"


@cockpit.command("seed")
@ON
@JSON
def seed(on: datetime | None, as_json: bool) -> None:
    """Reckon the figures that the city published from its own data, and keep what they come to."""
    ready()
    from chengban.ledger import Actor
    from chengban.policies.catalogue import current
    from chengban.policies.seed import reckon_seed

    with progress(as_json) as tell:
        lines = reckon_seed(
            current(), by=Actor.system("cli"), on=business_date(on), progress=lambda done, total: tell("读取数据", done, total)
        )
    if as_json:
        return show([_figure(line) for line in lines])
    for line in lines:
        click.echo(f"{line.figure.said}（{line.figure.source.title} {line.figure.source.article}）")
        for part in line.parts:
            click.echo(f"  {_MARKS[part.agrees]} {part.part.name}：{_number(part.kept)} {part.part.unit}，{part.part.rule}")


def _number(kept: Any) -> str:
    return "还不知道" if kept is None else f"{kept.value:,.4f}".rstrip("0").rstrip(".")


_MARKS = {True: "✓", False: "✗", None: "－"}


def _figure(line: Any) -> dict[str, Any]:
    return {
        "figure": line.figure.id,
        "name": line.figure.name,
        "said": line.figure.said,
        "source": {"title": line.figure.source.title, "article": line.figure.source.article},
        "on": line.kept.on if line.kept else None,
        "enterprises": line.kept.enterprises if line.kept else None,
        "agrees": line.agrees,
        "parts": [
            {
                "part": one.part.id, "name": one.part.name, "unit": one.part.unit, "rule": one.part.rule,
                "published": one.part.published, "expected": one.expected, "value": one.kept.value if one.kept else None,
                "known": one.kept.known if one.kept else None, "agrees": one.agrees,
            }
            for one in line.parts
        ],
    }  # fmt: skip
