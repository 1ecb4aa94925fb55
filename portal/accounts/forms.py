from typing import Any

from django import forms
from django.contrib.auth import authenticate, password_validation
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _, gettext_lazy

from cases.audit.services import record
from cases.vault.turnstile import Busy
from portal.accounts import device, second_factor, throttle
from portal.accounts.models import User
from portal.accounts.pages import works_here

CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"}


class SignInForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail address"),
                             widget=forms.EmailInput(attrs={"autocomplete": "username", "dir": "ltr"}))
    password = forms.CharField(label=gettext_lazy("Password"), strip=False,
                               widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "dir": "ltr"}))
    code = forms.CharField(label=gettext_lazy("Code from your authenticator app"), required=False, max_length=40,
                           help_text=gettext_lazy("Six digits. Leave it empty when you sign in for the first time."),
                           widget=forms.TextInput(attrs=CODE))

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.request = request
        self.user: User | None = None
        super().__init__(*args, **kwargs)
        if not second_factor.required():
            del self.fields["code"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "email" in data and "password" in data:
            found = by_password(self.request, data["email"].lower(), data["password"])
            if not works_here(found):
                raise ValidationError(_("This account signs in at the desk, not here."))
            self.user = found
        return data


class CodeForm(forms.Form):
    code = forms.CharField(label=gettext_lazy("Code from your authenticator app"), max_length=40,
                           help_text=gettext_lazy("Six digits, or one of your recovery codes."),
                           widget=forms.TextInput(attrs=CODE))

    def __init__(self, request: HttpRequest, member: User, *args: Any, **kwargs: Any) -> None:
        self.request, self.member = request, member
        super().__init__(*args, **kwargs)

    def clean_code(self) -> str:
        return by_code(self.request, self.member, self.cleaned_data["code"])


class ProveForm(forms.Form):
    """Who is signed in proves it again: with the password if there is one, and the code where one is asked for."""
    password = forms.CharField(label=gettext_lazy("Password"), strip=False,
                               widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "dir": "ltr"}))
    code = forms.CharField(label=gettext_lazy("Code from your authenticator app"), max_length=40,
                           help_text=gettext_lazy("Six digits, or one of your recovery codes."),
                           widget=forms.TextInput(attrs=CODE))

    def __init__(self, request: HttpRequest, member: User, *args: Any, **kwargs: Any) -> None:
        self.request, self.member = request, member
        super().__init__(*args, **kwargs)
        if not member.has_usable_password():
            del self.fields["password"]
        if not second_factor.required():
            del self.fields["code"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        checks = {"password": lambda typed: by_password(self.request, self.member.email, typed, _("This is not your password.")),
                  "code": lambda typed: by_code(self.request, self.member, typed)}
        for name, check in checks.items():      # in this order: codes are for who knows the password
            if name in self.fields and not self.errors:
                try:
                    check(data[name])
                except ValidationError as error:
                    self.add_error(name, error)
        if not self.fields:
            raise ValidationError(_("Please sign out and in again."))
        return data


class EnrolForm(forms.Form):
    code = forms.CharField(label=gettext_lazy("The six digits that the app shows now"), max_length=40,
                           widget=forms.TextInput(attrs=CODE))

    def __init__(self, member: User, proposal: str, *args: Any, **kwargs: Any) -> None:
        self.member, self.proposal = member, proposal
        self.recovery_codes: list[str] = []
        super().__init__(*args, **kwargs)

    def clean_code(self) -> str:
        typed: str = self.cleaned_data["code"]
        self.recovery_codes = second_factor.confirm(self.member, self.proposal, typed)
        if not self.recovery_codes:
            raise ValidationError(_("This is not what the app should show. Is the clock of your telephone right?"))
        return typed


class PasskeyForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("What do you call it?"), required=False, max_length=60,
                           help_text=gettext_lazy("For example: my telephone, or the key on my key ring. Only you see it."),
                           widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}))


class UnlockForm(forms.Form):
    passphrase = forms.CharField(label=gettext_lazy("Vault passphrase"), strip=False,
                                 widget=forms.PasswordInput(attrs={"autocomplete": "off", "dir": "auto"}))


