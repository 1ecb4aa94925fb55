from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _, gettext_lazy

from portal.accounts.forms import secret_field, strong


class NewPassphraseForm(forms.Form):
    """For who has lost the old one."""
    passphrase = secret_field(gettext_lazy("New vault passphrase"), gettext_lazy(
        "At least 12 characters, such as five words that nobody would guess."))
    passphrase_again = secret_field(gettext_lazy("New vault passphrase again"))

    def clean_passphrase(self) -> str:
        return strong(self.cleaned_data["passphrase"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "passphrase" in data and data["passphrase"] != data.get("passphrase_again"):
            self.add_error("passphrase_again", _("The two are not the same. Please type it again."))
        return data


class ChangePassphraseForm(NewPassphraseForm):
    current = forms.CharField(label=gettext_lazy("Vault passphrase you have now"), strip=False,
                              widget=forms.PasswordInput(attrs={"autocomplete": "off", "dir": "auto"}))
    field_order = ("current", "passphrase", "passphrase_again")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("passphrase") and data["passphrase"] == data.get("current"):
            raise ValidationError(_("This is the passphrase you have. Choose another one."))
        return data
