"""One row of a city's list to an implementation list, or to what is wrong with it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from chengban.items.cells import CodeNames, Illegible
from chengban.items.consistency import breaches
from chengban.items.headings import ITEM, NESTED, Heading, index, plain
from chengban.items.sheets import Row, scalars
from chengban.lib.identifiers import is_uscc
from chengban.packs.items import Implementation

_SHAPES = (("handling_code", r"[0-9A-Z]{33}"), ("task_code", r"[0-9A-Z]{31}"), ("catalogue_code", r"\d{12}"))
_LOCAL = re.compile(r"[0-9A-Z-]+-\d{12}-\d{3}-(?P<body>[0-9A-Z]{18})-\d-\d{2}", re.ASCII)
"""A code of Sichuan's system: base code, region, town, body, level, number."""
_NAMES = {one.field: one.names[0] for one in ITEM}
_NO_UNIT = "时限没有单位"
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
"""What the database cannot hold."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row is kept out: the field by its Chinese name, its value, the reason."""

    field: str
    value: str
    reason: str


@dataclass
class Reading:
    """A row as it was read: the item, or the faults; and what was let pass without being taken (`notes`)."""

    number: int
    code: str | None = None
    item: Implementation | None = None
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)


def read_row(number: int, row: Row, names: CodeNames) -> Reading:
    """Read a row. Nothing in it raises."""
    reading = Reading(number)
    values = _values(row, ITEM, names, reading)
    _place_code(values)
    reading.code = next(
        (values[key] for key in ("handling_code", "task_code", "local_code", "catalogue_code") if key in values), None
    )
    _take_limits(values, reading)
    _take_body(values, reading)
    for name in ("name", "department"):
        if name not in values:
            reading.faults.append(Fault(_NAMES[name], "", "没有填写"))
    if reading.code is None:
        reading.faults.append(Fault(_NAMES["code"], "", "没有填写"))
    if not reading.faults:
        _fit(values, reading)
    return reading


def _values(row: Mapping[str, Any], headings: tuple[Heading, ...], names: CodeNames, reading: Reading) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for one in headings:
        given = row.get(one.field)
        if given is None or given == "" or given == []:
            continue
        try:
            values[one.field] = _several(one, given, names, reading) if isinstance(given, list) else _read(one, given, names)
        except Illegible as illegible:
            reading.faults.append(Fault(one.names[0], _shown(given), str(illegible)))
    return values


def _read(one: Heading, given: str, names: CodeNames) -> Any:
    if _UNKEEPABLE.search(given):
        raise Illegible("含有不能保存的字符")
    return one.read(given, names)


def _several(one: Heading, given: list[Any], names: CodeNames, reading: Reading) -> Any:
    """A list within JSON: objects under headings of their own, or texts as they would stand in one cell."""
    parts = list(scalars(given))
    within = NESTED.get(one.field)
    if within is None or not all(isinstance(part, dict) for part in parts):
        if not all(isinstance(part, str) for part in parts):
            raise Illegible("这一列表看不懂")
        return _read(one, "\n".join(parts), names)
    known = index(within)
    rows = ({known[plain(str(k))].field: str(v).strip() for k, v in part.items() if plain(str(k)) in known} for part in parts)
    return [_values(row, within, names, reading) for row in rows]


def _place_code(values: dict[str, Any]) -> None:
    """A code whose column does not say which it is goes where its shape belongs."""
    code = values.pop("code", None)
    if code is not None:
        target = next((name for name, shape in _SHAPES if re.fullmatch(shape, code, re.ASCII)), "local_code")
        values.setdefault(target, code)


def _take_limits(values: dict[str, Any], reading: Reading) -> None:
    for name in ("statutory", "promised"):
        unit = values.pop(f"{name}_unit", "")
        if name in values:
            values[name]["unit"] = values[name]["unit"] or unit
            if not values[name]["unit"]:
                reading.faults.append(Fault(_NAMES[name], str(values[name]["number"]), _NO_UNIT))


def _take_body(values: dict[str, Any], reading: Reading) -> None:
    """A body code that is none is left out with a note; where the local code holds the body that is meant, that is taken."""
    given = values.get("body_code")
    if given is None or is_uscc(given):
        return
    local = _LOCAL.fullmatch(values.get("local_code", ""))
    meant = local["body"] if local is not None else ""
    if is_uscc(meant) and given.replace("-", "") in meant:
        values["body_code"] = meant
        reading.notes.append(Fault(_NAMES["body_code"], given, "是组织机构代码，由地方编码补成统一社会信用代码"))
    else:
        del values["body_code"]
        reading.notes.append(Fault(_NAMES["body_code"], given, "不是统一社会信用代码，没有采用"))


def _fit(values: dict[str, Any], reading: Reading) -> None:
    try:
        item = Implementation.model_validate(values)
    except ValidationError as error:
        reading.faults += [_misfit(problem) for problem in error.errors(include_url=False)]
        return
    for rule in breaches(item):
        said = Fault(_NAMES.get(rule.field, rule.field), rule.name, rule.sentence)
        (reading.faults if rule.severity == "reject" else reading.notes).append(said)
    reading.item = None if reading.faults else item


_REASONS = {
    "string_too_long": "太长，最多 {max_length} 个字",
    "missing": "没有填写",
    "greater_than_equal": "太小",
    "less_than_equal": "太大",
}


def _misfit(problem: Any) -> Fault:
    path = [str(part) for part in problem["loc"]]
    name = _NAMES.get(path[0], path[0]) if path else "整行"
    reason = _REASONS.get(problem["type"], "不合要求").format(**problem.get("ctx", {}))
    return Fault("·".join([name, *path[1:]]), _shown(problem.get("input")), reason)


def _shown(value: Any) -> str:
    return _UNKEEPABLE.sub("\N{REPLACEMENT CHARACTER}", str(value)[:100])


def read_rows(rows: list[tuple[int, Row]], names: CodeNames) -> Iterator[Reading]:
    """Read every row; of two with one code the first counts."""
    seen: dict[str, int] = {}
    for number, row in rows:
        reading = read_row(number, row, names)
        if reading.code is not None and seen.setdefault(reading.code, number) != number:
            reading.item = None
            reading.faults.append(Fault("事项编码", reading.code, f"与第 {seen[reading.code]} 行的编码相同"))
        yield reading
