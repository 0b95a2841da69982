"""Every page in a real browser: fits its window, has no fault that axe knows, in each mode."""

import pytest
from playwright.sync_api import Page

from tests import town
from tests.browser.conftest import WIDTHS, Open, faults, overflow

FIRM = f"/enterprises/{town.LOTUS}"
PAGES = [
    ("", "/"), ("", "/search"), ("", "/search?q=gaoxin"), ("", "/search?q=zzzzzz"), ("", "/policies"), ("", "/policies/P09"),
    ("", "/policies/P18v1"), ("", "/items"), ("", "/items/S01.a"), ("", "/items/S04.d?gathering=yes"), ("", "/scenes/S04"),
    ("", "/scenes/S14?kind=到龄&fund=%3F"), ("", "/scenes/S04/plan"), ("", "/scenes/S03/plan?way=普通注销"),
    ("agent", "/scenes/S03/plan?customs=%3F"), ("citizen", "/scenes/S15/plan?kind=正常死亡&pension=yes"), ("", "/registers"),
    ("", "/registers/legal_persons"),
    ("", "/session"), ("", "/nothing"), ("agent", "/"), ("agent", FIRM), ("agent", f"{FIRM}/policies"),
    ("agent", f"{FIRM}/readings"), ("agent", "/matches"), ("citizen", "/"), ("citizen", "/me"), ("citizen", "/me/policies"),
    ("clerk", "/enterprises?q=聊城"), ("officer", "/"), ("officer", "/matches"), ("steward", "/quality"), ("auditor", "/ledger"),
    ("administrator", "/accounts"), ("", "/calendar"), ("", "/calendar?year=1999"), ("agent", "/letters"), ("agent", "/letters/1"),
    ("citizen", "/letters"), ("agent", "/preferences"), ("officer", "/reach"), ("officer", "/drafts"), ("auditor", "/reach"),
    ("officer", "/cockpit"), ("administrator", "/cockpit?measure=unclaimed&policy=P09"), ("auditor", "/cockpit/seed"),
    ("auditor", "/cockpit?year=2024"),
    ("agent", f"{FIRM}/recoveries"), ("officer", "/delivery/recoveries"),
    ("officer", "/delivery/recoveries/1"), ("officer", "/delivery/recoveries/demand/2"), ("administrator", "/exchange"),
    ("auditor", "/exchange/messages/3"), ("auditor", "/exchange/reconciliations/1"),
    ("officer", "/delivery"), ("auditor", "/delivery"), ("officer", "/delivery/P10/2025"),
    ("officer", "/delivery/P10/2025?stage="), ("auditor", "/delivery/P10/2025"), ("officer", "/delivery/offers/3"),
    ("officer", "/delivery/payments/3"), ("auditor", "/delivery/payments/3"), ("administrator", "/"),
    ("", "/log"), ("auditor", "/ledger/entries/1"), ("agent", "/certificates"), ("citizen", "/certificates"), ("", "/verification"),
    ("", "/verification?identifier=1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9"),
    ("clerk", "/tasks"), ("clerk", "/tasks/1"), ("clerk", "/tasks/2"), ("auditor", "/oversight"), ("officer", "/data-requests"),
    ("officer", "/data-requests/1"), ("steward", "/data-requests/2"), ("officer", "/data-requests/new/population"),
    ("citizen", "/certificates/requests"), ("citizen", "/certificates/requests/1"), ("citizen", "/certificates/requests/2"),
    ("citizen", "/certificates/requests/3"), ("agent", "/certificates/requests/4"), ("citizen", "/certificates/2/present"),
    ("clerk", "/certificates/counter"), ("officer", "/certificates/counter"), ("clerk", "/certificates/counter/asking"),
    ("clerk", "/certificates/counter/asking?kind=identity_card&item=S04.d"), ("clerk", "/certificates/counter/requests/1"),
    ("clerk", "/certificates/counter/requests/2"), ("clerk", "/certificates/counter/requests/3"),
    ("auditor", "/delivery/offers/3"), ("", "/notices"), ("", "/notices/P25/2025"), ("clerk", "/notices/P25/2025"),
    ("agent", "/items/S24.a"), ("agent", "/items/S26.a"), ("citizen", "/items/S01.a?premises=租赁"), ("officer", "/disputes"),
    ("officer", "/material-free"), ("steward", "/material-free/S24.a"),
    ("", "/notices/P12/2025"), ("agent", f"{FIRM}/offers"), ("clerk", f"{FIRM}/offers"), ("citizen", "/me/offers"),
]  # fmt: skip
NAMES = [f"{who or 'visitor'} {path}" for who, path in PAGES]


UNMARKED = """() => {
    const found = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const text = walk.currentNode;
        if (text.parentElement.closest('[lang]').lang === 'en' && /[\\u4e00-\\u9fff]/.test(text.data)) found.push(text.data.trim());
    }
    return found;
}"""


@pytest.mark.parametrize(("who", "path"), PAGES, ids=NAMES)
def test_a_page_in_every_mode(who: str, path: str, open_page: Open) -> None:
    """No fault that axe knows; no window too narrow or too wide; the same in elder mode in the dark; English marks its Chinese."""
    page = open_page(path, as_=who)
    assert faults(page) == []
    assert widths(page) == dict.fromkeys(WIDTHS, 0)
    reopen(page, "comfort", "elder")
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") == 22
    assert widths(page) == dict.fromkeys(WIDTHS, 0)
    page.set_viewport_size({"width": 360, "height": 800})
    page.emulate_media(color_scheme="dark")
    assert faults(page) == []
    reopen(page, "django_language", "en")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.evaluate(UNMARKED) == []


def widths(page: Page) -> dict[int, int]:
    """Window width → by how much the page is wider."""
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        found[width] = overflow(page)
    return found


def reopen(page: Page, cookie: str, value: str) -> None:
    """The same page, with a choice of the reader's changed."""
    page.context.add_cookies([{"name": cookie, "value": value, "url": page.url}])
    page.reload()
