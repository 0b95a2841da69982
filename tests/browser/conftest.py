"""A real Chromium in front of the served portal. Where no browser can be had, the tests say so by name; CI insists on one."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from psycopg import sql
from psycopg.conninfo import make_conninfo

CHECKOUT = Path(__file__).resolve().parents[2]
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
WIDTHS = (360, 768, 1280, 1920)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
PATIENCE = 90


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


def chromium() -> str | None:
    """The system's Chromium: `CHENGBAN_CHROMIUM`, or the first known name on the path."""
    named = os.environ.get("CHENGBAN_CHROMIUM")
    if named and Path(named).exists():
        return named
    return next((path for name in NAMES if (path := shutil.which(name))), None)


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


@pytest.fixture(scope="session")
def served(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the portal, served by the real server from a database of its own with the town in it."""
    name = f"chengban_browser_{os.getpid()}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        server, address = start(environment_of(name, tmp_path_factory.mktemp("home")))
        try:
            wait_for(server, address)
            yield address
        finally:
            server.terminate()
            server.wait(20)
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def environment_of(database: str, home: Path, today: str = "2025-12-01") -> dict[str, str]:
    """What the portal, and commands beside it, are told of their town."""
    return os.environ | {
        "DATABASE_URL": make_conninfo(os.environ["DATABASE_URL"], dbname=database), "CHENGBAN_HOME": str(home),
        "CHENGBAN_DEMO": "1", "CHENGBAN_TODAY": today, "DJANGO_SETTINGS_MODULE": "chengban.config.settings",
        "CHENGBAN_LOG": "ERROR", "CHENGBAN_DEBUG": "0",
    }  # fmt: skip


def start(environment: dict[str, str], *words: str) -> tuple[subprocess.Popen[bytes], str]:
    """The portal in a process of its own, and its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [sys.executable, "-m", "tests.browser.serve", port, *words]
    return subprocess.Popen(command, cwd=CHECKOUT, env=environment), f"http://127.0.0.1:{port}"


def wait_for(server: subprocess.Popen[bytes], address: str) -> None:
    """Wait until the portal says that it is ready."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if server.poll() is not None:
            pytest.fail(f"the portal did not start: exit {server.returncode}, its words are above")
        try:
            urllib.request.urlopen(f"{address}/health/ready", timeout=2).close()
            return
        except OSError:
            time.sleep(0.25)
    pytest.fail(f"the portal was not ready within {PATIENCE} s")


@pytest.fixture(scope="session")
def signed_in(browser: Browser, served: str) -> Callable[[str], Any]:
    """`signed_in("agent")`: the cookies of a member of the cast, who signed in by pressing their button once."""
    kept: dict[str, Any] = {}

    def as_(login: str) -> Any:
        if login not in kept:
            context = browser.new_context(base_url=served, locale="zh-CN")
            page = context.new_page()
            page.goto("/session")
            page.locator(f"form:has(input[value='{login}']) button").click()
            page.wait_for_url("**/")
            kept[login] = context.storage_state()
            context.close()
        return kept[login]

    return as_


Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, served: str, signed_in: Callable[[str], Any]) -> Iterator[Open]:
    """Open a path: `open_page("/policies", width=360, as_="agent", elder=True, scheme="dark")`.

    A test whose page wrote an error to its console fails: a style or script that was blocked is one.
    """
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def open_(
        path: str, *, width: int = 1280, height: int = 900, as_: str = "", elder: bool = False, scheme: Any = "light",
        language: str = "", script: bool = True,
    ) -> Page:  # fmt: skip
        context = browser.new_context(
            base_url=served, viewport={"width": width, "height": height}, color_scheme=scheme, java_script_enabled=script,
            locale="zh-CN", reduced_motion="reduce", storage_state=signed_in(as_) if as_ else None,
        )  # fmt: skip
        contexts.append(context)
        wanted = {"comfort": "elder" if elder else "", "django_language": language}
        context.add_cookies([{"name": name, "value": value, "url": served} for name, value in wanted.items() if value])
        page = context.new_page()
        page.on("console", lambda message: said.append(f"{path}: {message.text}") if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(f"{path}: {error}"))
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert [line for line in said if "Failed to load resource" not in line] == []


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
        ring: str = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert ring != "none", f"no focus ring on {names[-1]!r}"
    return names
