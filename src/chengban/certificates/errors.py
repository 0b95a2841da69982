"""What can go wrong in the certificates room, each with a sentence for the person who must act."""


class CertificatesError(Exception):
    """Base of the room's errors; the message is shown as it is."""


class WrongIdentifier(CertificatesError):
    """A text is no certificate identifier at all (电子证照标识)."""


class NotReadable(CertificatesError):
    """What came from outside is no token of ours: its form is wrong, whoever signed it."""


class Refused(CertificatesError):
    """A token can be read and must not be trusted. `cause` is one word that a program can act on."""

    def __init__(self, cause: str, message: str) -> None:
        self.cause = cause
        super().__init__(message)


class SigningOff(CertificatesError):
    """This machine cannot sign or verify with the algorithm that was asked for."""


class BadKey(CertificatesError):
    """A key file or key setting is no key of the algorithm."""


class UnknownType(CertificatesError):
    """The city declares no such type of certificate."""


class NotIssuable(CertificatesError):
    """The certificate cannot be issued to this subject with these values."""


class NotInForce(CertificatesError):
    """The certificate does not stand where the act needs it to."""


class NotMandated(CertificatesError):
    """The holder has not agreed to this use, or the agreement is used up or over."""


class NotAsked(CertificatesError):
    """A request for certificates says too little or too much."""


class NotOpen(CertificatesError):
    """A request does not stand where the act needs it to."""