def secret_field(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, strip=False,
                           widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "dir": "auto"}))


class BeginForm(forms.Form):
    """Asks for what is owed: a password, a passphrase, or both."""
    password = secret_field(gettext_lazy("New password"), gettext_lazy("At least 12 characters. It signs you in."))
    password_again = secret_field(gettext_lazy("New password again"))
    passphrase = secret_field(gettext_lazy("Vault passphrase"), gettext_lazy(
        "At least 12 characters, such as five words that nobody would guess. It opens what people wrote, "
        "and nobody can reset it."))
    passphrase_again = secret_field(gettext_lazy("Vault passphrase again"))

    def __init__(self, member: User, *args: Any, password: bool, passphrase: bool, **kwargs: Any) -> None:
        self.member = member
        super().__init__(*args, **kwargs)
        owed = {"password": password, "passphrase": passphrase}
        for name in [name for name, needed in owed.items() if not needed]:
            del self.fields[name], self.fields[f"{name}_again"]

    def clean_password(self) -> str:
        typed = strong(self.cleaned_data["password"])
        if self.member.check_password(typed):
            raise ValidationError(_("This is the password you were given. Choose another one."))
        return typed

    def clean_passphrase(self) -> str:
        return strong(self.cleaned_data["passphrase"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("password", "passphrase"):
            if name in data and f"{name}_again" in data and data[name] != data[f"{name}_again"]:
                self.add_error(f"{name}_again", _("The two are not the same. Please type it again."))
        return data


class PasswordForm(BeginForm):
    """Another password, for who proved a moment ago who they are."""

    def __init__(self, member: User, *args: Any) -> None:
        super().__init__(member, *args, password=True, passphrase=False)

    def clean_password(self) -> str:
        typed = strong(self.cleaned_data["password"])
        if self.member.check_password(typed):
            raise ValidationError(_("This is the password you have now. Choose another one."))
        return typed


def strong(typed: str) -> str:
    """Django's checks in our words, which exist in both languages."""
    try:
        password_validation.validate_password(typed)
    except ValidationError as error:
        raise ValidationError(_("Choose something longer or less common: at least 12 characters.")) from error
    return typed


def refused_passkey() -> str:
    return _("The passkey was not accepted. Please try again, or use your password and code.")


def busy() -> str:
    return _("Many people are signing in just now. Please try again in a moment.")


# --- proofs, with the waiting that follows wrong ones -------------------------------------------------------------------
def by_password(request: HttpRequest, email: str, typed: str, wrong: str = "") -> User:
    """The member who signs in with these; else ValidationError, in one sentence (`wrong`) for all that can be wrong."""
    claimed = User.objects.filter(email=email).first()
    known = device.known(request, claimed)
    if not throttle.may_try_password(request, email, known):
        raise ValidationError(_("Too many wrong passwords. Please wait a quarter of an hour, or sign in with a passkey."))
    try:
        found = authenticate(request, username=email, password=typed)
    except Busy as error:
        raise ValidationError(busy()) from error
    if not isinstance(found, User):
        # An unknown address is counted too, under no name: the same work, so that the clock tells nothing.
        count = throttle.wrong_password(request, email, known)
        record("sign_in_failed", subject=claimed.pk if claimed else "unknown", actor="system", what="password", count=count)
        raise ValidationError(wrong or _("This e-mail address and password do not belong together."))
    return found


def by_code(request: HttpRequest, member: User, typed: str) -> str:
    """What was typed, if it is a code of the app or a recovery code; else ValidationError."""
    known = device.known(request, member)
    recovery = len(second_factor.digits(typed)) == second_factor.RECOVERY_DIGITS
    if not recovery and not throttle.may_try(member, known):
        raise ValidationError(_("Too many wrong codes. Please wait up to a quarter of an hour, or use a recovery code."))
    if not second_factor.accepts(member, typed):
        record("sign_in_failed", subject=member.pk, actor="system", what="code", count=throttle.wrong_code(member))
        raise ValidationError(_("This code is not right, or it was used before. Wait for the next one."))
    throttle.forgive(member, known)
    return typed
