"""What staff asked for, as one small form of one field. Where the browser seals, static/js/asked.mjs checks by the same rules,
and says of what it may not send only what is wrong with it."""
import json
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cases.conversation.models import Ask
from cases.conversation.words import QUESTIONS
from cases.escalation.models import Platform
from cases.intake.fields import LINE_TOO_LONG, PRIVATE, Age, Links, ascii_digits, too_many_lines, visible
from cases.intake.inbox_forms import ASK
from cases.notifications.addresses import AddressMalformed, clean
from cases.notifications.models import Kind as Way

MOST_LINKS, LONGEST_LINK, LONGEST = 20, 1000, 6000
EMPTY = _("Answer here, or press “I cannot say”.")
NO_LINK = _("One of the lines does not look like a link.")
NO_DAY = _("Write a day, for example 21/11/2026.")
NO_AGE = _("Write the age as a number of years, for example 17.")
IN_PART = _("This did not arrive whole. Please press the button once more.")
TOO_LONG_IN_ALL = _("This is too long: at most %(most)s characters.")
NO_WAY = _("Write a mobile number such as 0300 1234567, or an e-mail address such as name@example.com.")


class Day(forms.CharField):
    """A day as "2026-11-21", from what a date field posts or a person types, digits of any of our scripts."""

    def clean(self, value: str | None) -> str:
        typed = ascii_digits(visible(super().clean(value)))
        parts = [int(part) for part in typed.replace(".", "-").replace("/", "-").split("-") if part.isdecimal()]
        try:
            return date(*(parts if parts and parts[0] > 31 else reversed(parts))).isoformat()
        except (TypeError, ValueError, OverflowError) as error:
            raise ValidationError(NO_DAY, code="date") from error


class Contact(forms.CharField):
    """A Pakistani mobile number or an e-mail address, as we would keep it."""

    def clean(self, value: str | None) -> str:
        typed = super().clean(value)
        for way in (Way.EMAIL, Way.SMS):
            try:
                return clean(way, typed)
            except AddressMalformed:
                continue
        raise ValidationError(NO_WAY, code="contact")


class AskedLinks(Links):
    """Links alone: there is no other question here that account names could go to."""

    def one(self, item: str) -> str:
        try:
            return super().one(item)
        except ValidationError as error:
            if error.code != "not_a_link":
                raise
            raise ValidationError(NO_LINK, code=error.code) from error

    @property
    def rule(self) -> dict[str, Any]:
        return super().rule | {"kind": "links"}


class AskedForm(forms.Form):
    """`text`: what is sealed of a valid one."""
    use_required_attribute = False

    def __init__(self, asked: Ask, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        question, kind = QUESTIONS[Ask.Kind(asked.kind), asked.about], Ask.Kind(asked.kind)
        self.fields[ASK] = FIELDS[kind](label=question.words, help_text=question.hint)
        self.fields[ASK].required = True
        self.fields[ASK].error_messages["required"] = EMPTY
        self.fields[ASK].widget.attrs |= PRIVATE | {"data-kind": kind.value, "data-record": str(asked.pk)}

    def clean_ask(self) -> Any:
        value = self.cleaned_data[ASK]
        if value in (None, "", []):
            raise ValidationError(EMPTY, code="empty")
        return value

    @property
    def text(self) -> str:
        value = self.cleaned_data[ASK]
        return "\n".join(value) if isinstance(value, list) else str(value)


def links(**kwargs: Any) -> AskedLinks:
    field = AskedLinks(most=LONGEST, items=MOST_LINKS, item_length=LONGEST_LINK, **kwargs)
    field.widget.attrs["data-rule"] = json.dumps(field.rule)
    return field


def platform(**kwargs: Any) -> forms.ChoiceField:
    named = [(each.slug, str(each)) for each in Platform.objects.places()]
    return forms.ChoiceField(choices=[("", _("Choose one")), *named, ("other", _("Another one"))], **kwargs)


FIELDS: dict[Ask.Kind, Any] = {
    Ask.Kind.LINKS: links, Ask.Kind.PLATFORM: platform, Ask.Kind.AGE: Age,
    Ask.Kind.DATE: lambda **kwargs: Day(max_length=40, widget=forms.DateInput(attrs={"type": "date"}), **kwargs),
    Ask.Kind.CONTACT: lambda **kwargs: Contact(max_length=254, widget=forms.TextInput(
        attrs={"dir": "ltr", "autocapitalize": "none"}), **kwargs),
}
FLAWS = {"empty": EMPTY, "date": NO_DAY, "age": NO_AGE, "contact": NO_WAY, "not_a_link": NO_LINK, "partial": IN_PART}


def flawed(asked: Ask, flaw: str) -> AskedForm:
    """The form again, when the browser said what is wrong; what was typed is still there."""
    form, lines = AskedForm(asked, {ASK: ""}), {
        "too_long": TOO_LONG_IN_ALL % {"most": LONGEST}, "line_too_long": LINE_TOO_LONG % {"most": LONGEST_LINK},
        "too_many": too_many_lines(MOST_LINKS)}
    form.errors.clear()
    form.add_error(ASK, lines.get(flaw) or FLAWS.get(flaw, EMPTY))
    return form
