"""`chengban match follow` and `chengban match verify`: figures that stay true, and the check that they did."""

import signal
import threading
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from chengban.cli.setup import JSON, ON, business_date, progress, ready, show

if TYPE_CHECKING:
    from chengban.policies.following import Following
    from chengban.policies.verifying import Checked

_PAUSE = 1.0
"""Seconds between two tries while the database is away."""
_FULL = {"first": "首次全量匹配", "pack": "政策改动较多，已全量匹配", "share": "改动的对象超过一成，已全量匹配"}


def until_stopped() -> threading.Event:
    """Set when the process is told to end, so that what is under way is finished first."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    return stopping


@click.command("follow")
@click.option("--once", is_flag=True, help="One turn, and end.")
@click.option("--interval", default=0.5, show_default=True, type=click.FloatRange(0.05, 60), help="Seconds between two looks.")
@ON
@JSON
def follow(once: bool, interval: float, on: datetime | None, as_json: bool) -> None:
    """Judge again whoever's facts changed, and everybody by a policy that changed; until stopped. Several take turns."""
    ready()
    if once:
        made = _turn(business_date(on))
        if as_json:
            return show(following_dict(made))
        return click.echo(following_sentence(made))
    stopping = until_stopped()
    while not stopping.wait(interval):
        try:
            made = _turn(business_date(on))
        except Exception as error:
            wait_for_the_database(error, stopping)
            continue
        if not made.is_idle:
            click.echo(following_sentence(made))


def _turn(on: date) -> "Following":
    from chengban.ledger import Actor
    from chengban.policies import catalogue
    from chengban.policies.following import follow

    return follow(catalogue.current(), by=Actor.system("follower"), on=on)


def wait_for_the_database(error: Exception, stopping: threading.Event) -> None:
    """A database that went away comes back; any other error is not ours to pass over."""
    from django.db import InterfaceError, OperationalError, connection

    from chengban.config import database

    if not isinstance(error, OperationalError | InterfaceError):
        raise error
    click.echo(f"数据库暂时连不上，稍后再试：{str(error).strip().splitlines()[0]}", err=True)
    connection.close()
    stopping.wait(_PAUSE)
    try:
        database.keep()
    except Exception as again:  # the next turn tries once more
        click.echo(str(again), err=True)


def following_sentence(made: "Following") -> str:
    if made.run is None:
        return "还没有载入任何数据，没有可以匹配的。"
    if made.full:
        return f"{_FULL[made.full]}（匹配 {made.run.pk}，数据截至批次 {made.run.followed_to}），{made.seconds:.2f} 秒。"
    reached = f"；重新匹配政策 {'、'.join(made.reached)}" if made.reached else ""
    return (
        f"重新判断 {made.subjects:,} 个对象，{made.changes:,} 项结果改变{reached}；"
        f"数据截至批次 {made.run.followed_to}，{made.seconds:.2f} 秒。"
    )


def following_dict(made: "Following") -> dict[str, Any]:
    """A turn in the documented shape of `--json`."""
    run = made.run
    return {
        "run": run and run.pk,
        "followed_to": run and run.followed_to,
        "subjects": made.subjects,
        "changes": made.changes,
        "reached": list(made.reached),
        "full": made.full or None,
        "seconds": round(made.seconds, 3),
    }


@click.command("verify")
@ON
@JSON
def verify(on: datetime | None, as_json: bool) -> None:
    """Hold what was followed against a full matching, then make the run for the day; ends with 1 where they differ."""
    ready()
    from chengban.ledger import Actor
    from chengban.policies import catalogue
    from chengban.policies.verifying import verify as check

    with progress(quiet=as_json) as tell:
        made = check(catalogue.current(), by=Actor.system("cli"), on=business_date(on), progress=tell)
    if made is None:
        raise click.ClickException("还没有载入任何数据，没有可以核对的。先用 chengban ingest 载入登记库。")
    if as_json:
        show(checked_dict(made))
    elif made.is_clean:
        click.echo(f"一致：匹配 {made.run.pk} 跟随至批次 {made.known_by}，与全量匹配没有差异，{made.seconds:.1f} 秒。")
    else:
        for alarm in made.alarms:
            click.echo(f"{alarm.policy}：{alarm.differing:,} 个对象不一致；计数 {'、'.join(alarm.counts) or '一致'}")
        click.echo(f"已改用全量匹配的结果（匹配 {made.next_run.pk}）。请把以上告警和日志交给运维人员查明原因。")
    if not made.is_clean:
        raise SystemExit(1)


def checked_dict(made: "Checked") -> dict[str, Any]:
    """A check in the documented shape of `--json`."""
    return {
        "run": made.run.pk,
        "known_by": made.known_by,
        "clean": made.is_clean,
        "alarms": [{"policy": one.policy, "differing": one.differing, "counts": sorted(one.counts)} for one in made.alarms],
        "next_run": made.next_run.pk,
        "on": made.next_run.on,
        "seconds": round(made.seconds, 3),
    }


@click.command("replay")
@click.argument("run", type=int, required=False)
@JSON
def replay(run: int | None, as_json: bool) -> None:
    """Ask a run again (the latest, or RUN) with the policies and facts of its day; ends with 1 where it answers otherwise."""
    ready()
    from chengban.policies import replaying
    from chengban.policies.models import MatchRun

    found = MatchRun.objects.order_by("-pk").first() if run is None else MatchRun.objects.filter(pk=run).first()
    if found is None:
        raise click.ClickException("没有这次匹配。" if run is not None else "还没有匹配过。先运行 chengban match run。")
    made = replaying.replay(found)
    told = {"run": found.pk, "on": found.on, "known_by": found.known_by, "publications": found.publications}
    if as_json:
        show({**told, "same": made.same, "different": made.different, "replaced": made.replaced})
    else:
        counts = {"相同": made.same, "不同": made.different, "后来换了版本": made.replaced}
        told_counts = "，".join(f"{len(policies)} 项{word}" for word, policies in counts.items())
        click.echo(f"第 {found.pk} 次匹配（{found.on}）：{told_counts}")
    if made.different:
        raise SystemExit(1)
