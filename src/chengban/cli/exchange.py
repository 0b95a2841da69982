"""`chengban exchange …`: the worker that delivers messages, and the console for those that were not."""

import signal

import click

from chengban.cli.setup import JSON, ready, show

_CALLED = {"treasury": "国库", "mail": "邮件", "sms": "短信"}
SYSTEM = click.argument("system", default="treasury")


@click.group()
def exchange() -> None:
    """Deliver messages to outside systems; see, send again and reconcile those that were not answered."""


@exchange.command("work")
@click.option("--until-empty", is_flag=True, help="Stop when nothing is due, instead of waiting for more.")
def work(until_empty: bool) -> None:
    """Deliver what is due, to every system that has an address, until stopped. Any number of these may run."""
    ready()
    from chengban.exchange.adapters import configured
    from chengban.exchange.models import Message
    from chengban.exchange.worker import Worker

    worker = Worker(configured())
    waiting = Message.objects.filter(outcome=Message.Outcome.WAITING).exclude(system__in=worker.adapters)
    for system in waiting.order_by("system").values_list("system", flat=True).distinct():
        called = _CALLED.get(system, system)
        click.echo(f"没有设置{called}地址（CHENGBAN_{system.upper()}_URL），发给它的消息先等着。", err=True)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stopping.set())
    made = worker.run(until_empty=until_empty)
    click.echo(f"发送 {made:,} 次。")


@exchange.command("list")
@click.option("--outcome", type=click.Choice(["waiting", "delivered", "refused", "given_up", "withdrawn"]), help="Only these.")
@click.option("--limit", default=50, show_default=True)
@JSON
def list_messages(outcome: str | None, limit: int, as_json: bool) -> None:
    """The newest messages, and how many there are of each outcome."""
    ready()
    from django.db.models import Count

    from chengban.exchange.models import Message

    counts = {row["outcome"]: row["count"] for row in Message.objects.values("outcome").annotate(count=Count("pk"))}
    chosen = Message.objects.filter(outcome=outcome) if outcome else Message.objects.all()
    rows = [_row(message) for message in chosen.order_by("-pk")[:limit]]
    if as_json:
        return show({"counts": counts, "messages": rows})
    for row in rows:
        click.echo(f"{row['id']:>8} {row['system']}.{row['act']} {row['key']:<24} {row['outcome']:<10} {row['reason']}")
    click.echo("、".join(f"{name} {count:,}" for name, count in sorted(counts.items())) or "还没有消息。")


def _row(message: object) -> dict[str, object]:
    """A message without its body, which may hold an account."""
    names = ("system", "act", "key", "subject", "outcome", "attempts", "due_at", "reference")
    row = {name: getattr(message, name) for name in names}
    return {"id": message.pk, **row, "reason": message.answer.get("reason", "")}  # type: ignore[attr-defined]


@exchange.command("replay")
@click.argument("keys", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every dead letter.")
@JSON
def replay_messages(keys: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """Send dead letters again, under the same keys."""
    ready()
    from chengban.exchange.domain import DEAD, replay
    from chengban.exchange.models import Message
    from chengban.ledger import Actor

    if not keys and not everything:
        raise click.UsageError("说明要重发哪些：写出幂等键，或 --all。")
    dead = Message.objects.filter(outcome__in=DEAD)
    count = replay(dead if everything else dead.filter(key__in=keys), by=Actor.system("cli"))
    if as_json:
        return show({"replayed": count})
    click.echo(f"重发 {count:,} 条。")


@exchange.command("reconcile")
@SYSTEM
@JSON
def reconcile_system(system: str, as_json: bool) -> None:
    """Hold our messages against the system's own statement; ends with 1 where they differ."""
    ready()
    from chengban.exchange.adapters import adapter_of
    from chengban.exchange.reconciling import reconcile
    from chengban.ledger import Actor

    found = reconcile(system, adapter_of(system), by=Actor.system("cli"))
    named = {kind: found.differences.get(kind, {"count": 0, "keys": []}) for kind in _DIFFERENCES}
    if as_json:
        lists = {kind: one["keys"] for kind, one in named.items()}
        counts = {kind: one["count"] for kind, one in named.items()}
        show(
            {
                "system": system,
                "clean": found.is_clean,
                "compared": found.compared,
                "agreed": found.agreed,
                **lists,
                "counts": counts,
            }
        )
    else:
        click.echo(f"{system}：一致 {found.agreed:,} 笔" + ("。" if found.is_clean else "，不一致："))
        for kind, one in named.items():
            if one["count"]:
                more = " …" if one["count"] > 10 else ""
                click.echo(f"  {_DIFFERENCES[kind]} {one['count']:,} 笔：{'、'.join(one['keys'][:10])}{more}")
    if not found.is_clean:
        raise SystemExit(1)


_DIFFERENCES = {"only_here": "我方有、对方没有", "only_there": "对方有、我方没有", "differing": "内容不同", "twice": "对方记了两次"}
