"""What people type on phones: digits of three scripts, invisible characters, links without https. Kept kind, made clean."""
import re
import unicodedata
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _, ngettext

OLDEST = 120
# nothing is kept by the browser, or sent to whoever spells and completes sentences for it
PRIVATE = {"autocomplete": "off", "spellcheck": "false", "writingsuggestions": "false"}
TOO_LONG = _("This is too long: at most %(most)s characters. It is now %(now)s.")
LINE_TOO_LONG = _("One of the lines is too long: at most %(most)s characters.")
NOT_A_LINK = _("One of the lines does not look like a link. Write account names in the next question.")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")      # all but tab and line end


def without_controls(text: str) -> str:
    """Joiners and bidi marks stay (Urdu needs them); line ends become \\n; other control characters go."""
    return CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def visible(text: str) -> str:
    """Without what cannot be seen: a link or a name with a bidi mark in it reads as another one."""
    return "".join(char for char in text if unicodedata.category(char) not in {"Cf", "Cc"}).strip()


def ascii_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


class Age(forms.CharField):
    """Whole years as an int, or None."""
    default_error_messages = {"invalid": _("Write the age as a number of years, for example 17.")}

    def __init__(self, **kwargs: object) -> None:
        attrs = {**PRIVATE, "inputmode": "numeric", "dir": "ltr", "maxlength": "8"}
        super().__init__(required=False, widget=forms.TextInput(attrs), **kwargs)

    def clean(self, value: str | None) -> int | None:
        digits = ascii_digits(visible(super().clean(value)))
        if not digits:
            return None
        if not re.fullmatch(r"\d{1,3}", digits, re.ASCII) or int(digits) > OLDEST:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return int(digits)


class Words(forms.CharField):
    """Free text of at most `most` characters. No maxlength in the page: a browser would cut what is pasted, silently."""
    BYTES = 3                                   # for each character on average; sealing has a limit in bytes

    def __init__(self, *, most: int, rows: int = 0, **kwargs: object) -> None:
        self.most = most
        attrs = {**PRIVATE, "dir": "auto", "data-most": str(most)}
        widget = forms.Textarea(attrs | {"rows": str(rows)}) if rows else forms.TextInput(attrs)
        super().__init__(required=False, widget=widget, **kwargs)

    def to_python(self, value: str | None) -> str:
        return super().to_python(without_controls(value or ""))

    def validate(self, value: str) -> None:
        super().validate(value)
        if len(value) > self.most or len(value.encode()) > self.most * self.BYTES:
            raise ValidationError(TOO_LONG, code="too_long", params={"most": self.most, "now": len(value)})

    @property
    def rule(self) -> dict[str, Any]:
        """For the page that checks it in the browser (static/js/report/checks.mjs)."""
        return {"kind": type(self).__name__.lower(), "most": self.most, "bytes": self.most * self.BYTES}


class Lines(Words):
    """A list, one item a line, cleaned of invisible characters; items said twice count once."""
    BYTES = 2

    def __init__(self, *, most: int, items: int, item_length: int, rows: int = 3, **kwargs: object) -> None:
        self.items, self.item_length = items, item_length
        super().__init__(most=most, rows=rows, **kwargs)
        self.widget.attrs |= {"dir": "ltr", "autocapitalize": "none"}

    def clean(self, value: str | None) -> list[str]:
        text = super().clean(value)
        found = list(dict.fromkeys(item for line in text.split("\n") if (item := self.one(visible(line)))))
        if len(found) > self.items:
            raise ValidationError(too_many_lines(self.items), code="too_many")
        return found

    def one(self, item: str) -> str:
        if len(item) > self.item_length:
            raise ValidationError(LINE_TOO_LONG, code="line_too_long", params={"most": self.item_length})
        return item

    @property
    def rule(self) -> dict[str, Any]:
        return super().rule | {"items": self.items, "each": self.item_length, "too_many": too_many_lines(self.items)}


class Links(Lines):
    """Web addresses; https:// is put in front where it is missing. What is no address belongs to the accounts."""

    def one(self, item: str) -> str:
        if not item:
            return ""
        link = item if re.match(r"https?://", item, re.IGNORECASE) else f"https://{item}"
        try:
            host = urlsplit(link).hostname or ""
        except ValueError:
            host = ""
        if "." not in host.strip(".") or re.search(r"\s", link) or re.match(r"(?!https?:)[a-z]+:", item, re.IGNORECASE):
            raise ValidationError(NOT_A_LINK, code="not_a_link")
        return super().one(link)


def too_many_lines(most: int) -> str:
    return ngettext("At most %(n)s line.", "At most %(n)s lines.", most) % {"n": most}


def spans(values: Iterable[str]) -> list[list[int]]:
    """[[9, 12], …] from "9-12", …"""
    return [[int(part) for part in value.split("-")] for value in values]
