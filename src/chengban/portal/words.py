"""How figures, money and days are said, in both languages."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils import translation
from django.utils.translation import gettext as _

WEEKDAYS = "一二三四五六日"
Number = int | float | Decimal


def _english() -> bool:
    return translation.get_language() == "en"


def unknown() -> str:
    return _("还不知道")


def plain(value: Number) -> str:
    """A number without thousands marks, exponent or trailing zeros."""
    text = format(Decimal(str(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def figure(value: Number | None) -> str:
    """1234567.50 as 1,234,567.5; None as a dash."""
    if value is None:
        return "—"
    whole, _point, rest = plain(value).partition(".")
    return f"{int(whole):,}" + (f".{rest}" if rest else "")


def exact_money(yuan: Number) -> str:
    return _("%(figure)s 元") % {"figure": figure(yuan)}


def money(yuan: Number) -> str:
    """360000 as 36 万元 or ¥360,000; 250000000 as 2.5 亿元 or ¥250 million. Two decimals at most, half up."""
    amount = Decimal(str(yuan))
    steps = (
        [(Decimal(10) ** 6, "¥{} million"), (Decimal(1), "¥{}")]
        if _english()
        else [(Decimal(10) ** 8, "{} 亿元"), (Decimal(10) ** 4, "{} 万元"), (Decimal(1), "{} 元")]
    )
    size, form = next((step for step in steps if abs(amount) >= step[0]), steps[-1])
    return form.format(figure((amount / size).quantize(Decimal("0.01"), ROUND_HALF_UP)))


def day(value: date) -> str:
    if _english():
        return f"{value.day} {value:%B %Y (%a)}"
    return f"{value.year}年{value.month}月{value.day}日(周{WEEKDAYS[value.weekday()]})"
