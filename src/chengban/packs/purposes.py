"""What a city declares of reading (查阅): for what purposes subjects' data may be read, under which clause, how much, how long.

What is not declared here cannot be read: there is no purpose by default.
"""

from typing import Literal

from pydantic import Field

from chengban.packs.model import Citation, Confidence, Declaration, Identifier, Name, Sensitivity

Matter = Literal["mandate", "feed", "task", "request", "emergency", "policy", "offer", "payment", "certificate", "page", "process"]
"""What must stand behind a reading (事由): the subject's own mandate, a task at a window, a granted request, and so on."""

LEVELS: tuple[Sensitivity, ...] = ("public", "internal", "personal", "sensitive")
"""From the least to the most protected."""


class Purpose(Declaration):
    """A purpose of reading (查阅用途)."""

    id: Identifier
    name: Name
    name_en: Name
    matters: tuple[Matter, ...] = Field(min_length=1)
    """The kinds of matter of which one must be named."""
    roles: tuple[Literal["clerk", "officer", "steward", "auditor"], ...] = ()
    """The staff who may open a task for this purpose themselves (事由为 task、emergency)."""
    facts: tuple[Identifier, ...] | None = None
    """The facts that may be read; none: every fact that the matter needs."""
    clear: Sensitivity = "internal"
    """The most protected level that is shown as it is; above it values are masked (脱敏), and answers alone are given."""
    minutes: int = Field(gt=0, le=1440)
    """So long a task for this purpose, and a reading under it, lasts."""
    whole: bool = False
    """Whether the registers may be read for all subjects at once (统计、测算、检查), with no subject's record shown."""
    basis: tuple[Citation, ...] = Field(min_length=1)
    confidence: Confidence
    note: str | None = None

    def shows(self, level: Sensitivity) -> bool:
        """Whether a value so protected is shown as it is."""
        return LEVELS.index(level) <= LEVELS.index(self.clear)
