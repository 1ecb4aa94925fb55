"""What an administrator fills in about colleagues."""
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _, gettext_lazy

from cases.coordination.models import Body
from cases.permissions import ROLES, Permission, Role
from cases.units.models import Unit
from portal.accounts.forms import secret_field, strong
from portal.accounts.models import ROLE_NAMES, User

MAIL, HAND = "mail", "hand"
WAYS = [(MAIL, gettext_lazy("By e-mail to them; nobody else sees it")),
        (HAND, gettext_lazy("Show it here once, so that I can hand it over"))]
EVERYBODY = [("", gettext_lazy("All"))]
ROLE_CHOICES = [(role.value, name) for role, name in ROLE_NAMES.items()]


def way_field() -> forms.ChoiceField:
    return forms.ChoiceField(label=gettext_lazy("How does the link reach them?"), choices=WAYS, initial=MAIL,
                             widget=forms.RadioSelect)


class PlaceForm(forms.Form):
    """Role and units: what somebody may do, and whose cases it is about."""
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ROLE_CHOICES)
    units = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Units"), queryset=Unit.objects.none(), required=False, to_field_name="code",
        help_text=gettext_lazy("For caseworkers and supervisors. They see the cases of these units, and read them once a "
                               "colleague there has handed them the key. Nobody belongs in a unit that may get reports about "
                               "them."),
        widget=forms.CheckboxSelectMultiple)
    practice = forms.BooleanField(
        label=gettext_lazy("Starts in practice"), required=False,
        help_text=gettext_lazy("They get made-up cases to try everything on: nothing of these leaves the house, and no figure "
                               "counts them. Alone, or beside their units; take it off again when they need it no more."))
    body = forms.ModelChoiceField(
        label=gettext_lazy("Partner body"), queryset=Body.objects.none(), required=False, to_field_name="slug",
        empty_label=gettext_lazy("None: they work here"),
        help_text=gettext_lazy("For a liaison alone: they see what is put before this body, and nothing else in the house."))
    is_woman = forms.BooleanField(
        label=gettext_lazy("May be given cases whose reporter asked for a woman"), required=False)
    on_duty = forms.BooleanField(label=gettext_lazy("Is told of urgent cases at once"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].queryset = Unit.objects.filter(practice=False)
        self.fields["body"].queryset = Body.objects.filter(retired_at=None)
        self.practice = list(Unit.objects.filter(practice=True)) if self.is_bound else []

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "role" in data and "units" in data:
            reads = Permission.READ_CASES in ROLES[Role(data["role"])]
            if data["practice"] and not (reads and self.practice):
                self.add_error("practice", _("This role reads no cases, so there is nothing to practise.") if not reads else
                               _("There is no practice unit yet: whoever runs the portal makes it with set_up."))
            elif reads and not (data["units"] or data["practice"]):
                self.add_error("units", _("Choose at least one unit, or let them start in practice: this role reads cases."))
            elif data["units"] and not reads:
                self.add_error("units", _("This role reads no cases, so it belongs to no unit. Choose none."))
            self.check_body(data)
        return data

    def check_body(self, data: dict[str, Any]) -> None:
        """`body` is missing where it was refused already."""
        speaks = Permission.SPEAK_FOR_BODY in ROLES[Role(data["role"])]
        if "body" in data and speaks != bool(data["body"]):
            self.add_error("body", _("Choose the body for which they speak.") if speaks else
                           _("Only a liaison speaks for a partner body. Choose none, or the role of a liaison."))

    def place(self) -> dict[str, Any]:
        """As the services of portal.accounts.people take it."""
        data = self.cleaned_data
        units = [*data["units"], *(self.practice if data["practice"] else ())]
        return {"role": Role(data["role"]), "units": units, "is_woman": data["is_woman"],
                "on_duty": data["on_duty"], "body": data["body"]}


class InviteForm(PlaceForm):
    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254,
                             help_text=gettext_lazy("They sign in with it. It cannot be changed later."),
                             widget=forms.EmailInput(attrs={"autocomplete": "off", "dir": "ltr"}))
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120,
                           widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}))
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=[("ur", "اردو"), ("en", "English")], initial="ur")
    way = way_field()
    field_order = ("email", "name", "language", "role", "units", "practice", "body", "is_woman", "on_duty", "way")

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if User.objects.filter(email=email).exists():
            raise ValidationError(_("Somebody has this address already. Look for them in the list, also among those who left."))
        return email


class StartOverForm(forms.Form):
    vault = forms.BooleanField(
        label=gettext_lazy("The vault passphrase is lost too"), required=False,
        help_text=gettext_lazy("Only if they have forgotten it: they get new keys, and a colleague must hand over the unit's "
                               "again. Nobody can read cases with this: not you, and not they until then."))
    way = way_field()


class SearchForm(forms.Form):
    q = forms.CharField(label=gettext_lazy("Name or address"), required=False, max_length=120)
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=EVERYBODY + ROLE_CHOICES, required=False)
    unit = forms.ModelChoiceField(label=gettext_lazy("Unit"), queryset=Unit.objects.none(), required=False, to_field_name="code",
                                  empty_label=gettext_lazy("All"))
    left = forms.BooleanField(label=gettext_lazy("Those who left"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.all()

    def wanted(self) -> dict[str, Any]:
        """As people.search takes it; what makes no sense in an address narrows nothing."""
        self.is_valid()
        data, unit = self.cleaned_data, self.cleaned_data.get("unit")
        return {"words": data.get("q", "").strip(), "role": data.get("role", ""), "unit": unit.code if unit else "",
                "active": not data.get("left")}


class AcceptForm(forms.Form):
    password = secret_field(gettext_lazy("New password"), gettext_lazy("At least 12 characters. It signs you in."))
    password_again = secret_field(gettext_lazy("New password again"))

    def clean_password(self) -> str:
        return strong(self.cleaned_data["password"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "password" in data and data.get("password_again") not in {data["password"], None}:
            self.add_error("password_again", _("The two are not the same. Please type it again."))
        return data
