"""Letters in a real browser, without script: read, choose how to be told, subscribe; and the officer sends again."""

from playwright.sync_api import expect

from tests.browser.conftest import Open, faults, overflow


def test_an_agent_reads_a_letter_and_goes_on_from_it(open_page: Open) -> None:
    page = open_page("/", as_="agent", script=False)
    page.get_by_role("banner").get_by_role("link", name="来信").click()
    page.get_by_role("link", name="您有一笔技能提升补贴待确认").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("您有一笔技能提升补贴待确认")
    page.get_by_role("link", name="全部来信").click()
    row = page.locator("li", has_text="您有一笔技能提升补贴待确认")
    expect(row).to_contain_text("已读")
    page.get_by_role("link", name="您有一笔技能提升补贴待确认").click()
    page.get_by_role("link", name="去看").click()
    expect(page.locator("article", has_text="失业保险稳岗返还").first).to_be_visible()


def test_an_agent_chooses_how_to_be_told_and_subscribes(open_page: Open) -> None:
    page = open_page("/preferences", as_="agent", width=360, script=False)
    page.get_by_label("先发邮件，发不到再发短信").check()
    page.get_by_role("button", name="保存提醒方式").click()
    expect(page.get_by_label("先发邮件，发不到再发短信")).to_be_checked()
    page.locator("form[action*='/preferences/feeds/'] button").first.click()
    expect(page.get_by_role("status")).to_contain_text("订阅地址已生成")
    assert overflow(page) == 0
    address = page.locator(".notice code").first.inner_text()
    answer = page.request.get(address)
    assert answer.status == 200 and "失业保险稳岗返还已到账" in answer.text()
    page.get_by_role("button", name="停止订阅").click()
    assert page.request.get(address).status == 404


def test_a_wrong_number_is_said_and_linked_to_its_field(open_page: Open) -> None:
    page = open_page("/preferences", as_="agent")
    page.get_by_label("手机号", exact=True).fill("12345")
    page.get_by_role("button", name="保存联系方式").click()
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("11 位数字")
    summary.get_by_role("link").click()
    assert page.evaluate("document.activeElement.id") == "id_phone"
    assert faults(page) == []


def test_the_officer_sends_again_what_failed(open_page: Open) -> None:
    page = open_page("/reach", as_="officer", script=False)
    before = page.locator("button", has_text="重新发送").count()
    page.locator("button", has_text="重新发送").first.click()
    expect(page.get_by_role("status")).to_contain_text("已重新放入待发送")
    assert page.locator("button", has_text="重新发送").count() == before - 1


def test_the_calendar_is_printed_without_buttons_and_with_its_months(open_page: Open) -> None:
    page = open_page("/calendar?year=2024")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="2024年1月")).to_be_visible()
    assert not page.locator("nav.ways").is_visible() and not page.locator(".chips").is_visible()
