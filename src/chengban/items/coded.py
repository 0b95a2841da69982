"""Which fields of the implementation list hold codes, and of which set."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, get_args

from pydantic import BaseModel

from chengban.packs.items import Coded

Key = tuple[str | int, ...]


@lru_cache
def coded_fields(model: type[BaseModel]) -> dict[str, str]:
    """Field → code set, for the fields of `model` that hold codes."""
    found = {name: _set_of((field.annotation, *field.metadata)) for name, field in model.model_fields.items()}
    return {name: codes for name, codes in found.items() if codes is not None}


def _set_of(parts: tuple[Any, ...]) -> str | None:
    for part in parts:
        if isinstance(part, Coded):
            return part.codes
        within = _set_of((*get_args(part), *getattr(part, "__metadata__", ())))
        if within is not None:
            return within
    return None


def codes_in(value: Any, key: Key = ()) -> Iterator[tuple[Key, str, str]]:
    """Key path, code set and code of every coded value within a declaration."""
    if isinstance(value, tuple):
        for number, one in enumerate(value):
            yield from codes_in(one, (*key, number))
    elif isinstance(value, BaseModel):
        coded = coded_fields(type(value))
        for name in type(value).model_fields:
            held = getattr(value, name)
            if name not in coded:
                yield from codes_in(held, (*key, name))
            elif isinstance(held, tuple):
                yield from (((*key, name, number), coded[name], code) for number, code in enumerate(held))
            elif held is not None:
                yield (*key, name), coded[name], held
