"""From cells of text to typed columns, with each fault named: which row, which field, what stood there, and why it cannot be.

The common case is done a column at a time in Arrow. Only the cells that the quick way does not take are read one by one, where
`1,234.50`, `2024年3月6日` and a code's Chinese name are understood.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from chengban.facts.columns import arrow_type
from chengban.lib import identifiers
from chengban.packs.model import CodeSet, FieldType, Register, RegisterField

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one row. `index` counts within the piece."""

    index: int
    field: str
    value: str | None
    reason: str


@dataclass
class Checked:
    """A piece after validation: typed columns of all rows, and the faults of some."""

    rows: pa.Table
    faults: list[Fault]

    @cached_property
    def good(self) -> Mask:
        mask = np.ones(len(self.rows), dtype=bool)
        mask[[fault.index for fault in self.faults]] = False
        return mask


@dataclass
class Checker:
    """Validates pieces of one file for one register. It remembers the keys it has seen."""

    register: Register
    codes: dict[str, CodeSet]
    seen: set[Any] = field(default_factory=set)

    def check(self, rows: pa.Table) -> Checked:
        """`rows` has a column of text (or already of the right type) for each field it brings; absent fields become null."""
        faults: list[Fault] = []
        columns = [self._column(field, rows, faults) for field in self.register.fields]
        typed = pa.table(columns, names=[field.id for field in self.register.fields])
        self._find_repeats(typed, faults)
        return Checked(typed, faults)

    def _column(self, field: RegisterField, rows: pa.Table, faults: list[Fault]) -> pa.Array:
        kind = arrow_type(field)
        if field.id not in rows.column_names:
            return pa.nulls(len(rows), kind)
        column = rows.column(field.id).combine_chunks()
        if isinstance(column, pa.ChunkedArray):
            column = column.chunk(0) if column.num_chunks else pa.array([], column.type)
        text = None if column.type == kind and kind != pa.string() else _text(column)
        values = column if text is None else self._parse(field, text, faults)
        self._require(field, values if text is None else text, faults)
        self._range(field, values, faults)
        return values

    def _parse(self, field: RegisterField, text: pa.Array, faults: list[Fault]) -> pa.Array:
        quick, slow = _PARSERS[field.type]
        allowed = self._allowed(field)
        values, taken = quick(text, allowed)
        rest = np.flatnonzero(~taken & _present(text))
        if len(rest) == 0:
            return values
        mended: dict[int, Any] = {}
        for index in rest.tolist():
            try:
                mended[index] = slow(text[index].as_py(), allowed)
            except ValueError as error:
                faults.append(Fault(index, field.id, text[index].as_py()[:200], str(error)))
        return _put(values, mended)

    def _allowed(self, field: RegisterField) -> "_Allowed":
        return _Allowed(field, self.codes.get(field.codes) if field.codes else None)

    def _require(self, field: RegisterField, column: pa.Array, faults: list[Fault]) -> None:
        if not field.required and field.id not in self.register.key:
            return
        for index in np.flatnonzero(~_present(column)).tolist():
            faults.append(Fault(index, field.id, None, f"{field.name}是必填项，这里是空的"))

    def _range(self, field: RegisterField, values: pa.Array, faults: list[Fault]) -> None:
        for bound, test, word in ((field.minimum, pc.less, "小于最小值"), (field.maximum, pc.greater, "大于最大值")):
            if bound is None:
                continue
            limit = int(bound) if pa.types.is_integer(values.type) else bound
            outside = pc.fill_null(test(values, pa.scalar(limit)), False)
            for index in np.flatnonzero(outside.to_numpy(zero_copy_only=False)).tolist():
                faults.append(Fault(index, field.id, str(values[index].as_py()), f"{word} {bound}"))

    def _find_repeats(self, rows: pa.Table, faults: list[Fault]) -> None:
        bad = {fault.index for fault in faults}
        columns = [rows.column(name).to_pylist() for name in self.register.key]
        keys = columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))
        named = "、".join(self.register.field(name).name for name in self.register.key)
        for index, key in enumerate(keys):
            if index in bad:
                continue
            if key in self.seen:
                shown = key if isinstance(key, str) else " ".join(map(str, key if isinstance(key, tuple) else (key,)))
                faults.append(Fault(index, self.register.key[0], shown, f"与本文件前面的一行重复({named}相同)"))
            self.seen.add(key)


