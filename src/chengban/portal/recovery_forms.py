"""The forms of recovery: to demand, to agree on instalments, to record what came back, and to waive."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

YUAN = {"required": _("请填写金额。"), "invalid": _("金额请写成数字，例如 5000.00。")}
DAY = {"required": _("请填写日期。"), "invalid": _("日期请写成 2026-03-31 的样子。")}


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, error_messages=DAY, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))


def _amount(label: Any) -> forms.DecimalField:
    widget = forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})
    return forms.DecimalField(label=label, max_digits=18, decimal_places=2, error_messages=YUAN, widget=widget)


def _text(label: Any, missing: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=300, help_text=help_text, error_messages={"required": missing})


class DemandForm(forms.Form):
    """How much, by when, why, and under which clause."""

    amount = _amount(_("要求退回的金额(元)"))
    due = _day(_("最迟退回日期"))
    reason = _text(_("原因"), _("请填写原因，企业会看到。"), _("企业会看到这句话。"))
    citation = _text(_("依据的条款"), _("请填写依据的条款。"), _("写明文件名和条款。"))


class PlanForm(forms.Form):
    """The instalments, one a line: a day and an amount."""

    parts = forms.CharField(
        label=_("各期"), max_length=2000, error_messages={"required": _("请填写各期的日期和金额。")},
        help_text=_("每行一期：日期、空格、金额，例如 2026-03-31 5000.00。合计应当正好是要求退回的金额。"),
        widget=forms.Textarea({"rows": 4, "autocomplete": "off"}),
    )  # fmt: skip

    def clean_parts(self) -> list[tuple[Decimal, date]]:
        lines = [line for line in self.cleaned_data["parts"].splitlines() if line.strip()]
        return [_part(number, line) for number, line in enumerate(lines, 1)]


def _part(number: int, line: str) -> tuple[Decimal, date]:
    try:
        day, amount = line.split()
        return Decimal(amount.replace(",", "")), date.fromisoformat(day)
    except (ValueError, InvalidOperation) as error:
        said = _now("第 %(number)s 行看不懂。请写成“2026-03-31 5000.00”的样子。") % {"number": number}
        raise forms.ValidationError(said) from error


class ReceiptForm(forms.Form):
    """What came back, on which day, under the bank's number."""

    amount = _amount(_("退回的金额(元)"))
    on = _day(_("到账日期"))
    reference = forms.CharField(
        label=_("银行流水号"), max_length=120, help_text=_("同一个流水号只登记一次。"),
        error_messages={"required": _("请填写银行流水号。")}, widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip


class WaiverForm(forms.Form):
    """Why the rest is given up."""

    reason = _text(_("免除的原因"), _("请填写免除的原因。"))
