"""What the city holds of whoever applies, for the form of a scene: the one place of this part that reads registers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction

from chengban.cases.scenes.forming import HeldValue
from chengban.facts import store
from chengban.facts.errors import UnknownSubject
from chengban.facts.frame import Kind, build, fields_for, kind_of, needs, source_of, subjects_of
from chengban.facts.reading.grounds import Ground
from chengban.facts.reading.opening import Wanted, begin_reading
from chengban.ledger import Actor
from chengban.packs import Pack
from chengban.packs.forms import FormField
from chengban.packs.items import Scene


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a field's value is read for one kind of subject: by a fact, or as the register's own field."""

    register: str
    name: str
    is_fact: bool


KINDS: tuple[Kind, ...] = ("enterprise", "person")


def kinds_held(pack: Pack, scene: Scene) -> tuple[Kind, ...]:
    """The kinds of subject of whom the city holds anything that the scene's form asks for."""
    return tuple(kind for kind in KINDS if any(_place(pack, field, kind) for field in scene.fields))


def read_held(pack: Pack, scene: Scene, subject: str, *, under: Ground, by: Actor, on: date) -> dict[str, HeldValue]:
    """Field id → what the city holds of `subject`. The reading is in the ledger with the fields that it was of.

    Raises `UnknownSubject`, `NotGrounded`, `Lapsed`.
    """
    kind = kind_of(subject)
    places = {field.id: place for field in scene.fields if (place := _place(pack, field, kind)) is not None}
    under = replace(under, about=f"scene:{scene.id}")
    with transaction.atomic():
        wanted = Wanted(fields=_fields(pack, kind, places.values()))
        begin_reading(pack, kind, [subject], under=under, by=by, on=on, wanted=wanted)
        if not store.rows_of(pack.registers[subjects_of(pack, kind).register_], subject, fields=()):
            raise UnknownSubject("本市没有登记这个主体。")
        return _values(pack, kind, subject, places, on)


def _fields(pack: Pack, kind: Kind, places: Iterable[_Place]) -> dict[str, set[str]]:
    """Register → the fields that are read for these places; the register of subjects is read for whether there is one."""
    chosen = list(places)
    found: dict[str, set[str]] = {subjects_of(pack, kind).register_: set()}
    for place in chosen:
        found.setdefault(place.register, set()).update(() if place.is_fact else (place.name,))
    for name, some in needs(pack, kind, [place.name for place in chosen if place.is_fact]).items():
        found[name].update(fields_for(pack.registers[name], some))
    return found


def _place(pack: Pack, field: FormField, kind: Kind) -> _Place | None:
    """Where the field's value is read for this kind of subject, if anywhere."""
    if field.fact is not None:
        source = source_of(pack.facts[field.fact], kind)
        return None if source is None else _Place(source.register_, field.fact, True)
    places = (place for place in field.held if pack.registers[place.register_].about == kind)
    return next((_Place(place.register_, place.field, False) for place in places), None)


def _values(pack: Pack, kind: Kind, subject: str, places: Mapping[str, _Place], on: date) -> dict[str, HeldValue]:
    rows = {name: store.rows_of(pack.registers[name], subject) for name in sorted({place.register for place in places.values()})}
    newest = {name: max(some, key=lambda row: row["batch"]) for name, some in rows.items() if some}
    facts = _facts(pack, kind, subject, (place.name for place in places.values() if place.is_fact), on)
    found: dict[str, HeldValue] = {}
    for field, place in places.items():
        value = facts.get(place.name) if place.is_fact else _only(rows[place.register], place.name)
        if value is not None and value != "":
            last = newest.get(place.register, {})
            found[field] = HeldValue(value, place.register, last.get("batch"), last.get("learned"))
    return found


def _facts(pack: Pack, kind: Kind, subject: str, wanted: Iterable[str], on: date) -> dict[str, Any]:
    names = sorted(set(wanted))
    if not names:
        return {}
    row: dict[str, Any] = build(pack, kind, on=on, wanted=names, subjects=[subject]).to_pylist()[0]
    return row


def _only(rows: list[dict[str, Any]], field: str) -> Any:
    """The value where there is one row alone; of several none is taken for the others."""
    return rows[0][field] if len(rows) == 1 else None
