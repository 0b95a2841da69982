"""What can go wrong with scenes, each as a sentence for the person who must act."""

from chengban.cases.errors import CasesError


class ScenesError(CasesError):
    """The base of this part's errors."""


class CircularScene(ScenesError):
    """Items that wait for each other (先后成环)."""


class UnreadableAnswers(ScenesError):
    """Answers that are none to the scene's questions (回答读不了)."""
