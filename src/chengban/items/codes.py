"""Codes of items (GB/T 39554.1-2020): catalogue code of 12 digits, task code of 31, handling code of 33.

catalogue (基本编码) = level of region 2 + task type 2 + department 2 + main item 3 + sub-item 3
task (实施编码)      = unified social credit code of the body 18 + level that exercises it 1 + catalogue code 12
handling (业务办理项编码) = task code 31 + number 2
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chengban.items.errors import CodeMistake
from chengban.lib.identifiers import is_uscc

_CATALOGUE = re.compile(r"(\d{2})(\d{2})(\d{2})(\d{3})(\d{3})", re.ASCII)
_LEVEL = re.compile("[1-6]", re.ASCII)
_NUMBER = re.compile(r"\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class CatalogueCode:
    """基本编码, in its parts."""

    region: str
    task_type: str
    department: str
    main: str
    sub: str

    def __post_init__(self) -> None:
        sizes = [len(part) for part in (self.region, self.task_type, self.department, self.main, self.sub)]
        if sizes != [2, 2, 2, 3, 3] or _CATALOGUE.fullmatch(str(self)) is None:
            raise CodeMistake(f"{self} 不是基本编码：应为 12 位数字，依次是区划层级 2、事项类型 2、部门 2、主项 3、子项 3。")

    def __str__(self) -> str:
        return f"{self.region}{self.task_type}{self.department}{self.main}{self.sub}"


@dataclass(frozen=True, slots=True)
class TaskCode:
    """实施编码, in its parts."""

    body: str
    level: str
    catalogue: CatalogueCode

    def __post_init__(self) -> None:
        if not is_uscc(self.body):
            raise CodeMistake(f"{self} 的前 18 位 {self.body} 不是统一社会信用代码（位数或校验位不对）。")
        if _LEVEL.fullmatch(self.level) is None:
            raise CodeMistake(f"{self} 的第 19 位 {self.level} 不是行使层级：应为 1 至 6。")

    def __str__(self) -> str:
        return f"{self.body}{self.level}{self.catalogue}"


@dataclass(frozen=True, slots=True)
class HandlingCode:
    """业务办理项编码, in its parts."""

    task: TaskCode
    number: str

    def __post_init__(self) -> None:
        if _NUMBER.fullmatch(self.number) is None:
            raise CodeMistake(f"{self} 的末两位 {self.number} 不是序号：应为两位数字。")

    def __str__(self) -> str:
        return f"{self.task}{self.number}"


Code = CatalogueCode | TaskCode | HandlingCode


def catalogue_code(text: str) -> CatalogueCode:
    """The parts of a catalogue code. Raises `CodeMistake`."""
    parts = _CATALOGUE.fullmatch(text)
    if parts is None:
        raise CodeMistake(f"{text} 不是基本编码：应为 12 位数字。")
    return CatalogueCode(*parts.groups())


def task_code(text: str) -> TaskCode:
    """The parts of a task code. Raises `CodeMistake`."""
    if len(text) != 31:
        raise CodeMistake(f"{text} 不是实施编码：应为 31 位，实为 {len(text)} 位。")
    return TaskCode(text[:18], text[18], catalogue_code(text[19:]))


def handling_code(text: str) -> HandlingCode:
    """The parts of a handling code. Raises `CodeMistake`."""
    if len(text) != 33:
        raise CodeMistake(f"{text} 不是业务办理项编码：应为 33 位，实为 {len(text)} 位。")
    return HandlingCode(task_code(text[:31]), text[31:])


_BY_LENGTH: Mapping[int, Callable[[str], Code]] = {12: catalogue_code, 31: task_code, 33: handling_code}


def split(text: str) -> Code:
    """A code in its parts, by its length. Raises `CodeMistake`."""
    if len(text) not in _BY_LENGTH:
        raise CodeMistake(f"{text[:60]} 有 {len(text)} 位；事项编码是 12、31 或 33 位。")
    return _BY_LENGTH[len(text)](text)


def is_code(text: str) -> bool:
    """Whether `text` is a catalogue, task or handling code, the social credit code inside checked."""
    try:
        split(text)
    except CodeMistake:
        return False
    return True
