"""`chengban deliver statement|check|resend|release|recover`: what became of the money, and money that comes back."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

from chengban.cli.setup import JSON, ON, PERIOD, business_date, declared_policy, ready, show

DAY = click.DateTime(["%Y-%m-%d"])
REASON = click.option("--reason", required=True, help="Why; it is kept.")
PAYMENT = click.argument("payment", type=click.IntRange(min=1))
SUMS = (
    "total", "ordered", "in_flight", "paid", "returned", "released", "demanded", "recovered", "waived", "owed", "left",
)  # fmt: skip
_NAMES = ("预算", "下达", "在途", "到账", "被退回", "不再拨付", "要求退回", "已退回", "已免除", "尚欠", "剩余")


def yuan(text: str) -> Decimal:
    """An amount in 元 as it was typed. Raises UsageError."""
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise click.UsageError(f"{text!r} 不是金额。") from error
    if not amount.is_finite() or amount < 0 or amount != amount.quantize(Decimal("0.01")):
        raise click.UsageError(f"{text!r} 不是到分的金额。")
    return amount


@click.command("statement")
@click.argument("policy")
@PERIOD
@click.option("--csv", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write one line a payment; it is recorded.")
@JSON
def statement(policy: str, period: str, file: Path | None, as_json: bool) -> None:
    """What of POLICY's budget was ordered, paid, returned, recovered and is left."""
    ready()
    from chengban.ledger import Actor
    from chengban.policies import statements

    found = statements.statement(policy, period)
    if file is not None:
        statements.keep_lines(policy, period, file, by=Actor.system("cli"))
    told = {"policy": policy, "period": period, "payments": found.count, **{name: getattr(found, name) for name in SUMS}}
    if as_json:
        return show({**told, "balances": found.balances})
    click.echo(f"{policy} {period}：{found.count:,} 笔" + ("" if found.balances else "，账目不平！"))
    for name, word in zip(SUMS, _NAMES, strict=True):
        click.echo(f"  {word}{'　' * (4 - len(word))} {told[name]:>18,} 元")


@click.command("check")
@click.argument("policy")
@PERIOD
@click.option("--count", required=True, type=click.IntRange(min=1), help="How many payments to draw.")
@click.option("--seed", required=True, type=int, help="The same seed draws the same payments.")
@ON
@JSON
def check(policy: str, period: str, count: int, seed: int, on: datetime | None, as_json: bool) -> None:
    """Draw payments that arrived, and judge each again by what is known now."""
    ready()
    from chengban.ledger import Actor
    from chengban.policies.catalogue import current
    from chengban.policies.checking import spot_check

    declared_policy(current(), policy)
    made = spot_check(current(), policy, period, count, seed, on=business_date(on), by=Actor.system("cli"))
    rows = [_finding(finding) for finding in made.findings.select_related("payment").order_by("pk")]
    if as_json:
        return show({"check": made.pk, "policy": policy, "period": period, "known_by": made.known_by, "findings": rows})
    for finding in made.findings.select_related("payment").order_by("pk"):
        why = "；".join(clause["gap"] or clause["text"] for clause in finding.clauses) or finding.reason
        click.echo(f"{finding.payment_id:>8} {finding.payment.subject:<18} {finding.get_says_display()} {why}")


def _finding(finding: Any) -> dict[str, Any]:
    told = {"payment": finding.payment_id, "subject": finding.payment.subject, "says": finding.says}
    return {**told, "paid": finding.payment.amount, "amount": finding.amount, "clauses": finding.clauses, "reason": finding.reason}


@click.command("resend")
@PAYMENT
@click.option("--account", required=True, help="The corrected account.")
@REASON
@JSON
def resend(payment: int, account: str, reason: str, as_json: bool) -> None:
    """Pay anew, to a corrected account, what the treasury or the bank sent back."""
    ready()
    from chengban.ledger import Actor
    from chengban.policies import returning

    key = returning.resend(_payment(payment), account, by=Actor.system("cli"), reason=reason)
    if as_json:
        return show({"payment": payment, "key": key})
    click.echo(f"拨付 {payment} 已重新下达，幂等键 {key}。")


@click.command("release")
@PAYMENT
@REASON
@JSON
def release(payment: int, reason: str, as_json: bool) -> None:
    """Give the amount and the place of a payment that was sent back to the budget."""
    ready()
    from chengban.ledger import Actor
    from chengban.policies import returning

    found = _payment(payment)
    returning.release(found, by=Actor.system("cli"), reason=reason)
    if as_json:
        return show({"payment": payment, "released": found.amount})
    click.echo(f"拨付 {payment} 不再拨付，{found.amount:,} 元退回预算。")


@click.group("recover")
def recover() -> None:
    """Demand back what should not have been paid, and record what came back."""


@recover.command("demand")
@PAYMENT
@click.option("--amount", required=True, help="In 元.")
@click.option("--due", required=True, type=DAY, help="The latest day.")
@REASON
@click.option("--citation", required=True, help="The clause that it stands on.")
@ON
@JSON
def demand(payment: int, amount: str, due: datetime, reason: str, citation: str, on: datetime | None, as_json: bool) -> None:
    """Demand back at most what PAYMENT paid."""
    ready()
    from chengban.ledger import Actor
    from chengban.policies import recovery

    day, by = business_date(on), Actor.system("cli")
    made = recovery.demand(_payment(payment), yuan(amount), day, due.date(), by=by, reason=reason, citation=citation)
    _tell(made.pk, as_json, business_date(on))


@recover.command("receive")
@click.argument("number", metavar="RECOVERY", type=click.IntRange(min=1))
@click.option("--amount", required=True, help="In 元.")
@click.option("--reference", required=True, help="The bank's own number; the same again is the same receipt.")
@ON
@JSON
def receive(number: int, amount: str, reference: str, on: datetime | None, as_json: bool) -> None:
    """Record money that came back."""
    ready()
    from chengban.ledger import Actor
    from chengban.policies import recovery
    from chengban.policies.models import Recovery

    found = Recovery.objects.filter(pk=number).first()
    if found is None:
        raise click.UsageError(f"没有编号为 {number} 的追回。")
    recovery.receive(found, yuan(amount), business_date(on), reference, by=Actor.system("cli"))
    _tell(number, as_json, business_date(on))


def _payment(number: int) -> Any:
    from chengban.policies.models import Payment

    found = Payment.objects.filter(pk=number).first()
    if found is None:
        raise click.UsageError(f"没有编号为 {number} 的拨付。")
    return found


def _tell(number: int, as_json: bool, on: Any) -> None:
    from chengban.policies.models import Recovery
    from chengban.policies.recovery import standing_of

    found = Recovery.objects.get(pk=number)
    standing = standing_of(found, on)
    parts = [{"number": one.number, "amount": one.amount, "due": one.due, "received": one.received} for one in standing.parts]
    sums = {name: getattr(found, name) for name in ("amount", "received", "waived", "owed")}
    if as_json:
        return show({"recovery": number, "payment": found.payment_id, "state": standing.state, **sums, "instalments": parts})
    click.echo(f"追回 {number}：要求退回 {found.amount:,} 元，已退回 {found.received:,} 元，尚欠 {found.owed:,} 元。")
