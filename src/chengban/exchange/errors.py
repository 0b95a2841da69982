"""What can go wrong between the city and an outside system."""


class ExchangeError(Exception):
    """Base of the room's errors; the message is shown as it is."""


class Refused(ExchangeError):
    """The system says no, and would say it again: nobody tries once more."""


class Unavailable(ExchangeError):
    """The system did not answer, or not in a way that settles anything. It may have acted: the same key is sent again."""


class KeyTaken(ExchangeError):
    """The key was used before, for something else."""


class UnknownSystem(ExchangeError):
    """No adapter of this name, or no address for it."""


class BadNotice(ExchangeError):
    """What came to our door is not a callback that we can read."""


class NumberTaken(ExchangeError):
    """The number of a callback was used before, for another one."""


class NotDead(ExchangeError):
    """Only what a system refused can be withdrawn."""
