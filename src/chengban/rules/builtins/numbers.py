"""Numeric functions (DMN 10.3.4.5)."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)
from typing import Any

from ..temporal import MonthsDuration, TimeDuration
from ..values import decimals

_SCALES = range(-6111, 6177)


def rounded(number: Decimal, scale: Decimal | None, mode: str) -> Decimal | None:
    """`number` to `scale` digits after the point (before it, below 0); null for a scale out of range."""
    places = int(scale) if scale is not None else 0
    if places not in _SCALES:
        return None
    if -number.as_tuple().exponent <= places:  # type: ignore[operator]
        return number
    context = decimals().copy()
    context.prec = 60
    result = number.quantize(Decimal(1).scaleb(-places), rounding=mode, context=context)
    return decimals().plus(result if places >= 0 else Decimal(format(result, "f")))


def _rounding(mode: str) -> Callable[..., Decimal | None]:
    return lambda number, scale=None: _or_null(rounded, number, scale, mode)


def _or_null(act: Callable[..., Decimal | None], *values: Any) -> Decimal | None:
    try:
        return act(*values)
    except (decimal.DecimalException, OverflowError, ValueError):
        return None


def _modulo(dividend: Decimal, divisor: Decimal) -> Decimal | None:
    """`dividend - divisor * floor(dividend / divisor)`: the sign of the divisor."""
    if not divisor:
        return None
    context = decimals().copy()
    context.prec = 80
    rest = _or_null(context.remainder, dividend, divisor)
    if rest is None:
        return None
    return decimals().add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else decimals().plus(rest)


def _sqrt(number: Decimal) -> Decimal | None:
    return _or_null(decimals().sqrt, number)


def _log(number: Decimal) -> Decimal | None:
    return _or_null(decimals().ln, number) if number > 0 else None


def _exp(number: Decimal) -> Decimal | None:
    return _or_null(decimals().exp, number)


def _absolute(value: Any) -> Any:
    if isinstance(value, MonthsDuration):
        return MonthsDuration(abs(value.months))
    return TimeDuration(abs(value.nanos)) if isinstance(value, TimeDuration) else abs(value)


def _remainder_of_two(number: Decimal) -> Decimal | None:
    return _modulo(number, Decimal(2))


_SCALED = "n: number, scale: number"
TABLE: dict[str, tuple[tuple[str, Any], ...]] = {
    "decimal": ((_SCALED, _rounding(ROUND_HALF_EVEN)),),
    "floor": (("n: number, scale?: number", _rounding(ROUND_FLOOR)),),
    "ceiling": (("n: number, scale?: number", _rounding(ROUND_CEILING)),),
    "round up": ((_SCALED, _rounding(ROUND_UP)),),
    "round down": ((_SCALED, _rounding(ROUND_DOWN)),),
    "round half up": ((_SCALED, _rounding(ROUND_HALF_UP)),),
    "round half down": ((_SCALED, _rounding(ROUND_HALF_DOWN)),),
    "abs": (("n: number|duration", _absolute),),
    "modulo": (("dividend: number, divisor: number", _modulo),),
    "sqrt": (("number: number", _sqrt),),
    "log": (("number: number", _log),),
    "exp": (("number: number", _exp),),
    "odd": (("number: number", lambda number: _remainder_of_two(number) == 1),),
    "even": (("number: number", lambda number: _remainder_of_two(number) == 0),),
}
