"""The systems that the city has an address for, from the environment."""

import os
from collections.abc import Callable, Mapping

from chengban.exchange.contract import Adapter
from chengban.exchange.errors import UnknownSystem
from chengban.exchange.systems.treasury.adapter import Treasury


def _treasury() -> Adapter | None:
    address = os.environ.get("CHENGBAN_TREASURY_URL")
    return Treasury(address, os.environ.get("CHENGBAN_TREASURY_TOKEN", "")) if address else None


_MAKERS: Mapping[str, Callable[[], Adapter | None]] = {"treasury": _treasury}

SYSTEMS = tuple(_MAKERS)
"""Every system that there is an adapter for."""


def configured() -> dict[str, Adapter]:
    """Every system whose address is set."""
    made = {name: make() for name, make in _MAKERS.items()}
    return {name: adapter for name, adapter in made.items() if adapter is not None}


def adapter_of(system: str) -> Adapter:
    """The adapter of one system. Raises UnknownSystem with what to do."""
    if system not in _MAKERS:
        raise UnknownSystem(f"没有叫 {system} 的外部系统。有：{'、'.join(_MAKERS)}。")
    found = configured().get(system)
    if found is None:
        raise UnknownSystem(f"没有 {system} 的地址：请设置 CHENGBAN_{system.upper()}_URL。")
    return found
