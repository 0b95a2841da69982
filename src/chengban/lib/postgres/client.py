"""The side of those who need the server: hold its lock, start a guardian when there is none, wait until it answers."""

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import psycopg

from chengban.lib.postgres.guardian import USER
from chengban.lib.postgres.place import Place, take


class ServerFailure(Exception):
    """The private server cannot be had; the message says why and what to do."""


class PrivateServer:
    """A claim on the server in `folder`. While the claim lives (or its process does), the server is kept running.

    Raises `ServerFailure` where the folder cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        self.place = Place(folder)
        try:
            folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        except OSError as error:
            raise ServerFailure(f"the folder {folder} cannot be made: {error.strerror}. Set CHENGBAN_HOME to another.") from error
        self._lock: int | None = None
        self._guardian: subprocess.Popen[bytes] | None = None

    def claim(self, patience: float = 120.0) -> str:
        """Have the server running and return its URL. Raises `ServerFailure`."""
        self._hold()
        end = time.monotonic() + patience
        while time.monotonic() < end:
            started = self._start_guardian()
            if self._answers():
                return self.url()
            if not started and self.place.failure.exists() and not self._guarded():
                raise ServerFailure(self.place.failure.read_text())
            time.sleep(0.05)
        raise ServerFailure(f"PostgreSQL did not answer in {patience:.0f} seconds; its log is {self.place.log}")

    def release(self) -> None:
        """Let go. The guardian stops the server a few seconds after the last claim ends."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def url(self, database: str = "chengban") -> str:
        word = quote(self.place.password.read_text().strip())
        return f"postgresql://{USER}:{word}@127.0.0.1:{self.place.port.read_text()}/{database}"

    def _hold(self) -> None:
        while self._lock is None:
            self._lock = take(self.place.users, shared=True)
            if self._lock is None:
                time.sleep(0.01)

    def _guarded(self) -> bool:
        lock = take(self.place.guard, shared=False)
        if lock is None:
            return True
        os.close(lock)
        return False

    def _start_guardian(self) -> bool:
        if self._guarded():
            self._leave_guardian()
            return False
        if self._guardian is not None and self._guardian.poll() is None:
            return True  # ours is on its way
        if self.place.failure.exists() and time.time() - self.place.failure.stat().st_mtime < 1:
            return False
        self.place.failure.unlink(missing_ok=True)
        with (self.place.folder / "guardian.log").open("ab") as log:
            self._guardian = subprocess.Popen(
                [sys.executable, "-m", "chengban.lib.postgres", str(self.place.folder)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        time.sleep(0.2)
        return True

    def _leave_guardian(self) -> None:
        """It lives on without us: Python shall neither wait for it nor warn that it still runs."""
        if self._guardian is not None:
            self._guardian.returncode = 0
            self._guardian = None

    def _answers(self) -> bool:
        if not (self.place.password.exists() and self.place.port.exists()):
            return False
        try:
            with psycopg.connect(self.url("postgres"), connect_timeout=5, autocommit=True) as connection:
                found = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'chengban'").fetchone()
                if found is None:
                    connection.execute("CREATE DATABASE chengban")
            return True
        except psycopg.errors.DuplicateDatabase:
            return True
        except (psycopg.OperationalError, psycopg.errors.ObjectInUse):
            return False


def ensure(folder: Path) -> PrivateServer:
    """A claimed private server in `folder`. Raises `ServerFailure`."""
    server = PrivateServer(folder)
    server.claim()
    return server
