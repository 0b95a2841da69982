"""The forms of the portal."""

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from chengban.accounts.models import Account


class SignInForm(forms.Form):
    """Login name and password. The fields carry the names that the account model and the rate limit know them by."""

    login = forms.CharField(
        label=_("登录名"), max_length=64, error_messages={"required": _("请填写登录名。")},
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip
    password = forms.CharField(
        label=_("密码"), max_length=200, strip=False, error_messages={"required": _("请填写密码。")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip


class ContactsForm(forms.Form):
    """Mobile number and e-mail address. What is left empty stays as it is; a box takes it away."""

    phone = forms.CharField(
        label=_("手机号"), max_length=20, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )  # fmt: skip
    forget_phone = forms.BooleanField(label=_("不再留手机号"), required=False)
    email = forms.CharField(
        label=_("电子邮箱"), max_length=254, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"}),
    )  # fmt: skip
    forget_email = forms.BooleanField(label=_("不再留电子邮箱"), required=False)

    def contacts(self, account: "Account") -> dict[str, str]:
        """The contacts as they are to be: what was written, else what is there, unless it is to be forgotten."""
        given = self.cleaned_data
        return {name: "" if given[f"forget_{name}"] else given[name] or getattr(account, name) for name in ("phone", "email")}
