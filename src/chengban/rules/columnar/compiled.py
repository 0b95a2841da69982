"""The doors to compiled code: numba keeps machine code beside the package, or in a cache of the user or the machine."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path
from types import ModuleType


@cache
def kernel() -> ModuleType:
    """The kernel's module."""
    _find_cache()
    from . import kernel as module

    return module


@cache
def ranking() -> ModuleType:
    """The module that ranks values."""
    _find_cache()
    from . import ranking as module

    return module


@cache
def judging() -> ModuleType:
    """The module that judges single records."""
    _find_cache()
    from . import judging as module

    return module


@cache
def _find_cache() -> None:
    """Where neither the package nor the home directory can be written, machine code goes to the temporary directory."""
    if "NUMBA_CACHE_DIR" in os.environ:
        return
    beside = Path(__file__).parent / "__pycache__"
    if _writable(beside) or _writable(Path(os.path.expanduser("~")) / ".cache"):
        return
    from numba.core import config

    vars(config)["CACHE_DIR"] = str(Path(tempfile.gettempdir()) / f"chengban-numba-{os.getuid()}")


def _writable(folder: Path) -> bool:
    existing = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    return os.access(existing, os.W_OK)
