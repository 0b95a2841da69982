"""The golden lives: files that read like law, with their days reckoned apart from the program."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from chengban import packs
from chengban.cases.clock.reading import Read, read
from chengban.packs.source import Document

FOLDER = Path(__file__).parent / "fixtures" / "lives"


@dataclass(frozen=True)
class Golden:
    """One life: its rules and events as a file says them, what must hold on which day, what must be refused."""

    file: str
    name: str
    said: dict[str, Any]
    then: dict[date, dict[str, Any]]
    refused: tuple[dict[str, Any], ...]

    def read(self) -> Read:
        return read(packs.current(), self.said)


def lives() -> list[Golden]:
    return [
        Golden(path.stem, one["life"], _said(one), _days(one["then"]), tuple(one.get("refused", ())))
        for path in sorted(FOLDER.glob("*.yaml"))
        for one in Document.load(path, FOLDER).value["lives"]
    ]


def _said(one: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if name not in ("life", "then", "refused")}


def _days(then: dict[Any, Any]) -> dict[date, dict[str, Any]]:
    return {day if isinstance(day, date) else date.fromisoformat(day): wanted for day, wanted in then.items()}
