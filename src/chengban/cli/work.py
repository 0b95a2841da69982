"""`chengban work`: one command that does the work of a county on one machine, and keeps doing it."""

import subprocess
import sys
import time as clocks
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time

import click

from chengban.cli.follow import until_stopped
from chengban.cli.setup import ready
from chengban.lib import clock
from chengban.lib.lifeline import die_with_parent

_LONGEST_WAIT = 5.0
"""Seconds before a child is started again that dies as soon as it is started."""
_PATIENCE = 15
"""Seconds that a child may take to finish what it is at."""


@dataclass
class Child:
    """A command of ours in a process of its own, started again when it dies: later and later while it dies at once."""

    words: tuple[str, ...]
    process: "subprocess.Popen[bytes] | None" = None
    wait: float = 0.0
    due: float = 0.0
    started: float = field(default=0.0)

    def keep(self, now: float) -> None:
        """Start it where it does not run."""
        if self.is_running():
            return
        if self.process is not None:
            self._note_death(now, self.process.returncode)
        if now >= self.due:
            self.start(now)

    def start(self, now: float) -> None:
        self.process = subprocess.Popen([sys.executable, "-m", "chengban.cli", *self.words], preexec_fn=die_with_parent)
        self.started = now

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def end(self) -> None:
        """Ask it to end, and wait; what does not listen is ended."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _note_death(self, now: float, code: int) -> None:
        self.wait = min(max(2 * self.wait, 0.2), _LONGEST_WAIT) if now - self.started < 2 * _LONGEST_WAIT else 0.0
        self.due, self.process = now + self.wait, None
        click.echo(f"chengban {' '.join(self.words)} 停了（代码 {code}），重新启动。", err=True)


class _Hour(click.ParamType):
    name = "HH:MM"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> time:
        try:
            return value if isinstance(value, time) else datetime.strptime(str(value), "%H:%M").time()
        except ValueError:
            self.fail(f"{value} 不是时刻，应写成 02:30。", param, ctx)


@click.command()
@click.option("--nightly", default="02:30", show_default=True, type=_Hour(), help="When the nightly check and run begin.")
def work(nightly: time) -> None:
    """Keep the ledger's tree, deliver, follow changes, check and remind every night, until stopped. What dies is started again."""
    ready()
    from chengban.config import database

    stopping = until_stopped()
    steady = tuple(Child(words) for words in (("ledger", "keep"), ("exchange", "work"), ("match", "follow")))
    nightly_work = (Child(("match", "verify")), Child(("reach", "remind")), Child(("item", "census")))
    left: deque[Child] = deque()
    with _ended(*steady, *nightly_work):
        before = clock.now().time()
        if _night_was_missed():
            left.extend(nightly_work)
        while not stopping.wait(0.2):
            _keep_database(database.keep)
            for child in steady:
                child.keep(clocks.monotonic())
            now = clock.now().time()
            if is_passed(nightly, before, now) and not left:
                left.extend(nightly_work)
            go_on(left, clocks.monotonic())
            before = now


def go_on(left: deque[Child], now: float) -> None:
    """One after another: the first of what is left is started, and is no longer left when it has ended."""
    if left and left[0].process is None:
        left[0].start(now)
    elif left and not left[0].is_running():
        left.popleft().process = None


@contextmanager
def at_work() -> Iterator[None]:
    """Inside the block the work is done by a process beside this one."""
    child = Child(("work",))
    with _ended(child):
        child.start(clocks.monotonic())
        yield


@contextmanager
def _ended(*children: Child) -> Iterator[None]:
    """When the block is left, so are they."""
    try:
        yield
    finally:
        for child in children:
            child.end()


def _keep_database(keep: Callable[[], None]) -> None:
    try:
        keep()
    except Exception as error:  # the next look tries again; the children meanwhile wait
        click.echo(str(error), err=True)


def _night_was_missed() -> bool:
    """Whether the newest run is of an earlier day, because nobody worked that night."""
    from chengban.policies.domain import latest_run

    run = latest_run()
    return run is not None and run.on < clock.today()


def is_passed(hour: time, before: time, now: time) -> bool:
    """Whether the clock went over the hour between two looks; midnight may lie between them."""
    return before < hour <= now if before <= now else hour > before or hour <= now
