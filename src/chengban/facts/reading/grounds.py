"""On what ground data is read (查阅依据): a declared purpose and a real matter. What cannot be shown to hold is refused."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from chengban.facts.frame import Kind
from chengban.facts.reading.errors import NotGrounded
from chengban.ledger import Actor
from chengban.packs import Pack
from chengban.packs.purposes import Purpose


@dataclass(frozen=True, slots=True)
class Ground:
    """Why one may read: `purpose` is a purpose's id in the pack, `matter` is `kind:number`, such as `offer:7`.

    `about` is what the reader was doing, where the matter does not tell: `item:S24.a`, `scene:S03`.
    """

    purpose: str
    matter: str
    about: str = ""

    @property
    def kind(self) -> str:
        return self.matter.partition(":")[0]

    @property
    def number(self) -> str:
        return self.matter.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody is about to read: whose, by whom, which registers' fields (none: whatever the purpose allows), and whether
    only answers leave the registers."""

    ground: Ground
    kind: Kind
    subjects: Collection[str]
    by: Actor
    fields: Mapping[str, Collection[str]] | None = None
    answers: bool = False


OWN = "own"
Check = Callable[[Pack, Asked], None]
"""Raises `NotGrounded` where the matter does not exist, is over, is another's, or is not about these subjects."""

_CHECKS: dict[str, Check] = {}


def vouches_for(kind: str) -> Callable[[Check], Check]:
    """Make a function the one that looks whether a matter of `kind` allows a reading. Each room vouches for its own matters."""

    def keep(check: Check) -> Check:
        _CHECKS[kind] = check
        return check

    return keep


def purpose_of(pack: Pack, ground: Ground) -> Purpose:
    """The declared purpose of a ground. Raises `NotGrounded` for one that the city does not declare, or of another matter."""
    purpose = pack.purposes.get(ground.purpose)
    if purpose is None:
        raise NotGrounded(f"本市没有“{ground.purpose}”这项查阅用途，不能查阅。")
    if ground.kind not in purpose.matters or not ground.number:
        raise NotGrounded(f"用于{purpose.name}的查阅要写明对应的事由，请从办理的事情里打开。")
    return purpose


def need(pack: Pack, asked: Asked) -> Purpose:
    """The purpose, where its matter holds for this reading. Raises `NotGrounded`, `Lapsed`."""
    purpose = purpose_of(pack, asked.ground)
    check = _CHECKS.get(asked.ground.kind)
    if check is None:
        raise NotGrounded("这类事由现在不能作为查阅依据。")
    check(pack, asked)
    return purpose
