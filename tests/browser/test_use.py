"""Doing things in a real browser: by keyboard, without script, by the search box, on paper."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests import town
from tests.browser.conftest import Open, overflow, tab_stops


def test_the_keyboard_reaches_the_skip_link_first_then_everything_in_reading_order(open_page: Open) -> None:
    page = open_page("/")
    names = tab_stops(page, 14)
    assert names[0] == "跳到正文"
    assert names.index("大字版") < names.index("首页") < names.index("惠企政策") < names.index("q") < names.index("搜索")


def test_the_skip_link_brings_the_focus_to_the_content(open_page: Open) -> None:
    page = open_page("/policies")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_signing_in_out_and_failing_by_keyboard(open_page: Open) -> None:
    page = open_page("/session")
    page.get_by_label("登录名").fill("clerk")
    page.get_by_label("密码").press("Enter")
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("请填写密码。")
    summary.get_by_role("link").click()
    assert page.evaluate("document.activeElement.id") == "id_password"
    assert page.get_by_label("登录名").input_value() == "clerk"


def test_elder_mode_is_switched_by_its_button_and_stays(open_page: Open) -> None:
    page = open_page("/policies", script=False)
    page.get_by_role("button", name="大字版").click()
    expect(page).to_have_url(re.compile("/policies$"))
    assert page.locator("html.elder").count() == 1
    page.goto("/registers")
    page.get_by_role("button", name="标准版").click()
    assert page.locator("html.elder").count() == 0


def test_english_is_switched_by_its_button(open_page: Open) -> None:
    page = open_page("/policies", script=False)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Policies")


def test_search_answers_while_one_types_and_keeps_its_address(open_page: Open) -> None:
    page = open_page("/search")
    page.get_by_label("搜索事项、政策和数据").press_sequentially("gaoxinjs", delay=20)
    expect(page.locator("#results")).to_contain_text("高新技术企业认定")
    expect(page).to_have_url(re.compile("q=gaoxinjs"))


def test_search_works_without_script(open_page: Open) -> None:
    page = open_page("/", script=False)
    page.get_by_label("搜索事项、政策和数据").fill("稳岗")
    page.get_by_role("button", name="搜索").click()
    page.get_by_role("link", name="失业保险稳岗返还").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("失业保险稳岗返还")


def test_an_agent_finds_what_the_firm_gets_and_why_without_script(open_page: Open) -> None:
    page = open_page("/", as_="agent", script=False)
    expect(page.get_by_text("您符合")).to_be_visible()
    page.get_by_role("link", name="看是哪些、为什么").click()
    card = page.locator("article", has_text="失业保险稳岗返还")
    expect(card).to_contain_text("2.16 万元")
    card.locator("summary").click()
    expect(card.get_by_text("累计缴费").or_(card.get_by_text("失业保险")).first).to_be_visible()


def test_a_chart_has_its_table_behind_it(open_page: Open) -> None:
    page = open_page("/policies/P09", script=False)
    chart = page.locator("figure").first
    assert chart.locator("table").is_visible() is False
    chart.get_by_text("看数据").click()
    assert chart.locator("table").is_visible()


def test_paper_shows_exact_figures_and_no_buttons(open_page: Open) -> None:
    page = open_page(f"/enterprises/{town.LOTUS}/policies", as_="agent")
    page.emulate_media(media="print")
    assert page.locator(".money .exact").first.is_visible() and not page.locator(".money .said").first.is_visible()
    assert not page.get_by_role("button", name="大字版").is_visible()
    assert not page.locator("nav.ways").is_visible()


def test_a_page_prints_to_pdf(open_page: Open, tmp_path: Path) -> None:
    page = open_page(f"/enterprises/{town.LOTUS}/policies", as_="agent")
    page.pdf(path=tmp_path / "policies.pdf", format="A4")
    assert (tmp_path / "policies.pdf").read_bytes().startswith(b"%PDF-")


def test_text_can_be_doubled_without_loss(open_page: Open) -> None:
    page = open_page("/policies/P09", width=1280)
    page.evaluate("document.documentElement.classList.add('elder')")
    page.set_viewport_size({"width": 640, "height": 800})
    assert overflow(page) == 0


def test_what_is_pressed_is_large_enough(open_page: Open) -> None:
    """24 by 24 pixels at least for everything that stands alone (WCAG 2.2, 2.5.8)."""
    page = open_page("/", width=360)
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, input, .button, nav a, .chips a')].filter(e => e.offsetParent)
        .map(e => [e.innerText || e.name, e.getBoundingClientRect()])
        .filter(([name, box]) => box.width < 24 || box.height < 24).map(([name]) => name)"""
    )
    assert small == []
