"""`chengban reach …`: what was told, and what became of it."""

from datetime import datetime
from typing import Any

import click

from chengban.cli.setup import JSON, ON, business_date, ready, show


@click.group()
def reach() -> None:
    """See what subjects were told, and whether mails and short messages arrived."""


@reach.command("remind")
@ON
@JSON
def remind(on: datetime | None, as_json: bool) -> None:
    """Tell of new policies that have to be applied for, and of instalments that are soon due; nobody twice."""
    ready()
    from chengban.ledger import Actor
    from chengban.policies import reminding
    from chengban.policies.catalogue import current

    made = reminding.remind(current(), on=business_date(on), by=Actor.system("cli"))
    if as_json:
        return show({"new_policies": made.new_policies, "due": made.due})
    click.echo(f"告知新政策 {made.new_policies:,} 封，提醒退回 {made.due:,} 封。")


@reach.command("list")
@click.option("--unreached", is_flag=True, help="Only letters that no channel could announce.")
@click.option("--limit", default=50, show_default=True)
@JSON
def list_letters(unreached: bool, limit: int, as_json: bool) -> None:
    """The newest letters with what each channel came to, and how many sendings there are of each outcome."""
    ready()
    from chengban.reach import sending

    counts = [{"channel": channel, "outcome": outcome, "count": n} for (channel, outcome), n in sorted(sending.counts().items())]
    rows: list[dict[str, Any]] = [
        {
            "id": letter.pk, "kind": letter.kind, "about": letter.about, "at": letter.at, "readers": letter.readers,
            "sendings": [{"channel": one.channel, "outcome": one.outcome, "reason": one.reason} for one in sendings],
        }
        for letter, sendings in sending.told(limit, unreached_only=unreached)
    ]  # fmt: skip
    if as_json:
        return show({"counts": counts, "letters": rows})
    for row in rows:
        channels = "、".join(f"{one['channel']} {one['outcome']}" for one in row["sendings"]) or "只在收件箱"
        click.echo(f"{row['id']:>8} {row['kind']:<16} {row['about']:<24} {channels}")
    if not rows:
        click.echo("还没有告知过。")
