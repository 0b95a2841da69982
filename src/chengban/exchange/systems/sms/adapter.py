"""Short messages over HTTP: POST /messages with an Idempotency-Key, so that one wish is one message however often it is sent."""

from collections.abc import Iterator, Mapping
from datetime import time
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from chengban.exchange.contract import Answer, Known
from chengban.exchange.errors import Refused, Unavailable
from chengban.lib import clock

_TIMEOUT = (2, 10)
"""Seconds to connect, and to wait for each answer."""


class Sms:
    """Speaks with the gateway at `address`; `token` is the city's, and goes into a header only."""

    def __init__(self, address: str, token: str = "") -> None:
        self._address = address.rstrip("/")
        self._session = requests.Session()
        self._session.mount("http", HTTPAdapter(pool_connections=1, pool_maxsize=32))
        self._session.headers["Authorization"] = f"Bearer {token}"

    def send(self, act: str, key: str, body: Mapping[str, Any]) -> Answer:
        """Send once, and only within `body["hours"]`. Raises Refused where the gateway names a reason, else Unavailable."""
        _wait_for_day(body["hours"])
        answer = self._ask("POST", "messages", {"to": body["to"], "text": body["text"]}, {"Idempotency-Key": key})
        if answer.status_code == 422:
            raise Refused(str(_said(answer).get("reason", "短信网关未说明原因")))
        if answer.status_code not in (200, 201):
            raise Unavailable(f"短信网关答复 {answer.status_code}")
        reference = _said(answer).get("reference")
        if not isinstance(reference, str):
            raise Unavailable("短信网关的答复没有编号")
        return Answer(reference)

    def statement(self) -> Iterator[Known]:
        """Every message sent for us, page by page."""
        seen, page = set[str](), "messages"
        while page and page not in seen:
            seen.add(page)
            answer = self._ask("GET", page)
            if answer.status_code != 200:
                raise Unavailable(f"短信网关答复 {answer.status_code}")
            said = _said(answer)
            yield from _lines(said)
            page = str(said.get("next") or "")

    def _ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        address = f"{self._address}/{path}"
        try:
            return self._session.request(method, address, json=body, headers=headers, timeout=_TIMEOUT, allow_redirects=False)
        except requests.RequestException as error:
            raise Unavailable(f"短信网关没有答复：{type(error).__name__}") from error


def _wait_for_day(hours: list[str]) -> None:
    """Refuse for now, outside the hours: a message that had to wait, or is tried again, must not wake anybody."""
    since, until = map(time.fromisoformat, hours)
    if not since <= clock.now().time() < until:
        raise Unavailable(f"只在 {hours[0]} 至 {hours[1]} 发短信")


def _lines(said: Mapping[str, Any]) -> Iterator[Known]:
    try:
        yield from [Known(str(line["key"]), str(line["reference"]), dict(line)) for line in said["messages"]]
    except (KeyError, TypeError, ValueError) as error:
        raise Unavailable("短信网关的对账单读不懂") from error


def _said(answer: requests.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError as error:
        raise Unavailable("短信网关的答复不是 JSON") from error
    if not isinstance(said, dict):
        raise Unavailable("短信网关的答复不是一个对象")
    return said
