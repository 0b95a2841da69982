"""The values of FEEL, and the edge where Python's values become FEEL's.

number: Decimal (34 digits) · string: str · boolean: bool · null: None · date, time, date and time, durations: see
`temporal` · list: list · context: dict · range: Range · function: Function · not known: Unknown.
"""

from __future__ import annotations

import decimal
import threading
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from .temporal import (
    SECOND,
    Date,
    DateTime,
    MonthsDuration,
    Time,
    TimeDuration,
    from_python_datetime,
    to_python_datetime,
)
from .unknown import Unknown

_PLAIN = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_EVEN,
    Emax=6144,
    Emin=-6143,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)


class _Arithmetic(threading.local):
    """FEEL's decimal context (IEEE 754-2008 decimal128), one for each thread."""

    def __init__(self) -> None:
        self.context = _PLAIN.copy()


_ARITHMETIC = _Arithmetic()


def decimals() -> decimal.Context:
    """This thread's decimal context: 34 digits, half to even; overflow, x/0 and nonsense raise DecimalException."""
    return _ARITHMETIC.context


class Function:
    """A FEEL function: built in, written in an expression, or of a model. Nothing else can be called."""

    parameters: tuple[str, ...] = ()

    def takes(self, count: int) -> bool:
        """Whether it can be called with so many arguments."""
        return len(self.parameters) == count


@dataclass(frozen=True, slots=True)
class Range:
    """All values from `lo` to `hi`; a bound that is None is open to that side.

    `operator` is set for a range written as a test, `(< 10)`: the kit of the standard holds it unequal to the
    interval that includes the same values. `!=` includes everything but `lo`.
    """

    lo: Any
    lo_closed: bool
    hi: Any
    hi_closed: bool
    operator: str | None = None


def to_feel(value: Any) -> Any:
    """A FEEL value from a Python one: int, float (by its shortest text), date, datetime, timedelta, list, mapping, …

    Raises TypeError for anything that FEEL has no value for. NaN and infinities become null.
    """
    if value is None or isinstance(value, (bool, str, Unknown, Function, Date, Time, DateTime)):
        return value
    if isinstance(value, (int, float, Decimal)):
        return _number(value)
    if isinstance(value, (datetime, date, time, timedelta)):
        return _temporal(value)
    if isinstance(value, Mapping):
        return {str(key): to_feel(entry) for key, entry in value.items()}
    if isinstance(value, (Sequence, Set)) and not isinstance(value, (bytes, bytearray)):
        return [to_feel(item) for item in value]
    if isinstance(value, (MonthsDuration, TimeDuration, Range)):
        return value
    for convert in ("as_py", "item"):
        if hasattr(value, convert) and not isinstance(value, type):
            return to_feel(getattr(value, convert)())
    raise TypeError(f"FEEL has no value for a {type(value).__name__}")


def _number(value: int | float | Decimal) -> Decimal | None:
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return decimals().plus(number) if number.is_finite() else None


def _temporal(value: datetime | date | time | timedelta) -> Any:
    if isinstance(value, datetime):
        return from_python_datetime(value)
    if isinstance(value, date):
        return Date(value.year, value.month, value.day)
    if isinstance(value, time):
        return from_python_datetime(datetime.combine(date(1970, 1, 1), value)).time
    return TimeDuration((value.days * 86400 + value.seconds) * SECOND + value.microseconds * 1000)


def to_python(value: Any) -> Any:
    """The nearest Python value: date, datetime, timedelta for FEEL's; everything else as it is."""
    if isinstance(value, Date):
        return date(value.year, value.month, value.day)
    if isinstance(value, DateTime):
        return to_python_datetime(value)
    if isinstance(value, TimeDuration):
        return timedelta(microseconds=value.nanos // 1000)
    if isinstance(value, list):
        return [to_python(item) for item in value]
    if isinstance(value, dict):
        return {key: to_python(entry) for key, entry in value.items()}
    return value


_KINDS: dict[type, str] = {
    bool: "boolean",
    Decimal: "number",
    str: "string",
    Date: "date",
    Time: "time",
    DateTime: "date and time",
    MonthsDuration: "years and months duration",
    TimeDuration: "days and time duration",
    list: "list",
    dict: "context",
    Range: "range",
    type(None): "null",
    Unknown: "unknown",
}


def kind(value: Any) -> str:
    """The name of the FEEL type of a value."""
    return _KINDS.get(type(value), "function")
