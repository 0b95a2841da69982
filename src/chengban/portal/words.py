"""How figures, money and days are said, in both languages."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

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


def short_money(yuan: Number) -> str:
    """An amount for a narrow place: 36 万, 2.5 亿, ¥0.4 M; one decimal at most, half up."""
    amount = Decimal(str(yuan))
    steps = (
        ((Decimal(10) ** 6, "¥{} M"), (Decimal(10) ** 3, "¥{} K"))
        if _english()
        else ((Decimal(10) ** 8, "{} 亿"), (Decimal(10) ** 4, "{} 万"))
    )
    size, form = next((step for step in steps if abs(amount) >= step[0]), (Decimal(1), "¥{}" if _english() else "{} 元"))
    return form.format(figure((amount / size).quantize(Decimal("0.1"), ROUND_HALF_UP)))


def short_month(value: date) -> str:
    """The month alone, for an axis: 3月 or Mar."""
    return f"{value:%b}" if _english() else f"{value.month}月"


def day(value: date) -> str:
    if _english():
        return f"{value.day} {value:%B %Y (%a)}"
    return f"{value.year}年{value.month}月{value.day}日(周{WEEKDAYS[value.weekday()]})"


def month(value: date) -> str:
    """The month of a day: 2026年3月, or March 2026 on an English page."""
    return f"{value:%B %Y}" if _english() else f"{value.year}年{value.month}月"


def value(given: object, unit: str | None, codes: Mapping[str, str] | None = None) -> str:
    """A value as a person reads it: 是 / 否, a day, a code's name, a share as a percentage, a number with its unit."""
    if given is None:
        return unknown()
    if isinstance(given, bool):
        return _("是") if given else _("否")
    if isinstance(given, date):
        return day(given)
    if isinstance(given, tuple | list):
        return "、".join(value(each, unit, codes) for each in given)
    if isinstance(given, int | float | Decimal):
        return _measure(given, unit)
    return (codes or {}).get(str(given), str(given))


def _measure(given: Number, unit: str | None) -> str:
    number = Decimal(str(given))
    if unit == "比例":
        return f"{figure(round(number * 100, 2))}%"
    if unit in ("年", "年度") and number >= 1900:
        return plain(given)
    if unit in YUAN and _english():
        return money(number * YUAN[unit])
    rounded = round(number, 4)
    return f"{figure(rounded)} {UNITS.get(unit, unit)}" if unit else figure(rounded)


YUAN = {"元": 1, "万元": 10_000}
UNITS = {
    "人": _lazy("人"), "年": _lazy("年"), "月": _lazy("月"), "日": _lazy("日"), "件": _lazy("件"), "家": _lazy("家"),
    "分": _lazy("分"), "元": _lazy("元"), "万元": _lazy("万元"), "美元": _lazy("美元"), "次": _lazy("次"), "项": _lazy("项"),
    "个": _lazy("个"),
}  # fmt: skip


def unit_name(unit: str) -> str:
    """A unit in the page's language; one that is not known here stands as the pack writes it."""
    return str(UNITS.get(unit, unit))


FIELD_TYPES = {
    "text": _lazy("文字"), "integer": _lazy("整数"), "decimal": _lazy("小数"), "money": _lazy("金额"), "date": _lazy("日期"),
    "year": _lazy("年份"), "month": _lazy("年月"), "boolean": _lazy("是否"), "code": _lazy("代码"),
    "uscc": _lazy("统一社会信用代码"), "citizen_id": _lazy("公民身份号码"), "phone": _lazy("电话"),
}  # fmt: skip


def field_type(kind: str, unit: str | None) -> str:
    """A field's type as the catalogue says it, with its unit."""
    shown = unit or ("元" if kind == "money" else "")
    return f"{FIELD_TYPES[kind]}({unit_name(shown)})" if shown else str(FIELD_TYPES[kind])


AMOUNT_KINDS = {
    "payment": _lazy("补助"), "tax_saving": _lazy("少缴的税费"), "loan_limit": _lazy("贷款额度"),
    "deduction": _lazy("可扣除的金额"), "status": _lazy("资格"),
}  # fmt: skip
