"""`chengban ingest`, `chengban register …`, `chengban quality …`: the data stewards' commands."""

import csv
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from chengban.cli.setup import JSON, ON, business_date, progress, ready, show


def _register(name: str) -> Any:
    from chengban.packs import current
    from chengban.rules import nearest

    registers = current().registers
    for register in registers.values():
        if name in (register.id, register.name):
            return register
    near = nearest(name, registers)
    raise click.UsageError(f"没有叫 {name} 的库。" + (f"是不是 {near}?" if near else "用 chengban register list 看有哪些。"))


@click.command()
@click.argument("register")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--mapping", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="JSON: {column of the file: field}.")
@click.option("--whole", is_flag=True, help="FILE is the whole register: rows that it lacks are ended.")
@ON
@JSON
def ingest(register: str, file: Path, mapping: Path | None, whole: bool, on: datetime | None, as_json: bool) -> None:
    """Load FILE (CSV, XLSX or Parquet) into REGISTER. Bad rows are kept out with their reasons; nothing is ever half loaded."""
    ready()
    from chengban.facts.ingest import load_file
    from chengban.ledger import Actor
    from chengban.packs import current

    columns = _mapping(mapping)
    declared = _register(register)
    with progress(quiet=as_json) as tell:
        outcome = load_file(
            current(),
            declared,
            file,
            by=Actor.system("cli"),
            on=business_date(on),
            mapping=columns,
            whole=whole,
            progress=lambda rows, done, total: tell(file.name, done, total),
        )
    if as_json:
        show(
            {
                "register": declared.id,
                "batch": outcome.batch,
                "read": outcome.read,
                "new": outcome.new,
                "changed": outcome.changed,
                "same": outcome.same,
                "quarantined": outcome.bad,
                "ended": outcome.ended,
                "already_loaded": outcome.again,
            }
        )
    else:
        click.echo(outcome.summary)
        if outcome.bad and not outcome.again:
            click.echo(f"改正隔离的行：chengban register quarantine {declared.id} > 待改.csv")


def _mapping(path: Path | None) -> dict[str, str] | None:
    if path is None:
        return None
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{path.name} 不是 JSON:{error}") from error
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise click.UsageError(f"{path.name} 应是一个对象：{{文件的列名: 字段}}")
    return given


@click.group()
def register() -> None:
    """List registers, and take out the rows that wait to be mended."""


@register.command("list")
@JSON
def list_registers(as_json: bool) -> None:
    """Every register of the pack."""
    from chengban.packs import current

    rows = [
        {
            "id": r.id,
            "name": r.name,
            "kind": r.kind,
            "department": r.department,
            "fields": len(r.fields),
            "sharing": r.sharing.type,
            "refresh_days": r.refresh_days,
        }
        for r in current().registers.values()
    ]
    if as_json:
        return show(rows)
    for row in rows:
        click.echo(f"{row['id']:<28} {row['name']} · {row['department']} · {row['fields']} fields")


@register.command("quarantine")
@click.argument("name")
def print_quarantine(name: str) -> None:
    """Print the rows of register NAME that were kept out, as a CSV to mend and load again."""
    ready()
    from chengban.facts.quality import quarantine_rows
    from chengban.packs import current

    sys.stdout.write("\ufeff")  # by this mark spreadsheets know UTF-8
    csv.writer(sys.stdout).writerows(quarantine_rows(current(), _register(name)))


@click.group()
def quality() -> None:
    """Measure the registers and open or close tickets."""


@quality.command("inspect")
@ON
@JSON
def inspect_registers(on: datetime | None, as_json: bool) -> None:
    """Measure every register; tickets are opened for what is wrong and closed for what is mended."""
    ready()
    from chengban.facts.quality import inspect_all
    from chengban.ledger import Actor
    from chengban.packs import current

    found = inspect_all(current(), by=Actor.system("cli"), on=business_date(on))
    rows = [
        {
            "register": i.register.id,
            "rows": i.rows,
            "completeness": i.completeness,
            "validity": i.validity,
            "consistency": i.consistency,
            "fresh": i.fresh,
            "faults": {f.rule: f.rows for f in i.faults},
        }
        for i in found
    ]
    if as_json:
        return show(rows)
    for row in rows:
        click.echo(
            f"{row['register']:<28} {row['rows']:>10,} 完整 {row['completeness']} 有效 {row['validity']} "
            f"一致 {row['consistency']} 按时 {row['fresh']} {row['faults'] or ''}"
        )
