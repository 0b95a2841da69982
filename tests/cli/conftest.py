"""Running a command inside the test's own process, transaction and database."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from chengban.cli.main import main


@dataclass(frozen=True)
class Said:
    """What a command printed, and the code it ended with."""

    out: str
    err: str
    code: int

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Shell:
    """`shell("policy", "list", "--json")`"""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: object) -> Said:
        self._capsys.readouterr()
        code = 0
        try:
            main([str(word) for word in words])
        except SystemExit as left:
            code = int(left.code or 0)
        printed = self._capsys.readouterr()
        return Said(printed.out, printed.err, code)


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)
