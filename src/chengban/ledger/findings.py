"""What an audit found: what it read, and each thing that does not fit, with its place."""

from dataclasses import dataclass, field

MOST = 100
"""Findings of one kind that are told at most."""


@dataclass(frozen=True)
class Finding:
    """Something that does not fit: the number of the entry and the leaf's place, where one is meant."""

    kind: str
    message: str
    entry: int | None = None
    place: int | None = None


@dataclass
class Audit:
    """What was read: leaves, signed heads, size and root of the tree as it stands; and what does not fit."""

    size: int = 0
    heads: int = 0
    root: bytes = b""
    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        return not self.findings

    def find(self, kind: str, message: str, *, entry: int | None = None, place: int | None = None) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if self.counts[kind] <= MOST:
            self.findings.append(Finding(kind, message, entry, place))
