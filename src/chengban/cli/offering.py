"""`chengban deliver propose|confirm|notice|order-due`: the department's part of an offer's life, a list at a time."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from chengban.cli.setup import JSON, ON, PERIOD, business_date, declared_policy, progress, read_list, ready, show


@click.command("propose")
@click.argument("policy")
@click.option("--period", default="", help="What the money is for; the period of the date where not given.")
@ON
@JSON
def propose(policy: str, period: str, on: datetime | None, as_json: bool) -> None:
    """Make an offer to every subject that qualifies for POLICY on the date, each judged again with its own facts."""
    ready()
    from chengban.ledger import Actor
    from chengban.policies.catalogue import current
    from chengban.policies.offering import propose_all

    pack, by, day = current(), Actor.system("cli"), business_date(on)
    declared = declared_policy(pack, policy)
    with progress(quiet=as_json) as tell:
        done = propose_all(pack, declared, period, on=day, by=by, progress=lambda n, of: tell(f"{policy} 拟享", n, of))
    counts = {name: done.outcomes[name] for name in ("proposed", "excluded", "kept_out", "before")}
    if as_json:
        return show({"policy": policy, **counts, "reasons": dict(done.reasons)})
    click.echo(
        f"{policy}：拟享 {counts['proposed']:,} 户，排除 {counts['excluded']:,} 户，未列入 {counts['kept_out']:,} 户，"
        f"原已列入 {counts['before']:,} 户"
    )
    _why(done.reasons)


@click.command("confirm")
@click.argument("policy")
@PERIOD
@click.option("--all", "everything", is_flag=True, help="All that wait to be confirmed.")
@click.option(
    "--list", "file", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="CSV with the column subject: those to confirm.",
)  # fmt: skip
@JSON
def confirm(policy: str, period: str, everything: bool, file: Path | None, as_json: bool) -> None:
    """Confirm the offers of POLICY in a period: all of them, or those of a list."""
    if everything == (file is not None):
        raise click.UsageError("请用 --all 或者 --list FILE.csv 说明确认哪些。")
    ready()
    from chengban.ledger import Actor
    from chengban.policies.offers import confirm as confirm_one

    named = None if file is None else [row["subject"] for row in read_list(file, ("subject",))]
    _each(policy, period, "proposed", named, partial(confirm_one, by=Actor.system("cli")), ("confirmed", "确认"), as_json)


@click.command("notice")
@click.argument("policy")
@PERIOD
@click.option("--days", type=click.IntRange(min=1), help="Working days; as the version says where not given.")
@ON
@JSON
def notice(policy: str, period: str, days: int | None, on: datetime | None, as_json: bool) -> None:
    """Begin the public notice (公示) of the confirmed offers of POLICY in a period."""
    ready()
    from chengban.ledger import Actor
    from chengban.policies.catalogue import current
    from chengban.policies.offering import begin_notice

    pack, by, day = current(), Actor.system("cli"), business_date(on)
    begin = partial(begin_notice, pack, on=day, by=by, days=days)
    _each(policy, period, "confirmed", None, begin, ("noticed", "公示"), as_json)


def _each(
    policy: str,
    period: str,
    stage: str,
    named: list[str] | None,
    act: Callable[[Any], object],
    words: tuple[str, str],
    as_json: bool,
) -> None:
    """Do a verb to the offers that stand at a stage, or to the named ones, and say what came of it."""
    from chengban.ledger import Actor
    from chengban.policies.catalogue import current
    from chengban.policies.models import Offer
    from chengban.policies.offering import each
    from chengban.policies.standing import staged

    declared_policy(current(), policy)
    outcome, word = words
    offers = Offer.objects.filter(policy=policy, period=period).order_by("pk")
    chosen = list(staged(offers).filter(stage=stage) if named is None else offers.filter(subject__in=named))
    done = each(chosen, act, outcome, by=Actor.system("cli"))
    for _ in set(named or ()) - {offer.subject for offer in chosen}:
        done.add("kept_out", "没有这户的拟享")
    told = {"policy": policy, "period": period, outcome: done.outcomes[outcome], "kept_out": done.outcomes["kept_out"]}
    if as_json:
        return show({**told, "reasons": dict(done.reasons)})
    click.echo(f"{policy} {period}：{word} {done.outcomes[outcome]:,} 户，未{word} {done.outcomes['kept_out']:,} 户")
    _why(done.reasons)


def _why(reasons: dict[str, int]) -> None:
    for reason, count in reasons.items():
        click.echo(f"  {reason}：{count:,} 户")


@click.command("order-due")
@click.argument("policy")
@PERIOD
@ON
@JSON
def order_due(policy: str, period: str, on: datetime | None, as_json: bool) -> None:
    """Order payments for the offers of POLICY that are due: accepted, their notice over, and nothing open against them."""
    ready()
    from chengban.ledger import Actor
    from chengban.policies.catalogue import current
    from chengban.policies.offering import order_all_due

    pack = current()
    made = order_all_due(pack, declared_policy(pack, policy), period, on=business_date(on), by=Actor.system("cli"))
    total = sum(payment.amount for payment in made.payments)
    if as_json:
        told = {"policy": policy, "period": period, "ordered": len(made.payments), "amount": total}
        return show({**told, "kept_out": made.kept_out})
    click.echo(f"{policy} {period}：下达 {len(made.payments):,} 笔，{total:,} 元；未下达 {len(made.kept_out):,} 笔")
    for subject, reason in made.kept_out.items():
        click.echo(f"  {subject}：{reason}")
