"""`chengban migrate`, `backup`, `restore`: what an operator does."""

import os
import subprocess
from pathlib import Path

import click
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from chengban.cli.setup import ready
from chengban.lib.postgres.guardian import binaries


@click.command()
def migrate() -> None:
    """Bring the database to this version, and the registers' tables to the pack. Safe to run again."""
    ready()
    migrate_all()
    click.echo("数据库已是最新。 The database is up to date.")


def migrate_all() -> None:
    """Django's migrations, then a table for each declared register."""
    from django.core.management import call_command
    from django.db import transaction

    from chengban.facts import store
    from chengban.packs import current

    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        store.make_tables(current().registers.values())


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Write the whole database to FILE. It appears under its name only when it is complete."""
    ready()
    half = file.with_name(f"{file.name}.part")
    _run(["pg_dump", "--format=custom", "--no-owner", "--file", str(half)])
    half.replace(file)
    click.echo(f"{file}: {file.stat().st_size / 1e6:.1f} MB")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.confirmation_option("--yes", prompt="这会用备份替换数据库现有的全部内容。继续?")
def restore(file: Path) -> None:
    """Put the backup in FILE in place of everything the database holds, in one transaction: all of it or nothing."""
    ready()
    from django.db import connections

    connections.close_all()
    _run(["pg_restore", "--list", str(file)])
    _run(
        [
            "pg_restore",
            "--clean",
            "--if-exists",
            "--no-owner",
            "--single-transaction",
            "--exit-on-error",
            str(file),
        ]
    )
    migrate_all()
    click.echo(f"已从 {file} 恢复。 Restored.")


def _run(command: list[str]) -> None:
    """Run one of PostgreSQL's programs. Raises a sentence with its last words; the address holds a password and is not shown."""
    program = binaries() / command[0]
    place = conninfo_to_dict(os.environ["DATABASE_URL"])
    secret = {"PGPASSWORD": str(place.pop("password", ""))}  # in the environment, where other users cannot read it
    whole = [program if program.exists() else command[0], *command[1:], "--dbname", make_conninfo("", **place)]
    done = subprocess.run(whole, capture_output=True, text=True, env={**os.environ, **secret})
    if done.returncode != 0:
        words = (done.stderr.strip().splitlines() or ["no words"])[-1]
        raise click.ClickException(f"{command[0]} 没有完成:{words}")
