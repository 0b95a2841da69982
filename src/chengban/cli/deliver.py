"""`chengban deliver …`: budgets, payments from a confirmed list, and where offers and payments stand."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from chengban.cli import recover
from chengban.cli.offering import confirm, notice, order_due, propose
from chengban.cli.recover import yuan
from chengban.cli.setup import JSON, ON, PERIOD, business_date, declared_policy, read_list, ready, show


@click.group()
def deliver() -> None:
    """Offer and pay to those who qualify, each once a period, within the budget."""


for _offering in (propose, confirm, notice, order_due):
    deliver.add_command(_offering)
for _more in (recover.statement, recover.check, recover.resend, recover.release, recover.recover):
    deliver.add_command(_more)


@deliver.command("budget")
@click.argument("policy")
@PERIOD
@click.option("--total", required=True, help="In 元.")
@click.option("--places", type=click.IntRange(min=0), help="How many may be paid; no limit where not given.")
@JSON
def budget(policy: str, period: str, total: str, places: int | None, as_json: bool) -> None:
    """Give POLICY its budget for a period, or change it."""
    ready()
    from chengban.ledger import Actor
    from chengban.policies.catalogue import current
    from chengban.policies.payments import set_budget

    declared_policy(current(), policy)
    made = set_budget(policy, period, yuan(total), places, by=Actor.system("cli"))
    told = {"policy": policy, "period": period, "total": made.total, "committed": made.committed}
    if as_json:
        return show({**told, "places": made.places, "taken": made.taken})
    click.echo(f"{policy} {period}：预算 {made.total:,} 元，已占用 {made.committed:,} 元")


@deliver.command("order")
@click.argument("policy")
@PERIOD
@click.option(
    "--list", "file", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="CSV with the columns subject and account: the list that the department confirmed.",
)  # fmt: skip
@ON
@JSON
def order(policy: str, period: str, file: Path, on: datetime | None, as_json: bool) -> None:
    """Order payments for a confirmed list. Each line is judged again by the facts of the day; who does not qualify is kept out."""
    ready()
    from chengban.ledger import Actor
    from chengban.policies.catalogue import current
    from chengban.policies.payments import order_payments

    pack, by, day = current(), Actor.system("cli"), business_date(on)
    declared = declared_policy(pack, policy)
    kept_out: dict[str, str] = {}
    orders = list(_judged(pack, declared, _lines(file), by, day, kept_out))
    made = order_payments(policy, declared.in_force(day).version, period, orders, by=by) if orders else None
    payments = made.payments if made else []
    kept_out |= made.kept_out if made else {}
    total = sum((payment.amount for payment in payments), Decimal(0))
    if as_json:
        return show({"policy": policy, "period": period, "ordered": len(payments), "amount": total, "kept_out": kept_out})
    click.echo(f"{policy} {period}：下达 {len(payments):,} 笔，{total:,} 元；未下达 {len(kept_out):,} 笔")
    for subject, reason in kept_out.items():
        click.echo(f"  {subject}：{reason}")


def _lines(file: Path) -> list[tuple[str, str]]:
    return [(row["subject"], row["account"]) for row in read_list(file, ("subject", "account"))]


def _judged(pack: Any, policy: Any, lines: list[tuple[str, str]], by: Any, on: date, kept_out: dict[str, str]) -> Iterator[Any]:
    """An order for each line whose subject qualifies on the day; a reason for each other."""
    from chengban.policies.judging import KeptOut, judge
    from chengban.policies.payments import Order

    for subject, account in lines:
        if not account:
            kept_out[subject] = "没有收款账户"
            continue
        try:
            found = judge(pack, policy, subject, on=on, by=by)
            yield Order(subject, found.amount, account)
        except KeptOut as error:
            kept_out[subject] = str(error)


@deliver.command("status")
@JSON
def status(as_json: bool) -> None:
    """Where all offers stand, by stage, and all payments, by state; by policy and period."""
    ready()
    from chengban.policies.models import Budget, PaymentStep
    from chengban.policies.payments import standings
    from chengban.policies.standing import Stage, stages

    names = dict(PaymentStep.State.choices)
    rows = [
        {"policy": one.policy, "period": one.period, "state": one.state, "count": one.count, "amount": one.amount}
        for one in standings()
    ]
    fields = ("policy", "period", "total", "committed", "places", "taken")
    budgets = list(Budget.objects.order_by("policy", "period").values(*fields))
    if as_json:
        return show({"offers": [asdict(one) for one in stages()], "payments": rows, "budgets": budgets})
    for one in stages():
        click.echo(f"{one.policy:<6} {one.period:<8} {Stage(one.stage).label} {one.count:>8,} 户 {one.amount:>18,} 元")
    for row in rows:
        click.echo(
            f"{row['policy']:<6} {row['period']:<8} {names[str(row['state'])]} {row['count']:>8,} 笔 {row['amount']:>18,} 元"
        )
    if not rows:
        click.echo("还没有下达拨付。")
