"""From the match to the public notice in three roles, without script: officer, firm, visitor."""

from playwright.sync_api import expect

from tests import town
from tests.browser.conftest import Open


def test_an_offer_through_three_roles(open_page: Open) -> None:
    page = open_page("/delivery", as_="officer", script=False)
    page.get_by_role("link", name="失业保险稳岗返还").click()
    page.get_by_role("button", name="生成拟享名单").click()
    expect(page.get_by_role("status")).to_contain_text("新列入 1 户")
    page.get_by_role("button", name="确认选中的", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("还没有选")
    page.get_by_label("聊城清荷软件有限公司").check()
    page.get_by_role("button", name="确认选中的", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("已确认 1 户")
    page.get_by_role("button", name="全部开始公示").click()
    expect(page.get_by_role("status")).to_contain_text("已开始公示 1 户")
    page.get_by_role("button", name="下达到期的").click()
    expect(page.get_by_role("status")).to_contain_text("现在没有到期可以下达的")

    firm = open_page(f"/enterprises/{town.LOTUS}/policies", as_="agent", script=False)
    firm.get_by_role("link", name="兑现").click()
    expect(firm.get_by_text("请确认收款账户")).to_be_visible()
    card = firm.locator("article", has_text="失业保险稳岗返还")
    expect(card).to_contain_text("2.16 万元")
    expect(card).to_contain_text("公示至 2025年12月8日(周一)")
    card.get_by_label("收款账户").fill("62001234567890")
    card.get_by_role("button", name="确认收款账户").click()
    expect(firm.get_by_role("status")).to_contain_text("收款账户已确认")
    expect(card).to_contain_text("尾号 7890")

    visitor = open_page("/", script=False)
    visitor.get_by_role("navigation", name="主要栏目").get_by_role("link", name="公示").click()
    visitor.get_by_role("link", name="失业保险稳岗返还 2025").click()
    row = visitor.get_by_role("row", name="聊城清荷软件有限公司")
    expect(row).to_contain_text("21,600")
    expect(row).to_contain_text("2025-12-08")
    expect(visitor.get_by_role("link", name="登录以后提出异议")).to_be_visible()


def test_the_list_is_used_by_keyboard(open_page: Open) -> None:
    page = open_page("/delivery/P10/2025?stage=proposed", as_="officer")
    box = page.get_by_role("checkbox").first
    box.focus()
    page.keyboard.press("Space")
    expect(box).to_be_checked()
