"""`chengban policy …`, `chengban match …`, `chengban enterprise …`."""

import json
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import click

from chengban.cli.batch import match_local, match_spark
from chengban.cli.follow import follow, replay, verify
from chengban.cli.setup import JSON, ON, business_date, declared_policy, progress, ready, show, take_up_demo


@click.group()
def policy() -> None:
    """List policies, explain one for given facts, and simulate one for the whole city."""


@policy.command("list")
@ON
@JSON
def list_policies(on: datetime | None, as_json: bool) -> None:
    """Every policy of the pack's files, and the version in force on the date. Needs no database."""
    from chengban.packs import current

    take_up_demo()
    day = business_date(on)
    rows = [_row(declared, day) for declared in current().policies.values()]
    if as_json:
        return show(rows)
    for row in rows:
        click.echo(f"{row['policy']:<6} {row['version'] or '未在有效期':<12} {row['name']}")


def _row(declared: Any, day: Any) -> dict[str, Any]:
    version = declared.in_force(day)
    return {
        "policy": declared.id,
        "name": declared.name,
        "name_en": declared.name_en,
        "level": declared.level,
        "subject": declared.subject,
        "mode": declared.mode,
        "departments": list(declared.departments),
        "version": version and version.version,
        "confidence": version and version.confidence,
        "versions": [
            {"version": v.version, "since": v.since, "until": v.until, "confidence": v.confidence} for v in declared.versions
        ],
    }


@policy.command("explain")
@click.argument("name", metavar="POLICY")
@click.option(
    "--facts", "file", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False), help="JSON: {fact: value}."
)
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh")
@ON
@JSON
def explain_policy(name: str, file: Path, language: str, on: datetime | None, as_json: bool) -> None:
    """What POLICY says about the facts in a file: clause by clause, and what is missing. Needs no database."""
    from chengban.packs import current
    from chengban.policies.explaining import clause_verdict, explain

    take_up_demo()
    pack = current()
    verdict = explain(pack, declared_policy(pack, name), _facts(pack, file), on=business_date(on), language=language)
    if as_json:
        return show(as_dict(verdict))
    click.echo(f"{verdict.policy.id} {verdict.policy.name}(版本 {verdict.version.version}):{_WORDS[verdict.verdict]}")
    for clause, result in zip(verdict.version.clauses, verdict.explanation.clauses, strict=True):
        gap = f" — {result.gap.sentence}" if result.gap else ""
        click.echo(f"  {_MARKS[clause_verdict(result)]} {clause.text}{gap}")
    if verdict.amount is not None:
        click.echo(f"  金额：{verdict.amount:,} 元")
    if verdict.missing:
        click.echo(f"  还不知道：{'、'.join(pack.facts[fact].name if fact in pack.facts else fact for fact in verdict.missing)}")


