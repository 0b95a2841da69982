"""The synthetic city: seeded, the same bytes for the same seed and size, and no real person's or firm's data in it."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

from chengban.demo.city.defects import STALE
from chengban.demo.city.model import City, CityError, plan_city
from chengban.demo.city.tables import named_rows
from chengban.demo.city.writer import write_register
from chengban.packs import Pack

__all__ = ["City", "CityError", "CitySummary", "make_city"]

DEFECTS = 0.002
"""The share of rows that are spoilt on purpose in the registers that `defects` names."""
Progress = Callable[[str, int, int], None]
"""Called with what is being made, how many steps are done, and how many there are."""


@dataclass(frozen=True)
class CitySummary:
    """What was made."""

    enterprises: int
    people: int
    seed: int
    on: date
    high_tech: int
    """High-tech enterprises whose certificate is in force on `on`."""
    tech_sme: int
    """Sci-tech SMEs whose entry is in force on `on`."""
    rows: dict[str, int]
    """Register id → rows."""
    defects: dict[str, dict[str, int]]
    """Register id → kind of fault → rows spoilt on purpose."""
    as_of: dict[str, date]
    """Register id → the day on which its owner last brought it; a few are late."""


def _silent(_step: str, _done: int, _steps: int) -> None:
    """Tell nobody."""


def make_city(
    folder: Path, *, enterprises: int, seed: int, pack: Pack, on: date, progress: Progress = _silent, defects: float = DEFECTS
) -> CitySummary:
    """Write one Parquet file a register into `folder`, and the summary as city.json. A column for each field, named by its id.

    People are three times the enterprises. `defects` is the share of rows to spoil. Raises `CityError` for a city too small,
    a day that it is not laid out for, or a register that nothing here fills.
    """
    folder.mkdir(parents=True, exist_ok=True)
    steps = len(pack.registers) + 1
    progress("people and firms", 0, steps)
    city = plan_city(pack, enterprises=enterprises, seed=seed, on=on)
    named = named_rows(pack, on)
    rows, spoilt = dict[str, int](), dict[str, dict[str, int]]()
    for done, register in enumerate(pack.registers.values(), 1):
        progress(register.name, done, steps)
        rows[register.id], faults = write_register(city, register, folder, named=named.get(register.id), defects=defects)
        if faults:
            spoilt[register.id] = faults
    progress("", steps, steps)
    summary = _summary(city, seed, rows, spoilt)
    (folder / "city.json").write_text(json.dumps(asdict(summary), default=str, ensure_ascii=False, indent=1), encoding="utf-8")
    return summary


def _summary(city: City, seed: int, rows: dict[str, int], spoilt: dict[str, dict[str, int]]) -> CitySummary:
    late = {register: STALE.get(register, 0) for register in rows}
    return CitySummary(
        enterprises=len(city.firms), people=len(city.people), seed=seed, on=city.business_date,
        high_tech=int(city.research.high_tech.sum()), tech_sme=int(city.research.tech_sme.sum()), rows=rows, defects=spoilt,
        as_of={register: city.business_date - timedelta(days=days) for register, days in late.items()},
    )  # fmt: skip
