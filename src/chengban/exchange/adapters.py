"""The systems that the city has an address for, from the environment."""

import os
from collections.abc import Callable, Mapping

from chengban.exchange.contract import Adapter
from chengban.exchange.errors import UnknownSystem
from chengban.exchange.systems.mail.adapter import Mail, Post
from chengban.exchange.systems.sms.adapter import Sms
from chengban.exchange.systems.treasury.adapter import Treasury


def _treasury() -> Adapter | None:
    address = os.environ.get("CHENGBAN_TREASURY_URL")
    return Treasury(address, os.environ.get("CHENGBAN_TREASURY_TOKEN", "")) if address else None


def _mail() -> Adapter | None:
    address = os.environ.get("CHENGBAN_MAIL_URL")
    if not address:
        return None
    user, password = os.environ.get("CHENGBAN_MAIL_USER", ""), os.environ.get("CHENGBAN_MAIL_PASSWORD", "")
    return Mail(Post(address, os.environ.get("CHENGBAN_MAIL_FROM", ""), user, password))


def _sms() -> Adapter | None:
    address = os.environ.get("CHENGBAN_SMS_URL")
    return Sms(address, os.environ.get("CHENGBAN_SMS_TOKEN", "")) if address else None


_MAKERS: Mapping[str, Callable[[], Adapter | None]] = {"treasury": _treasury, "mail": _mail, "sms": _sms}


def has_address(system: str) -> bool:
    """Whether an address is set for a system: what is put in the outbox for it will be sent."""
    return bool(os.environ.get(f"CHENGBAN_{system.upper()}_URL"))


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
