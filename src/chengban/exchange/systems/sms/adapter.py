"""Short messages over HTTP: POST /messages with an Idempotency-Key, so that one wish is one message however often it is sent."""

from collections.abc import Iterator, Mapping
from datetime import time
from typing import Any

from chengban.exchange.contract import Answer, Known
from chengban.exchange.errors import Refused, Unavailable
from chengban.exchange.systems.http import Gateway
from chengban.lib import clock


class Sms:
    """Speaks with the gateway at `address`; `token` is the city's, and goes into a header only."""

    def __init__(self, address: str, token: str = "") -> None:
        self._gateway = Gateway("短信网关", address, token)

    def send(self, act: str, key: str, body: Mapping[str, Any]) -> Answer:
        """Send once, and only within `body["hours"]`. Raises Refused where the gateway names a reason, else Unavailable."""
        _wait_for_day(body["hours"])
        answer = self._gateway.ask("POST", "messages", {"to": body["to"], "text": body["text"]}, {"Idempotency-Key": key})
        if answer.status_code == 422:
            raise Refused(str(self._gateway.said(answer).get("reason", "短信网关未说明原因")))
        if answer.status_code not in (200, 201):
            raise Unavailable(f"短信网关答复 {answer.status_code}")
        reference = self._gateway.said(answer).get("reference")
        if not isinstance(reference, str):
            raise Unavailable("短信网关的答复没有编号")
        return Answer(reference)

    def statement(self) -> Iterator[Known]:
        """Every message sent for us, page by page."""
        return self._gateway.statement("messages")


def _wait_for_day(hours: list[str]) -> None:
    """Refuse for now, outside the hours: a message that had to wait, or is tried again, must not wake anybody."""
    since, until = map(time.fromisoformat, hours)
    if not since <= clock.now().time() < until:
        raise Unavailable(f"只在 {hours[0]} 至 {hours[1]} 发短信")
