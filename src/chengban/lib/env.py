"""Where this installation lives and what its environment says. Secrets come from here and from nowhere else."""

import os
import secrets
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path


class EnvironmentMistake(Exception):
    """A setting in the environment cannot be used; the message says which and what to write instead."""


def checkout() -> Path:
    """The folder that holds `packs/` and `bin/`: three levels above this file, or the working folder."""
    above = Path(__file__).resolve().parents[3]
    return above if (above / "packs").is_dir() else Path.cwd()


def home() -> Path:
    """The folder of all state: `CHENGBAN_HOME`, else `var/` of the checkout. Made when missing."""
    folder = Path(os.environ.get("CHENGBAN_HOME") or checkout() / "var").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def pack_folder() -> Path:
    """The city's declarations: `CHENGBAN_PACK`, else `packs/liaocheng`."""
    return _resolved(os.environ.get("CHENGBAN_PACK", ""))


@lru_cache(maxsize=8)
def _resolved(folder: str) -> Path:
    """Asked for by every request; what a name stands for does not change while the process lives."""
    return Path(folder or checkout() / "packs" / "liaocheng").resolve()


def flag(name: str, default: bool = False) -> bool:
    """A yes/no setting: 1, true, yes or 0, false, no. Anything else is a mistake that is said aloud."""
    text = os.environ.get(name, "").strip().lower()
    if text in ("", "1", "true", "yes", "0", "false", "no"):
        return default if text == "" else text in ("1", "true", "yes")
    raise EnvironmentMistake(f"{name} is {text!r}: write 1 or 0")


def number(name: str, default: int) -> int:
    """A whole number above 0. Raises `EnvironmentMistake`."""
    text = os.environ.get(name) or str(default)
    if not text.isdigit() or int(text) == 0:
        raise EnvironmentMistake(f"{name} is {text!r}: write a whole number above 0")
    return int(text)


def required(name: str) -> str:
    """A setting that must be there once another one is. Raises `EnvironmentMistake`."""
    value = os.environ.get(name)
    if not value:
        raise EnvironmentMistake(f"{name} is not set, and what else is set needs it")
    return value


def chosen(name: str, among: tuple[str, ...]) -> str:
    """One of a few words, the first where nothing is set. Raises `EnvironmentMistake`."""
    value = os.environ.get(name) or among[0]
    if value not in among:
        raise EnvironmentMistake(f"{name} is {value!r}: write one of {', '.join(among)}")
    return value


def _word() -> str:
    return secrets.token_urlsafe(48)


def secret(name: str, make: Callable[[], str] = _word) -> str:
    """The secret `name`: from the environment, else made once and kept in `<home>/secrets/`, readable by its owner only."""
    given = os.environ.get(name)
    if given:
        return given
    return kept_word(home() / "secrets" / name.lower(), make)


def kept_word(place: Path, make: Callable[[], str] = _word) -> str:
    """The secret in that file: made on first use, readable by its owner only."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not place.exists():
        _keep(place, make())
    return place.read_text().strip()


def _keep(place: Path, word: str) -> None:
    """Write the whole word or nothing, and once: of several who try at the same moment, one succeeds."""
    fresh = place.with_name(f"{place.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(word)
        os.link(fresh, place)
    except FileExistsError:
        pass
    finally:
        fresh.unlink(missing_ok=True)
