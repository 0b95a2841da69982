"""The act of reading: written in the ledger first, then done, in one transaction. The database shows the web nothing else."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from chengban import ledger
from chengban.facts.frame import Kind, fields_for, needs, subjects_of
from chengban.facts.reading import grounds
from chengban.facts.reading.errors import NotGrounded
from chengban.facts.reading.grounds import Asked, Ground
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.packs import Pack
from chengban.packs.model import Citation
from chengban.packs.purposes import Purpose

READ, READ_WHOLE = "facts.read", "facts.read_whole"
"""The acts in the ledger: of one subject's record, and of whole registers. The database's own rule knows both names."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is read: facts (none: all that the purpose allows), or fields of registers where a matter is about those."""

    facts: tuple[str, ...] | None = None
    fields: Mapping[str, Collection[str]] | None = None
    answers: tuple[str, ...] = ()
    """The questions, where only their answers leave the registers."""


EVERYTHING = Wanted()


def begin_reading(
    pack: Pack, kind: Kind, subjects: Collection[str], *, under: Ground, by: Actor, on: date, wanted: Wanted = EVERYTHING
) -> tuple[Purpose, tuple[str, ...] | None]:
    """Write down that these subjects' records are read from here to the end of the open transaction.

    Returns the purpose, and the facts that may be read (none: all). Raises `NotGrounded`, `Lapsed`.
    """
    purpose = grounds.need(pack, Asked(under, kind, subjects, by, _fields(pack, kind, wanted), bool(wanted.answers)))
    facts = _allowed(purpose, wanted.facts)
    payload = _written(purpose, under, on) | _told(pack, kind, facts, wanted)
    if len(subjects) == 1:
        ledger.append(by, READ, f"{kind}:{next(iter(subjects))}", payload)
    else:
        ledger.append_all(by, READ, [(f"{kind}:{subject}", payload) for subject in subjects])
    return purpose, facts


def begin_whole(pack: Pack, registers: Iterable[str], *, under: Ground, by: Actor, on: date) -> None:
    """Write down that registers are read for all subjects at once, to count, to list or to try. Raises `NotGrounded`."""
    purpose = grounds.need(pack, Asked(under, "enterprise", (), by))
    if not purpose.whole:
        raise NotGrounded(f"{purpose.name}只能逐个主体查阅，不能整库查阅。")
    ledger.append(by, READ_WHOLE, f"city:{pack.city.id}", _written(purpose, under, on) | {"registers": sorted(set(registers))})


def _fields(pack: Pack, kind: Kind, wanted: Wanted) -> Mapping[str, Collection[str]] | None:
    if wanted.fields is not None or wanted.facts is None:
        return wanted.fields
    return {name: fields_for(pack.registers[name], some) for name, some in needs(pack, kind, wanted.facts).items()}


def _allowed(purpose: Purpose, facts: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if purpose.facts is None:
        return facts
    beyond = set(facts or ()) - set(purpose.facts)
    if beyond:
        raise NotGrounded(f"{purpose.name}不能查阅这些数据：{'、'.join(sorted(beyond))}。")
    return purpose.facts if facts is None else facts


def _written(purpose: Purpose, under: Ground, on: date) -> dict[str, Any]:
    until = clock.now() + timedelta(minutes=purpose.minutes)
    basis = [clause_of(citation) for citation in purpose.basis]
    about = {"about": under.about} if under.about else {}
    return about | {
        "purpose": purpose.id, "matter": under.matter, "basis": basis, "on": on.isoformat(),
        "until": until.isoformat(timespec="seconds"),
    }  # fmt: skip


def _told(pack: Pack, kind: Kind, facts: tuple[str, ...] | None, wanted: Wanted) -> dict[str, Any]:
    if wanted.fields is not None:
        return {"registers": sorted(wanted.fields), "fields": {name: sorted(some) for name, some in wanted.fields.items()}}
    registers = {subjects_of(pack, kind).register_, *needs(pack, kind, facts)}
    told: dict[str, Any] = {"facts": "all" if facts is None else sorted(facts), "registers": sorted(registers)}
    return told | ({"answers": list(wanted.answers)} if wanted.answers else {})


def clause_of(citation: Citation) -> str:
    """A citation as it is written down: 《title》article."""
    return f"《{citation.title}》{citation.article or ''}"
