"""The treasury over HTTP: a payment is a PUT under its key, so that it can be sent as often as need be."""

from collections.abc import Iterator, Mapping
from typing import Any

from chengban.exchange.contract import Answer, Known
from chengban.exchange.errors import Refused, Unavailable
from chengban.exchange.systems.http import Gateway


class Treasury:
    """Speaks with the treasury at `address`; `token` is the city's, and goes into a header only."""

    def __init__(self, address: str, token: str = "") -> None:
        self._gateway = Gateway("国库", address, token)

    def send(self, act: str, key: str, body: Mapping[str, Any]) -> Answer:
        """Pay once, however often it is asked. Raises Refused where the treasury names a reason, else Unavailable."""
        answer = self._gateway.ask("PUT", f"payments/{key}", body)
        if answer.status_code == 422:
            raise Refused(self._gateway.said(answer).get("reason", "国库未说明原因"))
        if answer.status_code not in (200, 201):
            raise Unavailable(f"国库答复 {answer.status_code}")
        said = self._gateway.said(answer)
        if not isinstance(said.get("reference"), str):
            raise Unavailable("国库的答复没有流水号")
        return Answer(said["reference"], said)

    def statement(self) -> Iterator[Known]:
        """Every payment made for us, page by page."""
        return self._gateway.statement("payments")
