"""Who acts. Passed to every verb as an argument, never read from a global."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A person with an account, or a process of the system.

    `id` is an account's number or a process's name; it is never a name, a citizen number or another personal datum.
    """

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def system(cls, process: str) -> "Actor":
        return cls("system", process)

    @classmethod
    def account(cls, number: int) -> "Actor":
        return cls("account", str(number))