@dataclass(frozen=True, slots=True)
class _Allowed:
    """What a field allows besides its type."""

    field: RegisterField
    codes: CodeSet | None


Quick = Callable[[pa.Array, _Allowed], tuple[pa.Array, Mask]]
Slow = Callable[[str, _Allowed], Any]


def _text(column: pa.Array) -> pa.Array:
    """The cells as trimmed text; an empty cell is null."""
    text = column if pa.types.is_string(column.type) else column.cast(pa.string())
    trimmed = pc.utf8_trim_whitespace(text)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _present(column: pa.Array) -> Mask:
    return np.asarray(pc.is_valid(column).to_numpy(zero_copy_only=False), dtype=bool)


def _mask(array: pa.Array) -> Mask:
    return np.asarray(pc.fill_null(array, False).to_numpy(zero_copy_only=False), dtype=bool)


def _put(values: pa.Array, mended: dict[int, Any]) -> pa.Array:
    if not mended:
        return values
    mask = np.zeros(len(values), dtype=bool)
    mask[list(mended)] = True
    return pc.replace_with_mask(values, pa.array(mask), pa.array([mended[i] for i in sorted(mended)], values.type))


def _cast(pattern: str, kind: pa.DataType) -> Quick:
    """Take the cells that match `pattern` whole, and cast them."""

    def quick(text: pa.Array, allowed: _Allowed) -> tuple[pa.Array, Mask]:
        fits = pc.fill_null(pc.match_substring_regex(text, pattern), False)
        return pc.if_else(fits, text, pa.scalar(None, pa.string())).cast(kind), _mask(fits)

    return quick


def _quick_date(text: pa.Array, allowed: _Allowed) -> tuple[pa.Array, Mask]:
    days = pc.strptime(text, format="%Y-%m-%d", unit="s", error_is_null=True).cast(pa.date32())
    same = _mask(pc.equal(days.cast(pa.string()), text))  # strptime takes 02-30 for 03-01; written back it differs
    return pc.if_else(pa.array(same), days, pa.scalar(None, pa.date32())), same


def _quick_code(text: pa.Array, allowed: _Allowed) -> tuple[pa.Array, Mask]:
    assert allowed.codes is not None
    known = pa.array([code.code for code in allowed.codes.items], pa.string())
    taken = _mask(pc.is_in(text, value_set=known))
    return pc.if_else(pa.array(taken), text, pa.scalar(None, pa.string())), taken


def _quick_identifier(mask: Callable[[pa.Array], Mask]) -> Quick:
    def quick(text: pa.Array, allowed: _Allowed) -> tuple[pa.Array, Mask]:
        taken = mask(text)
        return pc.if_else(pa.array(taken), text, pa.scalar(None, pa.string())), taken

    return quick


def _quick_text(text: pa.Array, allowed: _Allowed) -> tuple[pa.Array, Mask]:
    taken = _mask(pc.less_equal(pc.utf8_length(text), allowed.field.longest))
    return pc.if_else(pa.array(taken), text, pa.scalar(None, pa.string())), taken


def _quick_boolean(text: pa.Array, allowed: _Allowed) -> tuple[pa.Array, Mask]:
    yes, no = (_mask(pc.is_in(text, value_set=pa.array(words))) for words in (("true", "是", "1"), ("false", "否", "0")))
    return pa.array(np.where(yes, True, False), pa.bool_(), mask=~(yes | no)), yes | no


