"""The forms of the portal."""

from django import forms
from django.utils.translation import gettext_lazy as _


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
