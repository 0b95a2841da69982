"""The forms of reading under law: a task, an emergency, a review, a question, an answer, a data request."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from chengban.facts.reading import emergencies, requests, tasks
from chengban.packs.model import Register, RegisterField
from chengban.packs.purposes import Purpose


def _called(declared: Purpose | RegisterField) -> str:
    """A declared thing's name in the page's language."""
    return declared.name_en if get_language() == "en" else declared.name


def _words(label: Any, missing: Any, help_text: Any = "", most: int = 300, rows: int = 3) -> forms.CharField:
    widget = forms.Textarea({"rows": rows}) if rows > 1 else forms.TextInput({"autocomplete": "off"})
    return forms.CharField(label=label, max_length=most, help_text=help_text, error_messages={"required": missing}, widget=widget)


def _subject() -> forms.CharField:
    return forms.CharField(
        label=_("统一社会信用代码或公民身份号码"), max_length=18, min_length=15,
        error_messages={"required": _("请填写要查的主体。"), "min_length": _("代码或号码不完整，应为 18 位。")},
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip


class TaskForm(forms.Form):
    """Whose data, for which purpose, and what is being done."""

    subject = _subject()
    purpose = forms.ChoiceField(label=_("查阅用途"), error_messages={"required": _("请选择查阅用途。")})
    about = _words(
        _("在办什么"), _("请写明在办什么。"), _("例如办件号和事项名称。对方在“谁看过”里会看到这句话。"), tasks.MOST, rows=1
    )

    def __init__(self, *args: Any, purposes: list[Purpose], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["purpose"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (each.id, _now("%(purpose)s（%(minutes)s 分钟）") % {"purpose": _called(each), "minutes": each.minutes})
            for each in purposes
        ]

    def clean_subject(self) -> str:
        return str(self.cleaned_data["subject"]).strip().upper()


class EmergencyForm(forms.Form):
    """Whose data, and which emergency."""

    subject = _subject()
    reason = _words(
        _("是什么紧急情况"), _("请写明紧急情况。"), _("写明谁的生命、健康或财产有什么危险。审计员逐件复核，对方也会看到。"),
        emergencies.MOST,
    )  # fmt: skip

    def clean_subject(self) -> str:
        return str(self.cleaned_data["subject"]).strip().upper()


class AnswerForm(forms.Form):
    """An auditor's finding: was it proper, and why."""

    proper = forms.ChoiceField(
        label=_("结论"), choices=[("yes", _("正当")), ("no", _("不当"))], widget=forms.RadioSelect,
        error_messages={"required": _("请选择结论。")},
    )  # fmt: skip
    text = _words(_("理由"), _("请写明理由。"))


class RequestForm(forms.Form):
    """A department's request for fields of another's register."""

    fields_asked = forms.MultipleChoiceField(
        label=_("字段"), widget=forms.CheckboxSelectMultiple, error_messages={"required": _("请至少选择一个字段。")}
    )
    answers_only = forms.BooleanField(label=_("只要回答是或者不是，不要数据本身"), required=False)
    subjects = forms.CharField(
        label=_("对象"), required=False, max_length=requests.MOST_SUBJECTS * 20, widget=forms.Textarea({"rows": 3}),
        help_text=_("每行一个代码或号码。不填：您部门经办的任何主体，逐个查阅、逐次留痕。"),
    )  # fmt: skip
    basis = _words(_("法律依据"), _("请写明法律依据。"), _("写明法律、法规或规章的名称和条款。"), 200, rows=1)
    reason = _words(_("用途"), _("请写明用途。"), rows=2)
    days = forms.IntegerField(
        label=_("天数"), min_value=1, max_value=requests.LONGEST_DAYS, initial=30,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("请填写天数。"), "invalid": _("天数请写成整数。")},
        help_text=_("从同意之日起算，到期自动失效。"),
    )  # fmt: skip

    def __init__(self, *args: Any, register: Register, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["fields_asked"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(each.id, _called(each)) for each in register.fields if each.id != register.subject]

    def clean_subjects(self) -> list[str]:
        return [line.strip().upper() for line in self.cleaned_data["subjects"].splitlines() if line.strip()]

    def wish(self, register: Register) -> requests.Wish:
        given = self.cleaned_data
        return requests.Wish(
            register.id, given["fields_asked"], given["subjects"], given["basis"], given["reason"], given["days"],
            given["answers_only"],
        )  # fmt: skip


class ReasonForm(forms.Form):
    reason = _words(_("理由"), _("请写明理由。"), rows=1)


class LookForm(forms.Form):
    """Whom to look up under a granted request; and for answers, what to ask."""

    subject = _subject()
    question = forms.CharField(
        label=_("问题"), required=False, max_length=500, help_text=_("用 FEEL 写一个条件，例如 上年度裁员人数 = 0。"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip

    def clean_subject(self) -> str:
        return str(self.cleaned_data["subject"]).strip().upper()
