"""One policy's whole life in a real browser, money included: drafted, approved, offered, noticed, accepted, ordered, paid, told.

Officer, reviewer, visitor and firm each do their part; days pass between two servings of the portal; the treasury is a real HTTP
server that pays nobody. Every page on the way is asked by axe.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect
from psycopg import sql

from chengban.exchange.systems.treasury.fake import Books, open_window
from tests import town
from tests.browser.conftest import CHECKOUT, environment_of, faults, overflow, start, wait_for

FIRST, LATER = "2025-12-01", "2025-12-09"
"""The notice of five working days that begins on the first day is over on the later one."""
NAME, ACCOUNT = "稳岗专项补助", "6217000012342001"


@dataclass
class Town:
    """A town with a database of its own, whose portal is served on one day and then on another."""

    browser: Browser
    database: str
    home: Path
    address: str = ""
    today: str = FIRST
    server: "subprocess.Popen[bytes] | None" = None
    said: list[str] = field(default_factory=list)

    def serve(self, today: str, *words: str) -> None:
        self.close()
        self.today = today
        self.server, self.address = start(environment_of(self.database, self.home, today), *words)
        wait_for(self.server, self.address)

    def close(self) -> None:
        if self.server is not None:
            self.server.terminate()
            self.server.wait(20)

    def open(self, login: str = "") -> Page:
        """The home page, as a member of the cast who has signed in."""
        context = self.browser.new_context(base_url=self.address, viewport={"width": 1280, "height": 900}, locale="zh-CN")
        page = context.new_page()
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.goto("/session" if login else "/")
        if login:
            page.locator(f"form:has(input[value='{login}']) button").click()
            page.wait_for_url("**/")
        return page

    def work(self, treasury: str) -> None:
        """What the worker does: deliver everything that is due."""
        environment = environment_of(self.database, self.home, self.today) | {"CHENGBAN_TREASURY_URL": treasury}
        command = [sys.executable, "-m", "chengban.cli", "exchange", "work", "--until-empty"]
        subprocess.run(command, cwd=CHECKOUT, env=environment, check=True, stdout=subprocess.DEVNULL)


@pytest.fixture
def city(browser: Browser, tmp_path: Path) -> Iterator[Town]:
    name = f"chengban_whole_path_{os.getpid()}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        made = Town(browser, name, tmp_path)
        try:
            made.serve(FIRST)
            yield made
        finally:
            made.close()
            for context in browser.contexts:
                context.close()
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    assert made.said == []


@pytest.fixture
def books() -> Iterator[tuple[Books, str]]:
    kept = Books()
    server = open_window(kept)
    yield kept, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def looked_at(page: Page) -> Page:
    """A page that nobody is shut out of."""
    assert faults(page) == [] and overflow(page) == 0, page.url
    return page


def told(page: Page, words: str) -> None:
    """What the last press came to, as the page says it."""
    expect(page.get_by_role("status").first).to_contain_text(words)
    looked_at(page)


def test_from_a_draft_to_money_on_the_firms_account(city: Town, books: tuple[Books, str]) -> None:
    drafted_and_approved(city)
    proposed_confirmed_and_noticed(city)
    city.serve(LATER, "again")
    accepted_by_the_firm(city)
    ordered_by_the_officer(city)
    kept, treasury = books
    for _twice in range(2):
        city.work(treasury)
    paid = [payment for payment in kept.payments.values() if payment["account"] == ACCOUNT]
    assert [payment["amount"] for payment in paid] == ["21600.00"]
    the_firm_reads_that_it_was_paid(city)
    the_cockpit_counts_it(city)


def drafted_and_approved(city: Town) -> None:
    page = city.open("officer")
    looked_at(page).get_by_role("link", name="政策起草").click()
    looked_at(page).get_by_label("起草什么").select_option("P09")
    page.get_by_role("button", name="开始起草").click()
    for name, text in {
        "policy.id": "P50",
        "policy.name": NAME,
        "policy.name_en": "Special grant",
        "delivery.budget": "100,000",
    }.items():
        page.locator(f"[name$='{name}']").fill(text)
    page.locator("[name='policy.mode']").select_option("确认即享")
    page.get_by_role("button", name="保存并试算").click()
    told(page, "已保存")
    expect(page.locator("#outlook .figures")).to_contain_text("符合", timeout=20_000)
    page.get_by_role("button", name="提交审核").click()
    told(page, "已提交，请另一位政策专员审核")
    reviewer = city.open("reviewer")
    looked_at(reviewer).get_by_role("link", name="1 份政策稿等您审核").click()
    looked_at(reviewer).get_by_role("link", name=NAME).click()
    looked_at(reviewer).get_by_role("button", name="审核通过并公布").click()
    told(reviewer, "已公布")


def proposed_confirmed_and_noticed(city: Town) -> None:
    page = city.open("officer")
    page.get_by_role("link", name="政策兑现").click()
    looked_at(page).get_by_role("link", name=NAME).click()
    looked_at(page).get_by_role("button", name="生成拟享名单").click()
    told(page, "新列入 1 户")
    page.get_by_label("聊城清荷软件有限公司").check()
    page.get_by_role("button", name="确认选中的", exact=True).click()
    told(page, "已确认 1 户")
    page.get_by_role("button", name="全部开始公示").click()
    told(page, "已开始公示 1 户")
    page.get_by_role("button", name="下达到期的").click()
    told(page, "现在没有到期可以下达的")
    visitor = city.open()
    visitor.get_by_role("navigation", name="主要栏目").get_by_role("link", name="公示").click()
    looked_at(visitor).get_by_role("link", name=f"{NAME} 2025").click()
    expect(looked_at(visitor).get_by_role("row", name="聊城清荷软件有限公司")).to_contain_text("2025-12-08")


def accepted_by_the_firm(city: Town) -> None:
    page = city.open("agent")
    looked_at(page).get_by_role("link", name="笔兑现等您确认").click()
    card = looked_at(page).locator("article", has_text=NAME)
    card.get_by_label("收款账户").fill(ACCOUNT)
    card.get_by_role("button", name="确认收款账户").click()
    told(page, "收款账户已确认")


def ordered_by_the_officer(city: Town) -> None:
    page = city.open("officer")
    page.goto("/delivery/P50/2025")
    page.get_by_role("button", name="下达到期的").click()
    told(page, "已下达 1 笔，21,600 元")


def the_firm_reads_that_it_was_paid(city: Town) -> None:
    page = city.open("agent")
    page.goto(f"/enterprises/{town.LOTUS}/offers")
    row = looked_at(page).get_by_role("row", name=NAME)
    expect(row).to_contain_text("已到账")
    expect(row).to_contain_text(LATER)
    page.get_by_role("link", name="来信").click()
    looked_at(page).get_by_role("link", name=f"{NAME}已到账").click()
    expect(looked_at(page).get_by_text("21,600 元已由国库拨付到您确认的账户")).to_be_visible()


def the_cockpit_counts_it(city: Town) -> None:
    page = city.open("officer")
    page.goto("/cockpit?year=2025&policy=P50")
    figures = looked_at(page).locator("dl.figures").first
    expect(figures.locator("div", has_text="笔拨付").locator("dd")).to_have_text("1")
    expect(figures.locator("div", has_text="已经到账").locator("dd")).to_contain_text("21,600 元")
