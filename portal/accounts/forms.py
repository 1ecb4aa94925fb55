from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User


class SignInForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "username", "dir": "ltr"}))
    password = forms.CharField(label=_("Password"), strip=False,
                               widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "dir": "ltr"}))

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.request = request
        self.user: User | None = None
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "email" in data and "password" in data:
            found = authenticate(self.request, username=data["email"].lower(), password=data["password"])
            if not isinstance(found, User):
                # One sentence for an unknown address, a wrong password and a closed account.
                raise forms.ValidationError(_("This e-mail address and password do not belong together."))
            self.user = found
        return data


class UnlockForm(forms.Form):
    passphrase = forms.CharField(label=_("Vault passphrase"), strip=False,
                                 widget=forms.PasswordInput(attrs={"autocomplete": "off", "dir": "ltr"}))
