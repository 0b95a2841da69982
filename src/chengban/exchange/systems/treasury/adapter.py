"""The treasury over HTTP: a payment is a PUT under its key, so that it can be sent as often as need be."""

from collections.abc import Iterator, Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from chengban.exchange.contract import Answer, Known
from chengban.exchange.errors import Refused, Unavailable

_TIMEOUT = (2, 10)
"""Seconds to connect, and to wait for each answer."""


class Treasury:
    """Speaks with the treasury at `address`; `token` is the city's, and goes into a header only."""

    def __init__(self, address: str, token: str = "") -> None:
        self._address = address.rstrip("/")
        self._session = requests.Session()
        self._session.mount("http", HTTPAdapter(pool_connections=1, pool_maxsize=32))
        self._session.headers["Authorization"] = f"Bearer {token}"

    def send(self, act: str, key: str, body: Mapping[str, Any]) -> Answer:
        """Pay once, however often it is asked. Raises Refused where the treasury names a reason, else Unavailable."""
        answer = self._ask("PUT", f"payments/{key}", body)
        if answer.status_code == 422:
            raise Refused(_said(answer).get("reason", "国库未说明原因"))
        if answer.status_code not in (200, 201):
            raise Unavailable(f"国库答复 {answer.status_code}")
        said = _said(answer)
        if not isinstance(said.get("reference"), str):
            raise Unavailable("国库的答复没有流水号")
        return Answer(said["reference"], said)

    def statement(self) -> Iterator[Known]:
        """Every payment made for us, page by page."""
        seen, page = set[str](), "payments"
        while page and page not in seen:
            seen.add(page)
            answer = self._ask("GET", page)
            if answer.status_code != 200:
                raise Unavailable(f"国库答复 {answer.status_code}")
            said = _said(answer)
            yield from _lines(said)
            page = str(said.get("next") or "")

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> requests.Response:
        try:
            return self._session.request(method, f"{self._address}/{path}", json=body, timeout=_TIMEOUT, allow_redirects=False)
        except requests.RequestException as error:
            raise Unavailable(f"国库没有答复：{type(error).__name__}") from error


def _lines(said: Mapping[str, Any]) -> Iterator[Known]:
    try:
        yield from [Known(str(line["key"]), str(line["reference"]), dict(line)) for line in said["payments"]]
    except (KeyError, TypeError, ValueError) as error:
        raise Unavailable("国库的对账单读不懂") from error


def _said(answer: requests.Response) -> dict[str, Any]:
    """What an answer says, where it is an object; an outside system may say anything."""
    try:
        said = answer.json()
    except ValueError as error:
        raise Unavailable("国库的答复不是 JSON") from error
    if not isinstance(said, dict):
        raise Unavailable("国库的答复不是一个对象")
    return said
