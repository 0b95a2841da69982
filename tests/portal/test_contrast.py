"""The colours of every page, read from its style sheet: 4.5 to 1 for text, 7 to 1 in elder mode, 3 to 1 for edges."""

import re
from pathlib import Path

import pytest

import chengban.portal

TOKENS = (Path(chengban.portal.__file__).parent / "static/portal/tokens.css").read_text()
TEXT = [
    (colour, ground)
    for colour, grounds in {
        "ink": "paper card quiet-wash lake-wash scene-sky map-none",
        "quiet": "paper card lake-wash quiet-wash scene-sky",
        "lake": "paper card lake-wash",
        "lake-deep": "lake-wash",
        "on-lake": "lake lake-deep",
        "willow": "willow-wash",
        "amber": "amber-wash paper",
        "cinnabar": "cinnabar-wash card paper",
    }.items()
    for ground in grounds.split()
]
EDGES = [("edge", "card"), ("edge", "paper"), ("focus", "paper"), ("focus", "card"), ("bar", "paper"), ("bar", "card")]


def palette(*, dark: bool, elder: bool) -> dict[str, str]:
    """The colours that hold in a mode: the sheet's blocks in its own order."""
    colours: dict[str, str] = {}
    for is_dark, is_elder, body in blocks():
        if (not is_dark or dark) and (not is_elder or elder):
            colours |= dict(re.findall(r"--([\w-]+):\s*(#[0-9A-Fa-f]{6})", body))
    return colours


def blocks() -> list[tuple[bool, bool, str]]:
    found = re.finditer(r"(@media \(prefers-color-scheme: dark\) \{\s*)?:root(\.elder)?\s*\{([^}]*)\}", TOKENS)
    return [(match[1] is not None, match[2] is not None, match[3]) for match in found]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_four_palettes_are_read() -> None:
    assert len(blocks()) == 4
    assert palette(dark=True, elder=False)["paper"] != palette(dark=False, elder=False)["paper"]
    assert palette(dark=False, elder=True)["quiet"] != palette(dark=False, elder=False)["quiet"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("elder", "least"), [(False, 4.5), (True, 7.0)], ids=["usual", "elder"])
def test_text_can_be_read(dark: bool, elder: bool, least: float) -> None:
    colours = palette(dark=dark, elder=elder)
    weak = {pair: round(found, 2) for pair in TEXT if (found := contrast(colours[pair[0]], colours[pair[1]])) < least}
    assert weak == {}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("elder", [False, True], ids=["usual", "elder"])
def test_edges_can_be_seen(dark: bool, elder: bool) -> None:
    colours = palette(dark=dark, elder=elder)
    weak = {pair: round(found, 2) for pair in EDGES if (found := contrast(colours[pair[0]], colours[pair[1]])) < 3}
    assert weak == {}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_figures_on_the_map_can_be_read_on_every_step_in_elder_mode_too(dark: bool) -> None:
    colours = palette(dark=dark, elder=True)
    low, high = ("map-1", "map-2", "map-3"), ("map-4", "map-5")
    if dark:
        low, high = low[:2], (low[2], *high)
    pairs = [("on-map-low", step) for step in low] + [("on-map-high", step) for step in high]
    assert {pair: found for pair in pairs if (found := contrast(colours[pair[0]], colours[pair[1]])) < 7} == {}
