"""What can go wrong with items, each as a sentence for the person who must act."""


class ItemsError(Exception):
    """The base of this room's errors."""


class CodeMistake(ItemsError):
    """A code that is none (编码有误)."""


class UnreadableList(ItemsError):
    """A file in which no list of items can be read (清单读不了)."""


class ListOutOfOrder(ItemsError):
    """A list of an earlier day than the newest one (清单日期倒置)."""


class NoSuchItem(ItemsError):
    """No item of that number or code stands here (没有这个事项)."""


class NoSuchApplicant(ItemsError):
    """A number that is neither an enterprise's nor a person's (申请人有误)."""


class NothingToDispute(ItemsError):
    """What is said to be wrong does not stand in the applicant's verdict (没有这项数据)."""


class AlreadyAnswered(ItemsError):
    """Somebody answered it before (已经答复)."""


class NotChecked(ItemsError):
    """No such check is declared for the item (没有声明这样的核验)."""
