"""What can go wrong with items, each as a sentence for the person who must act."""


class ItemsError(Exception):
    """The base of this room's errors."""


class CodeMistake(ItemsError):
    """A code that is none (编码有误)."""


class UnreadableList(ItemsError):
    """A file in which no list of items can be read (清单读不了)."""


class ListOutOfOrder(ItemsError):
    """A list of an earlier day than the newest one (清单日期倒置)."""
