"""What is typed to change an entry of the registry: the fields in `registry.entries.FIELDS`; `registry.checks` judges them."""
import hashlib
import json
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.escalation.channels import pgp
from cases.escalation.models import Channel, LegalBasis, Platform, Whom
from cases.escalation.registry.checks import problems
from cases.escalation.registry.entries import FIELDS, MODELS, Key, Row, kind_of
from cases.triage.ladder_words import step_line, step_typed
from cases.triage.registry_words import CODES, KINDS, LABELS, LATIN, line
from cases.triage.wall_forms import Plain

LONGEST = 300
LINES = {"domains": _("One a line, such as example.com."),
         "form_fields": _("One a line, in the form’s order: its name | its limit of characters | what goes in: links, reasons, "
                          "statements, signature, reference, contact, law or policy."),
         "steps": _("One a line: the step | after how many hours for which reasons | to whom, by its short name. Steps: "
                    "reminder, second, copies, search, host, registrar, regulator. Reasons: silence, refusal, back. For example: "
                    "search | silence 24, refusal 0 | google")}
HINTS = {"source": _("Where this is written: an address and a date, or whom you called."),
         "public_key": _("Of the recipient, made with age. Whoever holds the other half can open what we send."),
         "pgp_key": _("Of the recipient, in ASCII armour. With a key here, a notice leaves encrypted to it or not at all."),
         "harms": _("None ticked means any."), "platforms": _("None ticked means any."),
         "country": _("Two letters, such as PK."), "jurisdiction": _("Two letters, such as PK; EU for the European Union.")}
OPTIONAL = {"policy_en", "policy_ur", "takes_en", "takes_ur", "country", "jurisdiction", "citation", "email", "portal", "phone",
            "post", "public_key", "pgp_key", "hours"}
NAMED: dict[str, type[LegalBasis] | type[Platform]] = {"bases": LegalBasis, "platforms": Platform}     # chosen by name
LEFT_OUT = {"last_verified_at", "retired_at"}
NUMBERS, SWITCHES = {"order", "hours"}, {"in_take_it_down", "in_stopncii"}


class EntryForm(Plain):
    """The fields of one entry as they are, and why they should be others."""
    retired = forms.BooleanField(label=_("Not offered any more"), required=False)
    why = forms.CharField(label=_("Why"), max_length=LONGEST, help_text=_("The second person reads this. Nothing about a case."),
                          widget=forms.TextInput(attrs={"dir": "auto"}))
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, key: Key, row: Row, data: Any = None) -> None:
        super().__init__(data)
        self.key, self.row, self.kind = key, row, kind_of(key)
        for name in FIELDS[self.kind]:
            if name not in LEFT_OUT:
                self.fields[name] = field_of(self.kind, name)
                self.initial[name] = shown(name, row.get(name))
        self.initial |= {"retired": bool(row.get("retired_at")), "seen": print_of(row)}
        self.order_fields([*FIELDS[self.kind], "retired", "why", "seen"])

    @property
    def outdated(self) -> bool:
        """Somebody else changed the entry while this form was open."""
        return bool(self.data.get("seen")) and self.data["seen"] != print_of(self.row)

    @property
    def wanted(self) -> Row:
        found = {name: typed(name, self.cleaned_data.get(name)) for name in FIELDS[self.kind] if name not in LEFT_OUT}
        today = timezone.localdate().isoformat()
        retired = (self.row.get("retired_at") or today) if self.cleaned_data.get("retired") else None
        return found | {"last_verified_at": self.row.get("last_verified_at"), "retired_at": retired}

    def judge(self, known: set[Key]) -> bool:
        """Whether the registry takes it; if not, it is said beside each field."""
        for name, messages in problems(self.key, self.wanted, known=known).items():
            for message in messages:
                self.add_error(name if name in self.fields else None, message)
        return not self.errors


