"""Builds the town in the database that DATABASE_URL names, opens the demo cast's accounts, and serves the portal on PORT."""

import os
import sys
import tempfile
from pathlib import Path

import django
from django.core.management import call_command


def main(port: str) -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    prepare()
    where = ("--host", "127.0.0.1", "--port", port)
    command = ("granian", "--interface", "wsgi", *where, "--no-log", "chengban.config.wsgi:application")
    os.execvp(str(Path(sys.executable).parent / "granian"), command)


def prepare() -> None:
    """The town, its quality, its matches, the cast, and some offers so far along."""
    from chengban.accounts.domain import make_demo_cast
    from chengban.facts.quality import inspect_all
    from chengban.policies.domain import run_match
    from tests import offered, town

    with tempfile.TemporaryDirectory() as folder:
        pack = town.build(Path(folder))
    inspect_all(pack, by=town.BY, on=town.ON)
    run_match(pack, by=town.BY, on=town.ON)
    make_demo_cast(by=town.BY, enterprise=town.LOTUS, citizen=town.CITIZEN)
    offered.some_of_each()


if __name__ == "__main__":
    main(sys.argv[1])