def _plain(text: str) -> str:
    """A number as typed by people: full-width digits made narrow, separators and the yuan sign taken off."""
    return unicodedata.normalize("NFKC", text).replace(",", "").removeprefix("¥")


def _slow_integer(text: str, allowed: _Allowed) -> int:
    plain = _plain(text)
    if re.fullmatch(r"[+-]?[0-9]{1,18}(\.0+)?", plain, re.ASCII) is None:
        raise ValueError("不是整数")
    return int(plain.split(".")[0])


def _slow_decimal(places: int) -> Slow:
    def slow(text: str, allowed: _Allowed) -> Decimal:
        plain = _plain(text)
        if re.fullmatch(r"[+-]?[0-9]{1,18}(\.[0-9]+)?", plain, re.ASCII) is None:
            raise ValueError("不是数")
        number = Decimal(plain)
        if number != round(number, places):
            raise ValueError(f"小数超过 {places} 位")
        try:
            return number.quantize(Decimal(1).scaleb(-places))
        except InvalidOperation as error:
            raise ValueError("数太大") from error

    return slow


def _slow_date(text: str, allowed: _Allowed) -> date:
    found = re.fullmatch(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T]00:00:00(?:\.0+)?)?", text, re.ASCII)
    if found is None:
        raise ValueError("不是日期，应写成 2025-03-06")
    try:
        return date(*map(int, found.groups()))
    except ValueError as error:
        raise ValueError("日历上没有这一天") from error


def _slow_code(text: str, allowed: _Allowed) -> str:
    assert allowed.codes is not None
    named = [code.code for code in allowed.codes.items if code.name == text]
    if len(named) != 1:
        raise ValueError(f"代码集《{allowed.codes.name}》里没有这个代码")
    return named[0]


def _refuse(reason: str) -> Slow:
    def slow(text: str, allowed: _Allowed) -> Any:
        raise ValueError(reason)

    return slow


def _slow_uscc(text: str, allowed: _Allowed) -> str:
    if identifiers.is_uscc(text.upper()):
        return text.upper()
    raise ValueError("不是有效的统一社会信用代码(应为 18 位，且校验位相符)")


def _slow_citizen_id(text: str, allowed: _Allowed) -> str:
    if identifiers.is_citizen_id(text.upper()):
        return text.upper()
    raise ValueError("不是有效的公民身份号码(应为 18 位，出生日期真实，校验码相符)")


def _slow_text(text: str, allowed: _Allowed) -> str:
    raise ValueError(f"超过 {allowed.field.longest} 个字")


_PARSERS: dict[FieldType, tuple[Quick, Slow]] = {
    "text": (_quick_text, _slow_text),
    "integer": (_cast(r"^-?(0|[1-9][0-9]{0,17})$", pa.int64()), _slow_integer),
    "decimal": (_cast(r"^-?[0-9]{1,17}(\.[0-9]{1,6})?$", pa.decimal128(24, 6)), _slow_decimal(6)),
    "money": (_cast(r"^-?[0-9]{1,17}(\.[0-9]{1,2})?$", pa.decimal128(22, 2)), _slow_decimal(2)),
    "date": (_quick_date, _slow_date),
    "year": (_cast(r"^(19|20)[0-9]{2}$", pa.int64()), _refuse("不是年份，应写成 2024")),
    "month": (_cast(r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$", pa.string()), _refuse("不是月份，应写成 2024-03")),
    "boolean": (_quick_boolean, _refuse("应为 是 或 否")),
    "code": (_quick_code, _slow_code),
    "uscc": (_quick_identifier(identifiers.uscc_mask), _slow_uscc),
    "citizen_id": (_quick_identifier(identifiers.citizen_id_mask), _slow_citizen_id),
    "phone": (_cast(r"^[0-9+][0-9 -]{4,19}$", pa.string()), _refuse("不是电话号码")),
}
