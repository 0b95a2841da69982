"""The officers' desk in a real browser: completion, living figures, saving, a second officer's approval."""

import os
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, faults, overflow


def begin(page: Page, policy: str = "P09") -> None:
    page.get_by_label("起草什么").select_option(policy)
    page.get_by_role("button", name="开始起草").click()


def keep(page: Page, name: str) -> None:
    """A screenshot to look at, where CHENGBAN_SCREENSHOTS names a folder."""
    folder = os.environ.get("CHENGBAN_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_words_are_completed_and_the_figures_live(open_page: Open) -> None:
    page = open_page("/drafts", as_="officer")
    begin(page)
    expect(page.locator("#outlook .figures")).to_contain_text("符合", timeout=20_000)
    editor = page.locator("textarea.feel").first
    editor.fill("")
    editor.press_sequentially("失业保险累", delay=20)
    expect(page.locator(".suggestions [role=option]").first).to_contain_text("失业保险累计缴费月数")
    keep(page, "draft-completion")
    editor.press("Enter")
    expect(editor).to_have_value("失业保险累计缴费月数")
    editor.press_sequentially(" >= 1000", delay=5)
    expect(page.locator("#outlook .figures div").filter(has_text="符合").first).to_contain_text("0", timeout=20_000)
    editor.press_sequentially(" and 没有这个词 = 1", delay=5)
    expect(page.locator("#outlook")).to_contain_text("没有叫“没有这个词”的指标或参数", timeout=20_000)
    page.get_by_role("button", name="保存并试算").click()
    expect(page.locator(".field.wrong .mistake").first).to_be_visible()
    keep(page, "draft-mistake")
    assert faults(page) == [] and overflow(page) == 0


def test_one_writes_another_approves_everybody_sees(open_page: Open) -> None:
    page = open_page("/drafts", as_="officer", script=False)
    begin(page)
    page.get_by_label("版本号").fill("2026")
    page.get_by_label("施行日期").fill("2026-01-01")
    page.get_by_label("截止日期").fill("2026-12-31")
    page.get_by_text("看写好的").click()
    for number in range(page.locator("[name^='examples.'][name$='.on']").count() - 1):
        page.locator(f"[name='examples.{number}.on']").fill("2026-06-01")
    page.get_by_role("button", name="保存并试算").click()
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_text("已提交，请另一位政策专员审核。")).to_be_visible()
    keep(page, "draft-submitted")
    assert page.get_by_role("button", name="审核通过并公布").count() == 0
    other = open_page(page.url, as_="reviewer", script=False)
    other.get_by_role("button", name="审核通过并公布").click()
    expect(other.get_by_text("已公布。从施行日期起生效。")).to_be_visible()
    keep(other, "draft-published")
    visitor = open_page("/policies/P09?version=2026")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("失业保险稳岗返还")


def test_the_desk_serves_the_elder_mode_in_the_dark_on_a_phone(open_page: Open) -> None:
    page = open_page("/drafts", as_="officer", width=360, elder=True, scheme="dark")
    keep(page, "drafts-360")
    assert faults(page) == [] and overflow(page) == 0
    begin(page, "")
    keep(page, "draft-360")
    assert faults(page) == [] and overflow(page) == 0
