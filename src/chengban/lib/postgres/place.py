"""The files of one private server, and the locks on them."""

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of one server. `users` is held shared by each process that needs the server, `guard` by its guardian."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def half_made(self) -> Path:
        return self.folder / "data.new"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def password(self) -> Path:
        return self.folder / "password"

    @property
    def port(self) -> Path:
        return self.folder / "port"

    @property
    def failure(self) -> Path:
        return self.folder / "failure"

    @property
    def users(self) -> Path:
        return self.folder / "users.lock"

    @property
    def guard(self) -> Path:
        return self.folder / "guardian.lock"


def take(path: Path, *, shared: bool) -> int | None:
    """Lock the file without waiting: its descriptor, or none when another holds it. The kernel frees it if we die."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
