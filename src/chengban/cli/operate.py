"""`chengban migrate`, `backup`, `restore`: what an operator does."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

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
    from chengban.facts.search import make_directory
    from chengban.packs import current

    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        store.make_tables(current().registers.values())
        make_directory(current())


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Write the whole database to FILE. It appears under its name only when it is complete."""
    ready()
    half = file.with_name(f"{file.name}.part")
    _run(["pg_dump", "--format=custom", "--no-owner", "--file", str(half), *_address()])
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
    _replace(file)
    migrate_all()
    click.echo(f"已从 {file} 恢复。 Restored.")


_EMPTY = b"""
SET client_min_messages = warning;
BEGIN;
DO $$
DECLARE statement text;
BEGIN
    FOR statement IN
        SELECT format('DROP TABLE IF EXISTS %I.%I CASCADE', schemaname, tablename) FROM pg_tables WHERE schemaname = 'public'
        UNION ALL
        SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', routine.oid::regprocedure) FROM pg_proc routine
        WHERE pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = routine.oid AND deptype = 'e')
    LOOP
        EXECUTE statement;
    END LOOP;
END $$;
"""
"""What a newer version has made since is not in the backup, so pg_restore's own --clean would leave it or stumble over it."""


def _replace(file: Path) -> None:
    """Empty the database and play the backup into it. It is committed only after the backup was read to its end."""
    from chengban.facts.reading.guarding import MAKE_ROLE

    with tempfile.TemporaryFile() as read, tempfile.TemporaryFile() as written:
        reader = _start(["pg_restore", "--no-owner", "--file", "-", str(file)], stdout=subprocess.PIPE, stderr=read)
        command = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *_address()]
        writer = _start(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=written)
        with reader, writer, contextlib.suppress(BrokenPipeError):  # a broken pipe: psql has ended, and says why
            assert reader.stdout is not None and writer.stdin is not None
            writer.stdin.write(_EMPTY + MAKE_ROLE.encode())  # a backup names the web's role, and does not hold it
            shutil.copyfileobj(reader.stdout, writer.stdin, 1 << 20)
            writer.stdin.write(b"\nCOMMIT;\n" if reader.wait() == 0 else b"\nROLLBACK;\n")
        for program, done, said in (("psql", writer, written), ("pg_restore", reader, read)):
            said.seek(0)
            _refuse_failure(program, done.returncode, said.read().decode(errors="replace"))


def _run(command: list[str]) -> None:
    """Run one of PostgreSQL's programs. Raises a sentence with its last words."""
    done = _start(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, said = done.communicate()
    _refuse_failure(command[0], done.returncode, said.decode(errors="replace"))


def _start(command: list[str], **pipes: Any) -> "subprocess.Popen[bytes]":
    """One of PostgreSQL's programs; the password is in its environment, where other users cannot read it."""
    program = binaries() / command[0]
    secret = {"PGPASSWORD": str(conninfo_to_dict(os.environ["DATABASE_URL"]).get("password", ""))}
    return subprocess.Popen([program if program.exists() else command[0], *command[1:]], env={**os.environ, **secret}, **pipes)


def _address() -> list[str]:
    """Where the database is, without the password."""
    place = {name: value for name, value in conninfo_to_dict(os.environ["DATABASE_URL"]).items() if name != "password"}
    return ["--dbname", make_conninfo("", **place)]


def _refuse_failure(program: str, code: int, said: str) -> None:
    if code != 0:
        words = (said.strip().splitlines() or ["no words"])[-1]
        raise click.ClickException(f"{program} 没有完成：{words}")
