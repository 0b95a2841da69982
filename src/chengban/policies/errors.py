"""What can go wrong in the policies room, each with a sentence."""


class PolicyError(Exception):
    """Base of the room's errors; the message is shown as it is."""


class NotInForce(PolicyError):
    """The policy has no version in force on the day that was asked about."""


class WrongParameter(PolicyError):
    """A value was given for a parameter that the version lacks, or of another type than the parameter's."""
