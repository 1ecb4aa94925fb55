"""Hashes as people paste them: one on each line, with or without spaces, in whatever case."""
import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.hashing.searching import MD5_DIGITS, PDQ_DIGITS

MOST = 20               # a picture with its variants, and both hashes of the file
SHA1_DIGITS = 40
NOISE = re.compile(r"[\s:·-]+")


class HashForm(forms.Form):
    hashes = forms.CharField(label=_("Hashes"), max_length=4_000, help_text=_(
        "One on each line: PDQ or SHA-256 (64 digits), MD5 (32). At most 20."), error_messages={
            "required": _("Type or paste a hash, or choose a file.")},
        widget=forms.Textarea(attrs={"rows": 3, "dir": "ltr", "spellcheck": "false", "autocomplete": "off"}))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")

    def clean_hashes(self) -> list[str]:
        lines = [NOISE.sub("", line).lower() for line in re.split(r"[\n,;]", self.cleaned_data["hashes"])]
        values = list(dict.fromkeys(line for line in lines if line))
        if len(values) > MOST:
            raise forms.ValidationError(_("At most %(n)d hashes at once."), params={"n": MOST})
        for value in values:
            check(value)
        if not values:
            raise forms.ValidationError(self.fields["hashes"].error_messages["required"])
        return values


def check(value: str) -> None:
    """Says which line, by its beginning, and what would do."""
    begins = {"begins": f"\u2066{value[:8]}\u2069", "n": len(value)}
    if not re.fullmatch(r"[0-9a-f]+", value, re.ASCII):
        raise forms.ValidationError(_("The line that begins with %(begins)s holds more than the digits of a hash (0 to 9, a to "
                                      "f)."), params=begins)
    if len(value) == SHA1_DIGITS:
        raise forms.ValidationError(_("The line that begins with %(begins)s is a SHA-1, by which nothing is known here. Use PDQ, "
                                      "SHA-256 or MD5."), params=begins)
    if len(value) not in {PDQ_DIGITS, MD5_DIGITS}:
        raise forms.ValidationError(_("The line that begins with %(begins)s has %(n)d digits. A PDQ or a SHA-256 has 64, an MD5 "
                                      "32: is something missing?"), params=begins)
