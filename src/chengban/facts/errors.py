"""What can go wrong in the facts room, each with a sentence for the person who must act."""


class FactsError(Exception):
    """Base of the room's errors; the message is shown as it is."""


class UnknownRegister(FactsError):
    """No register of that id is declared."""


class UnreadableFile(FactsError):
    """The file as a whole cannot be read; nothing of it was loaded."""


class WrongColumns(FactsError):
    """The file's columns are not the register's; nothing of it was loaded."""


class NotWhole(FactsError):
    """A file was said to be the whole register, and some of its rows are bad; nothing of it was loaded."""


class UnknownSubject(FactsError):
    """The city holds no such enterprise or person."""
