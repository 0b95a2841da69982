"""One small city for all these tests."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chengban.demo.city import CitySummary, make_city
from chengban.packs import Pack, load

ON = date(2025, 12, 1)
CHECKOUT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def liaocheng() -> Pack:
    return load(CHECKOUT / "packs" / "liaocheng")


class Made:
    """A city on disk: `city["population"]` is that register's table."""

    def __init__(self, folder: Path, summary: CitySummary) -> None:
        self.folder, self.summary = folder, summary
        self._tables: dict[str, pa.Table] = {}

    def __getitem__(self, register: str) -> pa.Table:
        if register not in self._tables:
            self._tables[register] = pq.read_table(self.folder / f"{register}.parquet").combine_chunks()
        return self._tables[register]


@pytest.fixture(scope="session")
def city(liaocheng: Pack, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """2,000 enterprises with nothing spoilt."""
    folder = tmp_path_factory.mktemp("city")
    return Made(folder, make_city(folder, enterprises=2000, seed=5, pack=liaocheng, on=ON, defects=0))