@policy.command("simulate")
@click.argument("name", metavar="POLICY")
@click.option("--set", "settings", multiple=True, metavar="PARAMETER=VALUE", help="Another value for a parameter; may be repeated.")
@click.option("--csv", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write whom it touches; this is recorded.")
@ON
@JSON
def simulate_policy(name: str, settings: tuple[str, ...], file: Path | None, on: datetime | None, as_json: bool) -> None:
    """What POLICY comes to for the whole city, and what other values for its parameters would change."""
    ready()
    from chengban.cli.simulation import print_simulation, setting, simulation_dict
    from chengban.ledger import Actor
    from chengban.policies.catalogue import current
    from chengban.policies.domain import simulate_policy as simulate
    from chengban.policies.errors import WrongParameter
    from chengban.policies.payments import newest_budget

    if file is not None and not file.parent.is_dir():
        raise click.UsageError(f"没有 {file.parent} 这个文件夹，{file.name} 写不进去。")
    pack, changes = current(), [setting(text) for text in settings]
    declared, by, day = declared_policy(pack, name), Actor.system("cli"), business_date(on)
    try:
        with progress(quiet=as_json) as tell:
            made = simulate(pack, declared, changes, by=by, on=day, list_to=file, progress=partial(tell, declared.subject))
    except WrongParameter as error:
        raise click.UsageError(str(error)) from error
    budget = newest_budget(declared.id)
    if as_json:
        return show(simulation_dict(made, budget))
    print_simulation(made, budget)


_WORDS = {"eligible": "符合", "ineligible": "不符合", "unknown": "还不知道"}
_MARKS = {"eligible": "✓", "ineligible": "✗", "unknown": "?"}


def _facts(pack: Any, file: Path) -> dict[str, Any]:
    from chengban.packs.examples import known_facts
    from chengban.rules import nearest

    try:
        given = json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    except (ValueError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{file.name} 不是 JSON:{error}") from error
    if not isinstance(given, dict):
        raise click.UsageError(f"{file.name} 应是一个对象：{{指标: 值}}")
    try:
        return typed_facts(pack, known_facts(pack, given))
    except KeyError as unknown:
        near = nearest(str(unknown.args[0]), pack.facts)
        raise click.UsageError(f"没有叫 {unknown.args[0]} 的指标。" + (f"是不是 {near}?" if near else "")) from unknown


def typed_facts(pack: Any, given: dict[str, Any]) -> dict[str, Any]:
    """JSON's values as the facts' types; a value of another type is refused with a sentence."""
    from datetime import date

    kinds: dict[str, tuple[type, ...]] = {"number": (int, Decimal), "string": (str,), "boolean": (bool,), "date": (str,)}
    made = {}
    for name, value in given.items():
        fact = pack.facts[name]
        if not isinstance(value, kinds[fact.type]) or (fact.type == "number" and isinstance(value, bool)):
            raise click.UsageError(f"指标 {fact.name}({name})应是 {fact.type},给的是 {value!r}。")
        try:
            made[name] = date.fromisoformat(str(value)) if fact.type == "date" else value
        except ValueError as error:
            raise click.UsageError(f"指标 {fact.name}({name})应是 YYYY-MM-DD 的日期，给的是 {value!r}。") from error
    return made


def as_dict(verdict: Any) -> dict[str, Any]:
    """A verdict in the documented shape of `--json`."""
    from chengban.policies.explaining import clause_verdict

    return {
        "policy": verdict.policy.id,
        "version": verdict.version.version,
        "verdict": verdict.verdict,
        "clauses": [
            {
                "text": clause.text,
                "reference": reference(clause.citation),
                "verdict": clause_verdict(result),
                "facts": result.facts,
                "gap": _gap(result.gap),
            }
            for clause, result in zip(verdict.version.clauses, verdict.explanation.clauses, strict=True)
        ],
        "missing": list(verdict.missing),
        "amount": verdict.amount,
    }


def reference(citation: Any) -> str:
    return f"{citation.title} {citation.article or ''}".strip()


def _gap(gap: Any) -> dict[str, Any] | None:
    if gap is None:
        return None
    return {"fact": gap.fact, "value": gap.value, "needed": gap.needed, "unit": gap.unit, "sentence": gap.sentence}


@click.group()
def match() -> None:
    """Match every subject with every policy."""


match.add_command(match_local)
match.add_command(match_spark)
match.add_command(follow)
match.add_command(verify)
match.add_command(replay)


@match.command("run")
@ON
@JSON
def run_match(on: datetime | None, as_json: bool) -> None:
    """Match the whole city at the business date; prints counts per policy."""
    ready()
    from chengban.ledger import Actor
    from chengban.policies.catalogue import current
    from chengban.policies.domain import run_match as run

    with progress(quiet=as_json) as tell:
        made = run(current(), by=Actor.system("cli"), on=business_date(on), progress=tell)
    if as_json:
        return show(match_dict(made))
    print_table(made)


def match_dict(made: Any) -> dict[str, Any]:
    """A run in the documented shape of `--json`."""
    return {
        "run": made.pk,
        "on": made.on,
        "enterprises": made.enterprises,
        "people": made.people,
        "seconds": round(made.seconds, 3),
        "match_seconds": round(made.match_seconds, 3),
        "policies": {
            row.policy: {
                "version": row.version or None,
                "eligible": row.eligible,
                "unknown": row.unknown,
                "near": row.near,
                "amount": row.amount,
            }
            for row in made.policies.order_by("id")
        },
    }


def print_table(made: Any) -> None:
    """Policy, matched, unknown, one step away, amount."""
    from rich.console import Console
    from rich.table import Table

    from chengban.policies.catalogue import current

    pack = current()
    table = Table(title=f"{made.on} · {made.enterprises:,} 家企业 · {made.people:,} 人 · 匹配 {made.match_seconds:.2f} 秒")
    table.add_column("政策", no_wrap=True, max_width=44)
    for name in ("符合", "还不知道", "最缺的指标", "差一步", "金额(万元)"):
        table.add_column(name, justify="left" if name == "最缺的指标" else "right", no_wrap=True)
    for row in made.policies.order_by("id"):
        declared = pack.policies[row.policy]
        if not row.version:
            table.add_row(f"{declared.id} {declared.name}", "未在有效期", "", "", "", "", style="dim")
            continue
        lacking = next(iter(row.breakdown.get("missing", {})), "")
        amount = "" if row.amount is None else f"{row.amount / 10_000:,.2f}"
        table.add_row(
            f"{declared.id} {declared.name}",
            f"{row.eligible:,}",
            f"{row.unknown:,}",
            pack.facts[lacking].name if lacking in pack.facts else "",
            f"{row.near:,}",
            amount,
        )
    console = Console()
    Console(width=None if console.is_terminal else 120).print(table)


@click.group()
def enterprise() -> None:
    """Show an enterprise's own file and its policies."""


@enterprise.command("show")
@click.argument("uscc")
@click.option("--about", required=True, metavar="TEXT", help="What the file is opened for; the enterprise sees it.")
@ON
@JSON
def show_enterprise(uscc: str, about: str, on: datetime | None, as_json: bool) -> None:
    """Everything the city holds about the enterprise USCC, and its policies. The reading is recorded."""
    ready()
    from chengban.facts.profile import open_file
    from chengban.facts.reading.grounds import Ground
    from chengban.ledger import Actor
    from chengban.policies.catalogue import current
    from chengban.policies.domain import policies_of

    pack, day = current(), business_date(on)
    profile = open_file(
        pack, "enterprise", uscc, under=Ground("upkeep", f"process:{about.strip()[:80]}"), by=Actor.system("cli"), on=day
    )
    verdicts = policies_of(pack, profile, on=day)
    if as_json:
        return show(
            {
                "uscc": profile.id,
                "name": profile.name,
                "on": day,
                "facts": {
                    v.fact.id: {
                        "name": v.fact.name,
                        "value": v.value if v.known else None,
                        "known": v.known,
                        "unit": v.fact.unit,
                        "register": v.register and v.register.id,
                        "learned_at": v.learned_at,
                        "derived": v.derived,
                    }
                    for v in profile.views
                },
                "policies": [as_dict(verdict) for verdict in verdicts],
            }
        )
    click.echo(f"{profile.name} {profile.id}")
    for view in profile.views:
        value = f"{view.value} {view.fact.unit or ''}" if view.known else "还不知道"
        click.echo(f"  {view.fact.name}:{value} ← {view.register.name if view.register else '推算'}")
    for verdict in verdicts:
        amount = f" {verdict.amount:,} 元" if verdict.amount else ""
        click.echo(f"  {_WORDS[verdict.verdict]} {verdict.policy.id} {verdict.policy.name}{amount}")
