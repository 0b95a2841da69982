"""Amounts over one frame, asked again and again: what they turn on is derived once, and of equal subjects one is computed."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from chengban import rules
from chengban.packs import Pack
from chengban.packs.model import PolicyVersion
from chengban.packs.vocabulary import amount_of, facts_in, grounded
from chengban.policies.explaining import factor_of
from chengban.policies.matching import Bits, Total, payout_of
from chengban.rules.columnar import distinct_rows, rounded_total
from chengban.rules.nodes import Comparison, In, Name, Node, rebuild, walk

_SIMPLE = 6
"""Amounts of up to so many nodes are quicker computed for everybody than equal subjects are found."""
_HELD = "held "
"""Before the number of a test that is a column here; no fact has such a name."""


@dataclass(frozen=True)
class _Kinds:
    """The subjects that differ in some columns: the first of each kind, and the kind of each subject."""

    first: npt.NDArray[np.int64]
    kind: npt.NDArray[np.int64]


@dataclass
class Purse:
    """Adds up the amounts of a version, and of others that are like it; the sums are those that the frame itself gives."""

    pack: Pack
    table: pa.Table
    on: date
    _tests: dict[Node, Node] = field(default_factory=dict)
    _bases: dict[str, frozenset[str]] = field(default_factory=dict)
    """What each held test turns on."""
    _kinds: dict[tuple[str, ...], _Kinds] = field(default_factory=dict)

    def total(self, version: PolicyVersion, eligible: Bits) -> Total:
        node = amount_of(self.pack, version)
        if node is None or payout_of(self.pack, version, self.on) is None:
            return None, 0
        node = grounded(self.pack, self._held(node), self.on)
        found = self._sum(node, eligible, factor_of(version))
        return found.total, int(eligible.sum()) - found.known

    def _sum(self, node: Node, eligible: Bits, factor: int) -> rules.columnar.Rounded:
        if sum(1 for _ in walk(node)) <= _SIMPLE:
            return rounded_total(node, self.table, eligible, places=2, factor=factor)
        names = [name for name in self.table.column_names if name in rules.names_in(node)]
        kinds = self._kinds_by(names)
        some = self.table.select(names).take(pa.array(kinds.first))
        times = np.bincount(kinds.kind[eligible], minlength=some.num_rows)
        return rounded_total(node, some, times > 0, places=2, factor=factor, times=times)

    def _kinds_by(self, names: list[str]) -> _Kinds:
        """Subjects alike in the columns; a held test that turns on some of the other columns parts none of them."""
        others = {name for name in names if name not in self._bases}
        telling = tuple(name for name in names if name in others or not self._bases[name] <= others)
        if telling not in self._kinds:
            self._kinds[telling] = _Kinds(*distinct_rows(self.table, telling))
        return self._kinds[telling]

    def _held(self, node: Node) -> Node:
        """The node with each test of a derived fact (企业规模 = "大型") as the column that it is here, where it can be one."""
        if self._tests_derived(node):
            if node not in self._tests:
                self._tests[node] = self._hold(node)
            return self._tests[node]
        return rebuild(node, self._held)

    def _tests_derived(self, node: Node) -> bool:
        if not isinstance(node, Comparison | In):
            return False
        names = rules.names_in(node)
        fact = self.pack.facts.get(next(iter(names))) if len(names) == 1 else None
        return fact is not None and (fact.formula is not None or fact.table is not None)

    def _hold(self, test: Node) -> Node:
        """The test's column. A column tells no null from what is not known: where the test is null anywhere, it stays as it is."""
        bases = facts_in(self.pack, [test])
        if not bases <= set(self.table.column_names):
            return test
        column = rules.evaluate_column(grounded(self.pack, test, self.on), self.table)
        if not np.array_equal(np.asarray(column.values.is_null()), column.unknown):
            return test
        name = f"{_HELD}{len(self._tests)}"
        self.table = self.table.append_column(name, column.values)
        self._bases[name] = frozenset(bases)
        return Name(name)
