"""Bounds on what one evaluation may cost, so that a hostile expression ends in a clear error."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic

from .errors import LimitError


@dataclass(frozen=True, slots=True)
class Limits:
    """Most steps, wall-clock seconds, and items or characters of one value."""

    steps: int = 5_000_000
    seconds: float = 5.0
    size: int = 1_000_000


DEFAULT_LIMITS = Limits()
_LOOK_AT_CLOCK = 4096


class Budget:
    """What is left of the limits in one evaluation."""

    __slots__ = ("_deadline", "_next_look", "_steps", "limits", "unknowns")

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self.limits = limits
        self.unknowns = False
        self._steps = 0
        self._next_look = _LOOK_AT_CLOCK
        self._deadline = monotonic() + limits.seconds

    def spend(self, steps: int = 1) -> None:
        """Count work done; LimitError when there is too much of it."""
        self._steps += steps
        if self._steps >= self._next_look:
            self._look()

    def _look(self) -> None:
        self._next_look = self._steps + _LOOK_AT_CLOCK
        if self._steps > self.limits.steps:
            raise LimitError(f"the expression takes more than {self.limits.steps} steps")
        if monotonic() > self._deadline:
            raise LimitError(f"the expression takes longer than {self.limits.seconds:g} seconds")

    def fits(self, size: int) -> None:
        """LimitError when a list or text of this size is too large."""
        self.spend(size >> 4)
        if size > self.limits.size:
            raise LimitError(f"a value of more than {self.limits.size} items or characters")


CURRENT: ContextVar[Budget] = ContextVar("chengban_rules_budget")


def budget() -> Budget:
    """The budget of the evaluation under way, or a fresh one outside of any."""
    return CURRENT.get(None) or Budget()
