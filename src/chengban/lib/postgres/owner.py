"""Under which user PostgreSQL runs. It refuses to run as root, so root lends it another identity.

Where an unprivileged user can reach the folders, that is `nobody`. Where it cannot (a checkout under /root), the server runs in
a user namespace of its own, in which root's files belong to an ordinary user.
"""

import ctypes
import os
import pwd
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_CLONE_NEWUSER = 0x10000000
_INSIDE = 1000


class NoOwner(Exception):
    """Root may not run the server here, and no other identity can reach its folders."""


@dataclass(frozen=True, slots=True)
class Owner:
    """How to start a process of the server: keyword arguments for `subprocess.Popen`, and who owns its files."""

    uid: int
    gid: int
    options: dict[str, Any]


def choose(*folders: Path) -> Owner:
    """The identity that can use all `folders`. Raises `NoOwner`."""
    if os.geteuid() != 0:
        return Owner(os.geteuid(), os.getegid(), {})
    nobody = pwd.getpwnam("nobody")
    if all(_reachable(folder) for folder in folders):
        return Owner(nobody.pw_uid, nobody.pw_gid, {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []})
    if _namespaces_work():
        return Owner(0, 0, {"preexec_fn": _enter_namespace})
    raise NoOwner(
        "PostgreSQL does not run as root, and an ordinary user cannot reach "
        f"{folders[0]}. Set CHENGBAN_HOME to a folder outside root's home, or run as an ordinary user."
    )


def _reachable(folder: Path) -> bool:
    """Whether everyone may pass through each folder above `folder`."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in folder.resolve().parents)


def _enter_namespace() -> None:
    uid, gid = os.getuid(), os.getgid()
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are not allowed here")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{_INSIDE} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{_INSIDE} {gid} 1")


def _namespaces_work() -> bool:
    return _in_child(_enter_namespace)


def _in_child(act: Callable[[], None]) -> bool:
    child = os.fork()
    if child == 0:
        try:
            act()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0
