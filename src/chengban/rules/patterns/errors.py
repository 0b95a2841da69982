"""What is no regular expression."""

from ..errors import RulesError


class PatternError(RulesError):
    """A regular expression, its flags or its replacement that XPath does not allow."""
