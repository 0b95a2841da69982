"""The tree of commands. A command's module is imported when it is called, so that `--help` is quick."""

import importlib
import os
import sys
from collections.abc import Sequence

import click

_COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("chengban.cli.demo", "Make the city, match it with every policy, and serve the portal."),
    "serve": ("chengban.cli.serve", "Serve the portal and the API."),
    "migrate": ("chengban.cli.operate", "Bring the database to this version, and the registers' tables to the pack."),
    "backup": ("chengban.cli.operate", "Write the whole database to one file."),
    "restore": ("chengban.cli.operate", "Put a backup in place of what the database holds."),
    "account": ("chengban.cli.account", "Open accounts and grant roles."),
    "pack": ("chengban.cli.pack", "Check a pack; print the schemas for editors."),
    "ingest": ("chengban.cli.registers", "Load a file into a register."),
    "register": ("chengban.cli.registers", "List registers, and take out the rows that wait to be mended."),
    "quality": ("chengban.cli.registers", "Measure the registers and open or close tickets."),
    "policy": ("chengban.cli.policy", "List policies, explain one for given facts, simulate one for the city."),
    "match": ("chengban.cli.policy", "Match every subject with every policy."),
    "item": ("chengban.cli.item", "Take in a city's own list of items; find items by what people say."),
    "clock": ("chengban.cli.clock", "Reckon the legal time limits of one application from its events."),
    "scene": ("chengban.cli.scene", "Plan a scene: its items, their order, its one form."),
    "work": ("chengban.cli.work", "Deliver messages, follow changes and check every night, until stopped."),
    "deliver": ("chengban.cli.deliver", "Set budgets, order payments from a confirmed list, and see where they stand."),
    "exchange": ("chengban.cli.exchange", "Deliver messages to outside systems; see, send again and reconcile them."),
    "reach": ("chengban.cli.reach", "See what subjects were told, and whether it arrived."),
    "cert": ("chengban.cli.cert", "Issue electronic certificates, verify them online and offline, hold them off or end them."),
    "ledger": ("chengban.cli.ledger", "Keep the tree over the entries, prove an entry, check everything."),
    "witness": ("chengban.cli.ledger", "See that a log only ever grows, and sign what was seen."),
    "cockpit": ("chengban.cli.cockpit", "The leaders' figures of a year; reckon the city's published figures again."),
    "enterprise": ("chengban.cli.policy", "Show an enterprise's own file and its policies."),
}


class Tree(click.Group):
    """Finds a command in the table above."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        module = importlib.import_module(_COMMANDS[name][0])
        return getattr(module, name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, told) for name, (_, told) in _COMMANDS.items()])


@click.group(cls=Tree, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="chengban", prog_name="chengban")
def chengban() -> None:
    """诚办 Chengban: a city's one-stop government service."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command. What goes wrong is said in one sentence on standard error, and ends with a code other than 0."""
    try:
        chengban.main(args=None if arguments is None else list(arguments), prog_name="chengban", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        _leave(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("\n已中断。没有写了一半的东西，再运行一次会接着做。 Interrupted; run it again to go on.", err=True)
        _leave(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        sentence = plain_sentence(error)
        if sentence is None:
            raise
        click.echo(sentence, err=True)
        _leave(1)


def _leave(code: int) -> None:
    sys.exit(code)


def plain_sentence(error: BaseException) -> str | None:
    """What a person should read for an error that has a plain cause; none for a fault of ours."""
    from chengban.cli.sentences import sentence_of

    return sentence_of(error)
