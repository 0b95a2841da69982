"""Every page in a real browser: fits its window, has no fault that axe knows, in each mode."""

import pytest

from tests import town
from tests.browser.conftest import WIDTHS, Open, faults, overflow

FIRM = f"/enterprises/{town.LOTUS}"
PAGES = [
    ("", "/"), ("", "/search"), ("", "/search?q=gaoxin"), ("", "/search?q=zzzzzz"), ("", "/policies"), ("", "/policies/P09"),
    ("", "/policies/P18v1"), ("", "/items"), ("", "/items/S01.a"), ("", "/registers"), ("", "/registers/legal_persons"),
    ("", "/session"), ("", "/nothing"), ("agent", "/"), ("agent", FIRM), ("agent", f"{FIRM}/policies"),
    ("agent", f"{FIRM}/readings"), ("agent", "/matches"), ("citizen", "/"), ("citizen", "/me"), ("citizen", "/me/policies"),
    ("clerk", "/enterprises?q=聊城"), ("officer", "/"), ("officer", "/matches"), ("steward", "/quality"), ("auditor", "/ledger"),
    ("administrator", "/accounts"),
]  # fmt: skip
NAMES = [f"{who or 'visitor'} {path}" for who, path in PAGES]


@pytest.mark.parametrize(("who", "path"), PAGES, ids=NAMES)
def test_axe_finds_no_fault(who: str, path: str, open_page: Open) -> None:
    assert faults(open_page(path, as_=who)) == []


@pytest.mark.parametrize(("who", "path"), PAGES, ids=NAMES)
def test_the_page_fits_every_window(who: str, path: str, open_page: Open) -> None:
    page = open_page(path, as_=who, width=WIDTHS[0])
    wide = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        wide[width] = overflow(page)
    assert wide == dict.fromkeys(WIDTHS, 0)


@pytest.mark.parametrize(("who", "path"), PAGES, ids=NAMES)
def test_elder_mode_in_the_dark_on_a_telephone(who: str, path: str, open_page: Open) -> None:
    page = open_page(path, as_=who, width=360, elder=True, scheme="dark")
    assert overflow(page) == 0
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") == 22
    assert faults(page) == []


@pytest.mark.parametrize(("who", "path"), PAGES, ids=NAMES)
def test_an_english_page_says_so_and_marks_its_chinese(who: str, path: str, open_page: Open) -> None:
    page = open_page(path, as_=who, language="en")
    assert page.locator("html").get_attribute("lang") == "en"
    unmarked = page.evaluate(
        """() => { const found = []; const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) { const text = walk.currentNode; const lang = text.parentElement.closest('[lang]').lang;
        if (lang === 'en' && /[\\u4e00-\\u9fff]/.test(text.data)) found.push(text.data.trim()); } return found; }"""
    )
    assert unmarked == []
