"""A version of a policy with other values for its parameters (参数), as it would read were they decreed."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from chengban import rules
from chengban.packs.model import Parameter, PolicyVersion
from chengban.policies.errors import WrongParameter

Value = Decimal | int | bool | str | date | tuple[str, ...]
_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,12})?", re.ASCII)
_TRUTH = {"true": True, "是": True, "false": False, "否": False}
_BETWEEN = re.compile(r"[,，、]")


def with_parameters(version: PolicyVersion, settings: Iterable[tuple[str, str]]) -> PolicyVersion:
    """A copy of the version with each (parameter, value) in place; a parameter is named by its id or its Chinese name.

    The declared version stays as it is. Raises `WrongParameter`.
    """
    values = _values(version, settings)
    parameters = tuple(
        parameter.model_copy(update={"value": values[parameter.id]}) if parameter.id in values else parameter
        for parameter in version.parameters
    )
    return version.model_copy(update={"parameters": parameters})


def _values(version: PolicyVersion, settings: Iterable[tuple[str, str]]) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for name, text in settings:
        parameter = _parameter(version, name)
        if parameter.id in values:
            raise WrongParameter(f"参数 {parameter.name}({parameter.id})给了两个值，请只给一个。")
        values[parameter.id] = read_value(parameter, text)
    return values


def _parameter(version: PolicyVersion, name: str) -> Parameter:
    for parameter in version.parameters:
        if name in (parameter.id, parameter.name):
            return parameter
    names = [word for parameter in version.parameters for word in (parameter.id, parameter.name)]
    near = rules.nearest(name, names)
    hint = f"是不是 {near}?" if near else f"它的参数有：{'、'.join(_both(one) for one in version.parameters) or '（没有）'}。"
    raise WrongParameter(f"版本 {version.version} 没有叫 {name} 的参数。{hint}")


def _both(parameter: Parameter) -> str:
    return f"{parameter.name}({parameter.id})"


def read_value(parameter: Parameter, text: str) -> Value:
    """A value written as text, of the type that the parameter has. Raises `WrongParameter`."""
    written = text.strip()
    try:
        return _read(parameter.value, written)
    except (ValueError, KeyError) as error:
        raise WrongParameter(f"参数 {_both(parameter)}应是{_wanted(parameter.value)},给的是 {text}。") from error


def _read(like: Value, text: str) -> Value:
    if isinstance(like, bool):
        return _TRUTH[text.lower()]
    if isinstance(like, int | Decimal):
        return _number(text)
    if isinstance(like, date):
        return date.fromisoformat(text)
    read = tuple(part.strip() for part in _BETWEEN.split(text) if part.strip()) if isinstance(like, tuple) else text
    if not read:
        raise ValueError(text)
    return read


def _number(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def _wanted(like: Value) -> str:
    """The type of a parameter in words."""
    words: dict[type, str] = {bool: "是或否(true 或 false)", date: " YYYY-MM-DD 的日期", tuple: "用逗号隔开的几个值", str: "文字"}
    return words.get(type(like), "数字，例如 0.15")
