"""Makes the Python environment from the lock file, and nothing else. Needs nothing but Python 3.11 or later.

Imported by the scripts beside it: `run(lock, arguments)` makes sure of the environment and replaces this process by a program
of it. The environment is kept in `var/venv` of the checkout; what is installed in it is stamped with the lock's digest.
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def run(lock: str, arguments: list[str]) -> None:
    """Make sure that the environment holds what `requirements/<lock>.lock` lists, then become its Python with `arguments`."""
    if sys.version_info < (3, 11):  # noqa: UP036  (these scripts are the one place an older Python may reach)
        _stop(f"Chengban needs Python 3.11 or later; this is {sys.version.split()[0]} ({sys.executable}).")
    python = ensure(lock)
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
    os.execve(python, [str(python), *arguments], environment)


def ensure(lock: str) -> Path:
    """The environment's Python, with everything installed."""
    folder = _folder()
    python = folder / "bin" / "python"
    wanted = _digest(lock)
    stamp = folder / f"{lock}.stamp"
    if python.exists() and any(_stamped(folder, name, wanted, lock) for name in ("run", "dev")):
        return python
    try:
        _make(folder, python, lock)
        stamp.write_text(wanted)
    except OSError as error:
        _stop(f"The environment could not be made in {folder}: {error.strerror}. Free the cause and run this again.")
    except subprocess.CalledProcessError as error:
        _stop(f"Installing the packages failed (pip ended with {error.returncode}; its words are above). Run this again to retry.")
    except KeyboardInterrupt:
        _stop("Interrupted while installing. Run this again; it goes on from here.", 130)
    return python


def _stamped(folder: Path, name: str, wanted: str, lock: str) -> bool:
    """Whether a finished installation serves: the lock itself, or the developers' lock, which holds everything."""
    stamp = folder / f"{name}.stamp"
    if not stamp.exists() or (lock == "dev" and name == "run"):
        return False
    return stamp.read_text() == (wanted if name == lock else _digest(name))


def _make(folder: Path, python: Path, lock: str) -> None:
    if not python.exists():
        print(f"Making the environment in {folder} …", flush=True)
        venv.create(folder, with_pip=True, clear=folder.exists())
    print(f"Installing the packages of requirements/{lock}.lock (about a minute) …", flush=True)
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "install", "--require-hashes", "-r", ROOT / "requirements" / f"{lock}.lock"], check=True)
    subprocess.run([*pip, "install", "--no-deps", "--no-build-isolation", "--no-index", "-e", ROOT], check=True)


def _folder() -> Path:
    named = os.environ.get("CHENGBAN_VENV")
    if named:
        return Path(named).resolve()
    if os.access(ROOT, os.W_OK):
        return ROOT / "var" / "venv"
    return Path(os.environ.get("CHENGBAN_HOME") or Path.home() / ".chengban").resolve() / "venv"


def _digest(lock: str) -> str:
    text = (ROOT / "requirements" / f"{lock}.lock").read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    return hashlib.sha256(text + f"{sys.version_info[:2]} {ROOT}".encode()).hexdigest()


def _stop(sentence: str, code: int = 1) -> None:
    print(sentence, file=sys.stderr)
    raise SystemExit(code)
