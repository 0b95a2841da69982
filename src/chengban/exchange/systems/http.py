"""What adapters that speak JSON over HTTP share: a session with the city's token, and answers that may say anything."""

from collections.abc import Iterator, Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from chengban.exchange.contract import Known
from chengban.exchange.errors import Unavailable

_TIMEOUT = (2, 10)
"""Seconds to connect, and to wait for each answer."""


class Gateway:
    """An outside system called `name`, at `address`; `token` goes into a header only."""

    def __init__(self, name: str, address: str, token: str = "") -> None:
        self.name, self._address = name, address.rstrip("/")
        self._session = requests.Session()
        self._session.mount("http", HTTPAdapter(pool_connections=1, pool_maxsize=32))
        self._session.headers["Authorization"] = f"Bearer {token}"

    def ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        """One request. Raises Unavailable where no answer comes."""
        address = f"{self._address}/{path}"
        try:
            return self._session.request(method, address, json=body, headers=headers, timeout=_TIMEOUT, allow_redirects=False)
        except requests.RequestException as error:
            raise Unavailable(f"{self.name}没有答复：{type(error).__name__}") from error

    def said(self, answer: requests.Response) -> dict[str, Any]:
        """What an answer says. Raises Unavailable where it is no object."""
        try:
            said = answer.json()
        except ValueError as error:
            raise Unavailable(f"{self.name}的答复不是 JSON") from error
        if not isinstance(said, dict):
            raise Unavailable(f"{self.name}的答复不是一个对象")
        return said

    def statement(self, things: str) -> Iterator[Known]:
        """Everything under the path `things`, page by page, each page's list under that name. Raises Unavailable."""
        seen, page = set[str](), things
        while page and page not in seen:
            seen.add(page)
            answer = self.ask("GET", page)
            if answer.status_code != 200:
                raise Unavailable(f"{self.name}答复 {answer.status_code}")
            said = self.said(answer)
            yield from self._lines(said, things)
            page = str(said.get("next") or "")

    def _lines(self, said: Mapping[str, Any], things: str) -> list[Known]:
        try:
            return [Known(str(line["key"]), str(line["reference"]), dict(line)) for line in said[things]]
        except (KeyError, TypeError, ValueError) as error:
            raise Unavailable(f"{self.name}的对账单读不懂") from error
