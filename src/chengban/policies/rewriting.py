"""A declared version written out again as a form, to begin a new draft from: the inverse of `writing.declared`."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from chengban.packs import Pack
from chengban.packs.model import Example, Parameter, Policy, PolicyVersion
from chengban.policies.writing import scalar

_HEAD = ("id", "name", "name_en", "level", "subject", "departments", "mode", "mode_note", "excludes", "best_of", "succeeds")
_SAID_ANYWAY = {"confidence": "S", "dates_confidence": "S"}


def written_of(pack: Pack, policy: Policy, version: PolicyVersion, examples: Iterable[Example]) -> dict[str, Any]:
    """The form that declares this version of the policy, with the examples of its days."""
    head = {name: _text(getattr(policy, name)) for name in _HEAD}
    mine = [example for example in examples if policy.in_force(example.on) is version]
    return {
        "policy": {name: value for name, value in head.items() if value},
        "version": _filled(version),
        "examples": [_example(pack, example) for example in mine],
    }


def written_from(pack: Pack, policy: Policy, *, on: date) -> dict[str, Any]:
    """The form of what is in force on a day, or where nothing is, of the newest version: what a new version begins from."""
    version = policy.in_force(on) or policy.versions[-1]
    return written_of(pack, policy, version, pack.examples.get(policy.id, ()))


def _filled(declaration: BaseModel) -> dict[str, Any]:
    """A declaration's fields as texts, without those that are empty or that a form takes for granted."""
    texts = {name: _text(value) for name, value in declaration}
    if isinstance(declaration, Parameter) and isinstance(declaration.value, tuple):
        texts["value"] = "、".join(declaration.value)
    return {name: text for name, text in texts.items() if text not in ("", [], {}) and _SAID_ANYWAY.get(name) != text}


def _text(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return _filled(value)
    if isinstance(value, tuple):
        return [_text(one) for one in value]
    return "" if value is None else plain(value)


def plain(value: Decimal | int | bool | str | date) -> str:
    """A value as it is typed into a form."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else str(value)


def _example(pack: Pack, example: Example) -> dict[str, Any]:
    made = {"name": example.name, "on": example.on.isoformat(), "expect": example.expect}
    made["facts"] = "\n".join(f"{_called(pack, name)} = {_fact(value)}" for name, value in example.facts.items())
    return made | ({} if example.amount is None else {"amount": plain(example.amount)})


def _called(pack: Pack, name: str) -> str:
    return pack.facts[name].name if name in pack.facts else name


def _fact(value: Decimal | int | bool | str | date | None) -> str:
    """A fact's value as a line of an example has it: text that would read as something else stands in quotation marks."""
    if value is None:
        return "还不知道"
    text = plain(value)
    return f'"{text}"' if isinstance(value, str) and scalar(text) != text else text
