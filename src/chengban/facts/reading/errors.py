"""Why data is not shown. Each message is a sentence for the person who asked."""

from chengban.facts.errors import FactsError


class NotGrounded(FactsError):
    """Nothing allows the reading: the purpose, the matter or the fields do not fit."""


class Lapsed(NotGrounded):
    """What allowed the reading has ended."""


class NotAnswerable(FactsError):
    """A question is none that the city's data can answer with yes or no."""


class WrongStep(FactsError):
    """The act does not fit where the request, the emergency or the question stands."""
