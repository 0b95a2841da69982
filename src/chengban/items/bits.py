"""Sets of applicants as packed bits: a bit an applicant, in the order of their identifiers."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Bits = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Universe:
    """All applicants of a kind: their identifiers in rising order."""

    identifiers: pa.Array

    @property
    def size(self) -> int:
        return len(self.identifiers)

    def nobody(self) -> Bits:
        return np.zeros((self.size + 7) // 8, dtype=np.uint8)

    def everybody(self) -> Bits:
        return np.packbits(np.ones(self.size, dtype=bool))

    def of(self, subjects: Iterable[str]) -> Bits:
        """Those of the subjects that are applicants."""
        mask = np.zeros(self.size, dtype=bool)
        found = self.positions(pa.array(list(subjects), pa.string()))
        mask[found[found >= 0]] = True
        return np.packbits(mask)

    def positions(self, subjects: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.int64]:
        """The place of each subject among the applicants; -1 where it is none of them."""
        found = pc.fill_null(pc.index_in(subjects, value_set=self.identifiers), -1)
        return np.asarray(found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found, dtype=np.int64)


def count(bits: Bits) -> int:
    """How many are in the set."""
    return int(np.bitwise_count(bits).sum())
