"""A page being written: where its measures end, and words that shrink to their room."""

from dataclasses import dataclass

from .forms import POINT, Setting
from .lines import Style, width
from .sheet import Anchor, Page, text


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes on one page of a setting."""

    setting: Setting
    page: Page

    def words(
        self,
        words: str,
        x: float,
        y: float,
        size: float,
        colour: str = "",
        *,
        anchor: Anchor = "left",
        bold: bool = False,
        room: float = 0,
    ) -> None:
        """One line of words, `size` in points, shrunk to its room where it has one. Nothing for no words."""
        if not words:
            return
        fonts, height = self.setting.fonts, size * POINT
        natural = width(words, Style(height, bold), fonts)
        style = Style(height * min(1.0, room / natural) if room else height, bold)
        self.page.add(*text(words, x, y, style, fonts, colour or self.setting.ink.text, anchor=anchor))
