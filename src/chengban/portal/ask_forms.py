"""The form with which a verifier asks a holder for certificates."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from chengban.certificates.asking import MOST_TYPES, Terms
from chengban.packs import Pack
from chengban.packs.certificates import CertificateType
from chengban.portal.use_pages import certificates_of

USUAL = timedelta(days=7)
"""How long a request waits where the verifier does not say."""


def _text(label: Any, most: int, missing: Any, hint: Any = "") -> forms.CharField:
    widget = forms.TextInput({"autocomplete": "off"})
    return forms.CharField(label=label, max_length=most, help_text=hint, error_messages={"required": missing}, widget=widget)


class TermsForm(forms.Form):
    """Whom, and on what terms."""

    holder = _text(
        _("持证人"), 32, _("请填写持证人的公民身份号码或统一社会信用代码。"), _("公民身份号码，或企业的统一社会信用代码")
    )
    purpose = _text(_("用途"), 200, _("请填写用途。"), _("一个请求只为一个用途，持证人会看到"))
    clause = _text(_("依据"), 200, _("请填写依据的文件和条款。"), _("写明文件名和条款，持证人会看到"))
    case = _text(_("办件号"), 60, _("请填写办件号：授权只用于一个办件。"))
    times = forms.IntegerField(
        label=_("看几次"), min_value=1, max_value=100, widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": _("请填写次数。"), "invalid": _("次数请写成数字。"),
            "min_value": _("至少 1 次。"), "max_value": _("最多 100 次。"),
        },
    )  # fmt: skip
    until = forms.DateField(
        label=_("到哪天为止"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        error_messages={"required": _("请填写日期。"), "invalid": _("日期请写成 2026-03-31 的样子。")},
    )  # fmt: skip

    @property
    def subject(self) -> str:
        return "".join(self.cleaned_data["holder"].split()).upper()

    @property
    def terms(self) -> Terms:
        return Terms(**{name: self.cleaned_data[name] for name in ("purpose", "clause", "case", "until", "times")})


def chosen_kinds(pack: Pack, given: QueryDict) -> list[CertificateType]:
    """The types that the address names, by themselves or as those of an item (`?kind=…&item=…`)."""
    item = pack.items.get(given.get("item", ""))
    named = [pack.certificates[one] for one in given.getlist("kind") if one in pack.certificates]
    return list(dict.fromkeys([*named, *(certificates_of(pack, item) if item else [])]))[:MOST_TYPES]


def prefilled(pack: Pack, given: QueryDict, on: date) -> dict[str, Any]:
    """What is written before anybody writes; of an item its name, and the first clause that it stands on."""
    item = pack.items.get(given.get("item", ""))
    usual: dict[str, Any] = {"times": 1, "until": on + USUAL}
    if item is None:
        return usual
    clause = next((f"{basis.title}{basis.article or ''}" for basis in item.bases), "")
    return usual | {"purpose": f"办理{item.name}", "clause": clause}
