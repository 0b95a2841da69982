"""Small words of the templates: figures, money, days, icons, tags, charts."""

import re
import textwrap
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone, translation
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from chengban.packs.model import Citation, Clause, Department, FactFile, RegisterField
from chengban.packs.published import PublishedFigure
from chengban.portal import words
from chengban.portal.icons import ICONS, TAGS

register = template.Library()
CITIZEN = re.compile(r"\b(\d{6})\d{8}(\d{3}[\dX])\b")
HAN_RUN = re.compile(r"[\u4e00-\u9fff](?:[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef0-9()〔〕·、]*[\u4e00-\u9fff])?")


@register.filter
def figure(value: int | float | Decimal | None) -> str:
    """A number with thousands marks and no trailing zeros; an unknown one is a dash."""
    return words.figure(value)


@register.filter
def money(yuan: int | float | Decimal | None) -> SafeString:
    """An amount of yuan as people say it, with the exact figure on hover and in print."""
    if yuan is None:
        return format_html('<span class="unknown">{}</span>', words.unknown())
    return format_html(
        '<data class="money" value="{}" title="{}"><span class="said">{}</span><span class="exact">{}</span></data>',
        words.plain(yuan), words.exact_money(yuan), words.money(yuan), words.exact_money(yuan),
    )  # fmt: skip


@register.filter
def tens(yuan: Decimal | None) -> str:
    """Yuan as a plain number of 万元 with one decimal, for a column whose head names the unit."""
    return "—" if yuan is None else f"{Decimal(yuan) / 10_000:,.1f}"


@register.filter
def day(value: date | datetime | None) -> SafeString | str:
    """A day as 2026年3月6日(周五), or 6 March 2026 (Fri) on an English page."""
    if value is None:
        return words.unknown()
    moment = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), words.day(moment))


@register.filter
def month(value: date) -> str:
    """The month of a day, as a heading."""
    return words.month(value)


@register.filter
def period(name: str) -> str:
    """A period as a person reads it: 2025, 2025Q4, 2025-12, or that it is given once."""
    return _("一次性") if name == "once" else name


@register.filter
def percent(share: float | None) -> str:
    """A share of one as a percentage with one decimal at most; unknown is a dash."""
    return "—" if share is None else f"{words.figure(round(share * 100, 1))}%"


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawn sign, hidden from screen readers: a word always stands beside it."""
    return format_html(
        '<svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">{}</svg>',
        mark_safe(ICONS[name]),
    )


@register.simple_tag
def tag(state: str, word: str = "") -> SafeString:
    """A state: an icon, a word and a colour, never the colour alone."""
    look = TAGS[state]
    return format_html('<span class="tag tag-{}">{}{}</span>', look.tone, icon(look.icon), word or str(look.word))


@register.simple_tag
def han() -> SafeString:
    """The language mark for names that stand in Chinese on an English page."""
    return mark_safe(' lang="zh-Hans"') if translation.get_language() == "en" else mark_safe("")


@register.filter
def marked(text: object) -> SafeString:
    """`text` with each run of Chinese in it marked as Chinese on an English page, so that it is read aloud rightly."""
    given = conditional_escape(text if isinstance(text, str) else str(text))
    if translation.get_language() != "en":
        return given
    return mark_safe(HAN_RUN.sub(r'<span lang="zh-Hans">\g<0></span>', given))


@register.filter
def unit(name: str) -> SafeString:
    return marked(words.unit_name(name))


@register.filter
def short(department: Department) -> SafeString:
    """A department's short name, or its full English name on an English page."""
    return marked(department.name_en if translation.get_language() == "en" else department.short)


@register.filter
def called(thing: Any) -> SafeString:
    """`named` as a filter, for use inside sentences."""
    return named(thing)


@register.inclusion_tag("portal/parts/bars.html")
def bars(chart: Any) -> dict[str, Any]:
    """A bar chart (`portal.charts.Chart`), and the same as a table under 看数据."""
    return {"chart": chart}


@register.filter
def cite(citation: Citation | None) -> str:
    """Where a statement stands: 《title》 and its article; a document number stands without the title marks."""
    if citation is None:
        return "—"
    bare = any(mark in citation.title for mark in "《〔[(（")
    title = citation.title if bare else f"《{citation.title}》"
    return f"{title}{citation.article or ''}"


@register.filter
def dedent(text: str) -> str:
    """A rule as its author set it, without the margin of the file."""
    return textwrap.dedent(text).strip()


@register.filter
def listed(numbers: Iterable[object]) -> str:
    """1、2、3, or 1, 2, 3 on an English page."""
    return _("、").join(map(str, numbers))


@register.filter
def lookup(table: Mapping[str, Any], key: str) -> Any:
    """`table[key]`, or None."""
    return table.get(key)


@register.filter
def veiled(subject: str) -> str:
    """A ledger's subject with the middle of a citizen number hidden: an auditor follows acts, and need not collect numbers."""
    return CITIZEN.sub(lambda found: f"{found[1]}********{found[2]}", subject)


@register.simple_tag
def named(thing: Any) -> SafeString:
    """The name of a declaration in the page's language; a Chinese name on an English page is marked as Chinese."""
    english = getattr(thing, "name_en", "")
    if translation.get_language() == "en" and english:
        return format_html("{}", english)
    return format_html("<span{}>{}</span>", han(), thing.name)


@register.simple_tag
def clause_text(clause: Clause) -> SafeString:
    """A clause as a person reads it, in the page's language where the pack has it."""
    if translation.get_language() == "en" and clause.text_en:
        return format_html("{}", clause.text_en)
    return format_html("<span{}>{}</span>", han(), clause.text)


@register.simple_tag
def value(given: Any, unit: str | None = None, codes: Mapping[str, str] | None = None) -> SafeString:
    """A fact's or a parameter's value as a person reads it, with its unit; a code by its name."""
    return marked(words.value(given, unit, codes))


@register.simple_tag
def field_type(field: RegisterField) -> SafeString:
    return marked(words.field_type(field.type, field.unit))


@register.simple_tag
def amount_kind(kind: str) -> str:
    """What an amount is: a payment, a saving, a limit."""
    return str(words.AMOUNT_KINDS[kind])


@register.simple_tag
def heading(topic: FactFile) -> str:
    """The heading of a file's topic in the page's language."""
    return topic.topic_en if translation.get_language() == "en" else topic.topic


@register.simple_tag
def with_unit(number: Decimal | None, unit: str) -> SafeString | str:
    """A number with its unit; yuan as money; none as a dash."""
    if number is None:
        return "—"
    return money(number) if unit == "元" else marked(f"{words.figure(round(number, 2))} {unit}")


@register.simple_tag
def seed_sentence(given: PublishedFigure) -> str:
    """What was published, in the page's language."""
    return given.said_en if translation.get_language() == "en" else given.said


@register.simple_tag
def seed_note(given: PublishedFigure) -> str:
    """What is to be known beside it, in the page's language; empty where there is nothing."""
    return (given.note_en if translation.get_language() == "en" else given.note) or ""
