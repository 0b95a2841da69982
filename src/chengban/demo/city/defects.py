"""Deliberate faults, a recorded few, so that the quality board has something to find."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chengban.demo.city.columns import Ints, Text, index
from chengban.demo.city.model import City

Spoil = Callable[[pa.Table, Ints], Any]
"""The spoilt values of the field at the rows given."""

STALE = {"food_permits": 19, "housing_fund": 12, "geography": 140}
"""Registers that come late, and by how many days."""


@dataclass(frozen=True, slots=True)
class Defect:
    """One kind of fault in one field of a register."""

    register: str
    kind: str
    field: str
    spoil: Spoil


def _wrong_check(table: pa.Table, rows: Ints) -> Text:
    """Credit codes with the last character changed to one that cannot be right."""
    whole = table["uscc"].take(index(rows))
    last = pc.utf8_slice_codeunits(whole, 17, 18)
    return pc.binary_join_element_wise(pc.utf8_slice_codeunits(whole, 0, 17), pc.if_else(pc.equal(last, "7"), "8", "7"), "")


def _word(text: str) -> Spoil:
    return lambda _table, rows: pa.array([text] * len(rows))


def _times(field: str, factor: int, more: int) -> Spoil:
    return lambda table, rows: pc.add(pc.multiply(table[field].take(index(rows)), factor), more)


def _days_from(field: str, days: int) -> Spoil:
    def spoil(table: pa.Table, rows: Ints) -> Any:
        return pc.add(table[field].take(index(rows)).cast(pa.int32()), pa.scalar(days, pa.int32())).cast(pa.date32())

    return spoil


DEFECTS: tuple[Defect, ...] = (
    Defect("legal_persons", "unknown industry code", "industry", _word("C9999")),
    Defect("legal_persons", "approved before founded", "approved_on", _days_from("founded_on", -40)),
    Defect("population", "born after registration", "born_on", _days_from("registered_on", 400)),
    Defect("annual_reports", "a headcount ten times too large", "employees", _times("employees", 10, 60)),
    Defect("social_insurance_employer", "more insured than staff", "insured_average", _times("insured_average", 4, 30)),
    Defect("internet_supervision", "invalid credit code", "uscc", _wrong_check),
    Defect("certificates", "invalid credit code", "uscc", _wrong_check),
    Defect("food_permits", "ended before issue", "valid_until", _days_from("issued_on", -30)),
    Defect("food_permits", "unknown kind of business", "kind", _word("流动摊贩")),
    Defect("real_estate_registration", "unknown use", "use", _word("未知用途")),
)


def spoil(city: City, register: str, table: pa.Table, share: float, part: int) -> tuple[pa.Table, dict[str, int]]:
    """The table with `share` of its rows spoilt in each way that its register knows, at least one; and how many each.

    Firms that do research, and people who own or work are spared: their faults would spread to other registers.
    """
    kinds = [defect for defect in DEFECTS if defect.register == register]
    if not kinds or share <= 0 or len(table) == 0:
        return table, {}
    able = np.flatnonzero(~_spared(city, register, table))
    each = min(max(round(share * len(table) / len(kinds)), 1), len(able) // len(kinds))
    chosen = city.rng(f"defects {register} {part}").permutation(able)[: each * len(kinds)]
    for place, defect in enumerate(kinds):
        table = _spoilt(table, defect, np.sort(chosen[place * each : (place + 1) * each]))
    return table, {defect.kind: each for defect in kinds}


def _spoilt(table: pa.Table, defect: Defect, rows: Ints) -> pa.Table:
    place = table.schema.get_field_index(defect.field)
    kind = table.schema.field(place).type
    where = np.zeros(len(table), bool)
    where[rows] = True
    values = defect.spoil(table, rows)
    values = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    column = pc.replace_with_mask(table.column(place).combine_chunks(), pa.array(where), values.cast(kind))
    return table.set_column(place, table.schema.field(place), column)


def _spared(city: City, register: str, table: pa.Table) -> Any:
    subject = city.pack.registers[register].subject
    if subject is None:
        return np.zeros(len(table), bool)
    return pc.is_in(table[subject].combine_chunks(), value_set=_important(city, subject)).to_numpy(zero_copy_only=False)


def _important(city: City, subject: str) -> Text:
    if subject == "citizen_id":
        tied = city.work.employer >= 0
        tied[city.work.representative] = True
        return city.people.citizen_id(np.flatnonzero(tied))
    return city.firms.uscc(np.flatnonzero(city.research.researching))