class NewForm(Plain):
    """The name by which everything else will know an entry."""
    slug = forms.SlugField(label=_("Short name"), max_length=30,
                           help_text=_("Small letters, digits and hyphens. It never changes."),
                           widget=forms.TextInput(attrs={"dir": "ltr", "autocapitalize": "none"}))


class NewChannelForm(Plain):
    kind = forms.ChoiceField(label=LABELS["kind"], choices=Channel.Kind.choices)
    label_en = forms.CharField(label=LABELS["label_en"], max_length=120,
                               widget=forms.TextInput(attrs={"dir": "ltr", "lang": "en"}),
                               help_text=_("It names this way from now on and never changes."))


class VerifyForm(Plain):
    source = forms.CharField(label=_("Where you looked"), max_length=LONGEST, help_text=HINTS["source"],
                             widget=forms.TextInput(attrs={"dir": "auto"}))


class RefuseForm(Plain):
    answer = forms.CharField(label=_("Why not"), max_length=LONGEST, widget=forms.TextInput(attrs={"dir": "auto"}))


class BookForm(Plain):
    file = forms.FileField(label=_("A file of the registry"), help_text=_("YAML, as the portal writes it; it may hold a part."))
    why = forms.CharField(label=_("Why"), max_length=LONGEST, widget=forms.TextInput(attrs={"dir": "auto"}))


def field_of(kind: str, name: str) -> forms.Field:
    label, hint = LABELS[name], HINTS.get(name, "")
    if name in LINES:
        return forms.CharField(label=label, required=False, help_text=LINES[name],
                               widget=forms.Textarea(attrs={"rows": 4, "dir": "ltr", "spellcheck": "false"}))
    if name == "pgp_key":
        return forms.CharField(label=label, required=False, help_text=hint, max_length=pgp.LONGEST_KEY,
                               widget=forms.Textarea(attrs={"rows": 6, "dir": "ltr", "spellcheck": "false"}))
    if name in NUMBERS:
        return forms.IntegerField(label=label, required=name not in OPTIONAL, min_value=1, max_value=2000)
    if name in SWITCHES:
        return forms.BooleanField(label=label, required=False)
    if name in {"kind", "whom"}:
        return forms.ChoiceField(label=label, choices=KINDS[kind].choices if name == "kind" else Whom.choices)
    if name in CODES or name in NAMED:
        options = CODES[name].items() if name in CODES else [(each.slug, str(each)) for each in NAMED[name].objects.all()]
        return forms.MultipleChoiceField(label=label, choices=list(options), required=False, help_text=hint,
                                         widget=forms.CheckboxSelectMultiple)
    direction = "ltr" if name in LATIN and name != "source" else "rtl" if name.endswith("_ur") else "auto"
    return forms.CharField(label=label, required=name not in OPTIONAL, help_text=hint,
                           max_length=getattr(MODELS[kind]._meta.get_field(name), "max_length", None) or LONGEST,
                           widget=forms.TextInput(attrs={"dir": direction}))


def shown(name: str, value: Any) -> Any:
    if name == "form_fields":
        return "\n".join(line(each) for each in value or [])
    if name == "steps":
        return "\n".join(step_line(each) for each in value or [])
    return "\n".join(value or []) if name == "domains" else value


def typed(name: str, value: Any) -> Any:
    if name == "domains":
        return (value or "").split()
    if name == "pgp_key":
        return "\n".join((value or "").split("\r\n")).strip()
    if name == "form_fields":
        return [field_typed(each) for each in (value or "").splitlines() if each.strip()]
    if name == "steps":
        return [step_typed(each) for each in (value or "").splitlines() if each.strip()]
    return ("" if name not in {*NUMBERS, *SWITCHES, *CODES, *NAMED} else value) if value is None else value


def field_typed(text: str) -> dict[str, Any]:
    label, limit, content, *_more = [*(each.strip() for each in text.split("|")), "", ""]
    return {"label": label, "limit": int(limit) if limit.isdecimal() else limit or None, "content": content}


def print_of(row: Row) -> str:
    """Of an entry as it was shown, to notice that it changed meanwhile."""
    return hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()[:16]
