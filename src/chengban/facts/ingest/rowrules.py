"""What must hold within one row (行内校验): FEEL over the row's own fields, evaluated by the column."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from chengban import rules
from chengban.facts.ingest.validate import Fault
from chengban.packs.model import Register, RowRule

Mask = npt.NDArray[np.bool_]


class RowRules:
    """The rules of one register, ready to run over pieces."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.names = {field.name: field.id for field in register.fields}

    def reject(self, rows: pa.Table, good: Mask) -> list[Fault]:
        """The faults of rows that break a rule of severity `reject`. A rule that is unknown for a row does not keep it out."""
        return [
            Fault(index, self._field(rule), None, rule.message)
            for rule, broken in self._broken(rows, "reject")
            for index in np.flatnonzero(broken & good).tolist()
        ]

    def flagged(self, rows: pa.Table) -> Iterator[tuple[RowRule, Mask]]:
        """For each rule, which rows break it."""
        yield from self._broken(rows, None)

    def _broken(self, rows: pa.Table, severity: str | None) -> Iterator[tuple[RowRule, Mask]]:
        for rule in self.register.rules:
            if severity in (None, rule.severity) and len(rows):
                node = rules.rename(rules.parse(rule.rule, names=tuple(self.names)), self.names)
                column = rules.evaluate_column(node, rows)
                holds = np.asarray(pa.array(column.values, pa.bool_()).fill_null(True).to_numpy(zero_copy_only=False), dtype=bool)
                yield rule, ~holds & ~column.unknown

    def _field(self, rule: RowRule) -> str:
        return next((field.id for field in self.register.fields if field.id in rule.rule or field.name in rule.rule), "")
