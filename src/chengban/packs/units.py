"""Exact conversion between the units that registers hold and facts are spoken in."""

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_FACTORS: dict[tuple[str, str], Decimal] = {
    ("元", "万元"): Decimal("0.0001"),
    ("万元", "元"): Decimal(10_000),
    ("亿元", "万元"): Decimal(10_000),
    ("%", "比例"): Decimal("0.01"),
}


def convertible(held: str | None, spoken: str | None) -> bool:
    """Whether a value held in one unit can be said in the other. A register may leave a plain count's unit unsaid."""
    return held is None or spoken is None or held == spoken or (held, spoken) in _FACTORS


def convert(value: Any, held: str | None, spoken: str | None) -> Any:
    factor = _FACTORS.get((held or "", spoken or ""))
    return value if factor is None else Decimal(value) * factor


def convert_column(values: pa.Array, held: str | None, spoken: str | None) -> pa.Array:
    factor = _FACTORS.get((held or "", spoken or ""))
    if factor is None:
        return values
    places = -int(factor.as_tuple().exponent)
    return pc.multiply(values.cast(pa.decimal128(26, 6)), pa.scalar(factor, pa.decimal128(6, max(places, 0))))
