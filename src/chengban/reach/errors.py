"""What can go wrong in the reach room, each with a sentence."""


class ReachError(Exception):
    """Base of the room's errors; the message is shown as it is."""


class NothingToResend(ReachError):
    """The sending did not fail, or the letter reached its reader by another channel."""


class NotYours(ReachError):
    """The account does not act for the subject."""
