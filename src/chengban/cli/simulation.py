"""A simulation as `policy simulate` prints it: the documented JSON, and a table to read."""

from typing import Any

import click


def setting(text: str) -> tuple[str, str]:
    """`parameter=value` as two words."""
    name, equals, value = text.partition("=")
    if not name.strip() or not equals:
        raise click.UsageError(f"--set {text} 应写成 参数=值，例如 --set 初创从业人数上限=200。")
    return name.strip(), value


def simulation_dict(made: Any, budget: Any) -> dict[str, Any]:
    """A simulation in the documented shape of `--json`."""
    return {
        "policy": made.policy.id,
        "version": made.in_force.version.version,
        "on": made.on,
        "amount_kind": made.in_force.version.amount.kind,
        "subjects": len(made.subjects),
        "parameters": [
            {"id": before.id, "name": before.name, "unit": before.unit, "in_force": before.value, "simulated": after.value}
            for before, after in made.parameters
        ],
        "in_force": _outcome(made.in_force),
        "simulated": made.simulated and _outcome(made.simulated),
        "changes": _changes(made) if made.simulated else None,
        "budget": budget and {"period": budget.period, "total": budget.total, "left": budget.left},
        "seconds": {name: round(getattr(made.seconds, name), 4) for name in ("frame", "encode", "match", "simulate")},
    }


def _outcome(outcome: Any) -> dict[str, Any]:
    matched = outcome.matched
    return {
        "eligible": matched.eligible,
        "unknown": matched.unknown,
        "near": matched.near,
        "amount": matched.amount,
        "amount_unknown": matched.amount_unknown,
        "near_clauses": [{"clause": clause.id, "text": clause.text, "count": count} for clause, count in outcome.near],
        "missing": [
            {name: getattr(lack, name) for name in ("fact", "name", "department", "department_name", "count")}
            for lack in outcome.missing
        ],
        "breakdown": {
            name: [{"code": group.code, "name": group.name, "count": group.count} for group in groups]
            for name, groups in outcome.breakdown.items()
        },
    }


def _changes(made: Any) -> dict[str, Any]:
    counts = {name: int(getattr(made, name).sum()) for name in ("gains", "loses", "stays", "becomes_unknown")}
    return counts | {"amount": made.cost_difference}


def print_simulation(made: Any, budget: Any) -> None:
    """Counts and cost side by side, then why not, and who."""
    version = made.in_force.version
    click.echo(f"{made.policy.id} {made.policy.name}(版本 {version.version}) · {made.on} · {len(made.subjects):,} 个对象")
    for before, after in made.parameters:
        changed = f" → {after.value}" if after.value != before.value else ""
        click.echo(f"  {before.name}({before.id}) {before.value}{changed} {before.unit or ''}".rstrip())
    _print_counts(made)
    _print_reasons(made.outcome)
    for name, groups in made.outcome.breakdown.items():
        click.echo(f"{_BY[name]}:{'、'.join(f'{group.name} {group.count:,}' for group in groups) or '没有'}")
    click.echo(_against(budget, made.outcome.matched.amount))
    seconds = made.seconds
    click.echo(f"取数 {seconds.frame:.2f} 秒，编码 {seconds.encode:.2f} 秒")
    click.echo(f"仿真 {seconds.simulate:.3f} 秒，其中匹配 {seconds.match:.3f} 秒")


def _against(budget: Any, amount: Any) -> str:
    """The cost beside what is left of the budget."""
    if budget is None:
        return "预算：还没有设定，不作比较（chengban deliver budget）。"
    said = f"预算({budget.period})：{budget.total:,} 元，还剩 {budget.left:,} 元"
    if amount is None:
        return said
    return said + (f"；不够，差 {amount - budget.left:,} 元" if amount > budget.left else "；够用")


_BY = {"county": "按县(市、区)", "industry": "按行业门类", "size": "按企业划型", "age": "按成立年数"}
_COUNTS = {"eligible": "符合", "unknown": "还不知道", "near": "差一步", "amount": "金额(元)", "amount_unknown": "金额还不知道"}


def _print_counts(made: Any) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table()
    for name in ("", "现行", *(("仿真", "变化") if made.simulated else ())):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for key, name in _COUNTS.items():
        before, after = (getattr(outcome.matched, key) for outcome in (made.in_force, made.outcome))
        row = [_written(before), _written(after), _written(None if before is None else after - before, "+,")]
        table.add_row(name, *row[: 3 if made.simulated else 1])
    Console().print(table)
    if made.simulated:
        counts = _changes(made)
        click.echo(
            f"新增符合 {counts['gains']:,}，不再符合 {counts['loses']:,}，"
            f"仍符合 {counts['stays']:,}，变为还不知道 {counts['becomes_unknown']:,}"
        )


def _written(value: Any, form: str = ",") -> str:
    return "—" if value is None else format(value, form)


def _print_reasons(outcome: Any) -> None:
    for clause, count in outcome.near:
        click.echo(f"  只差这一条 {count:,}:{clause.text}")
    for lack in outcome.missing:
        owner = f" ← {lack.department_name}" if lack.department_name else ""
        click.echo(f"  缺这个指标 {lack.count:,}:{lack.name}({lack.fact}){owner}")
