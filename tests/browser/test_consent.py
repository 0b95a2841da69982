"""Consent and the counter in a real browser, without scripts: each page that a press brings has no fault that axe knows."""

from tests.browser.conftest import Open, faults, overflow

NARROW = {"width": 360, "height": 800}


def test_a_holder_agrees_and_a_clerk_looks_once(open_page: Open) -> None:
    citizen = open_page("/certificates/requests/1", as_="citizen", script=False)
    citizen.get_by_label("性别：女性").check()
    citizen.get_by_role("button", name="同意出示").click()
    assert citizen.get_by_text("您同意出示：").is_visible() and citizen.get_by_role("button", name="收回同意").is_visible()
    clerk = open_page("/certificates/counter/requests/1", as_="clerk")
    clerk.get_by_role("button", name="查看证照").click()
    assert clerk.get_by_text("证照真实、有效").is_visible() and clerk.get_by_text("周清荷").is_visible()
    assert faults(clerk) == []
    clerk.set_viewport_size(NARROW)
    assert overflow(clerk) == 0


def test_a_code_is_drawn_and_read_once(open_page: Open) -> None:
    citizen = open_page("/certificates/2/present", as_="citizen", width=360)
    citizen.get_by_label("姓名：周清荷").check()
    citizen.get_by_role("button", name="生成出示码").click()
    assert faults(citizen) == [] and overflow(citizen) == 0
    code = citizen.locator(".code-text").inner_text()
    for said in ("证照真实、有效", "已经用过一次"):
        clerk = open_page("/certificates/counter", as_="clerk", script=False)
        clerk.get_by_label("做什么用").fill("核对身份")
        clerk.get_by_label("出示码").fill(code)
        clerk.get_by_role("button", name="核验").click()
        assert clerk.get_by_text(said).is_visible()
    again = open_page("/certificates/counter", as_="clerk")
    again.get_by_label("做什么用").fill("核对身份")
    again.get_by_label("出示码").fill(code)
    again.get_by_role("button", name="核验").click()
    assert faults(again) == []
