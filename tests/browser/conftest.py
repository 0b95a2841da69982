"""A real Chromium in front of a live server. Where no browser can be had, the tests say so by name; CI insists on one."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from chengban.accounts.models import Account

# Playwright's synchronous calls run an event loop in this thread, which Django would take for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
WIDTHS = (360, 768, 1280, 1920)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}


def chromium() -> str | None:
    """The system's Chromium: `CHENGBAN_CHROMIUM`, or the first known name on the path."""
    named = os.environ.get("CHENGBAN_CHROMIUM")
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return named if named and Path(named).exists() else found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        missing = "no Chromium on this machine: browser tests did not run (set CHENGBAN_CHROMIUM or install chromium)"
        if os.environ.get("CHENGBAN_REQUIRE_BROWSER") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer) -> Iterator[Open]:
    """Open a path: `open_page("/policies", width=360, as_=account, elder=True, scheme="dark")`.

    The page refuses to pass a test with an error in its console: a blocked style or script is one.
    """
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def open_(
        path: str, *, width: int = 1280, height: int = 900, as_: Account | None = None, elder: bool = False,
        scheme: Any = "light", language: str = "", script: bool = True,
    ) -> Page:  # fmt: skip
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, java_script_enabled=script,
            base_url=live_server.url, locale="zh-CN", reduced_motion="reduce",
        )  # fmt: skip
        contexts.append(context)
        for name, value in _cookies(as_, elder, language).items():
            context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda message: said.append(f"{path}: {message.text}") if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(f"{path}: {error}"))
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not [line for line in said if "Failed to load resource" not in line], said


def _cookies(account: Account | None, elder: bool, language: str) -> dict[str, str]:
    cookies = {"comfort": "elder"} if elder else {}
    if language:
        cookies["django_language"] = language
    if account:
        cookies["sessionid"] = _session_of(account)
    return cookies


def _session_of(account: Account) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def faults(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA on the page as it stands, one line a fault."""
    found = Axe().run(page, options=WCAG).response["violations"]
    return [f"{rule['id']}: {rule['help']} at {node['target']}" for rule in found for node in rule["nodes"]]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window; 0 when it fits."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return max(0, wide)


def tab_stops(page: Page, count: int) -> list[str]:
    """The names of the first `count` things that Tab reaches, each of which must show where the focus is."""
    names = []
    for _step in range(count):
        page.keyboard.press("Tab")
        names.append(page.evaluate("(document.activeElement.innerText || document.activeElement.name || '').trim()"))
        width: str = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert width != "0px", f"no focus ring on {names[-1]}"
    return names
