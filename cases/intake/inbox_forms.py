"""The inbox's questions. All lie in one HTML form, so whichever button is pressed, nothing typed elsewhere is lost."""
import binascii
import re
from base64 import b64decode
from collections.abc import Mapping
from copy import deepcopy
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cases.intake.fields import PRIVATE, TOO_LONG, Words
from cases.intake.forms import ConsentForm, consent_field
from cases.models import Consent
from cases.vault import aead, envelope
from cases.vault.receipt import CodeMalformed, normalise

MESSAGE, ASSENT, ASK, OPINION, REVIEW = "message", "assent", "ask", "opinion", "review"
LOCATORS = 8                                            # read at most: one for each salt still in use
OVERHEAD = 1 + aead.NONCE_BYTES + 16                    # version, nonce and tag of a sealed field (docs/envelope.md)
TYPED = (MESSAGE, ASSENT, ASK, OPINION, REVIEW, *Consent.Act.values)       # what an inbox page may carry besides its visit


class CodeForm(forms.Form):
    """Twenty digits in any of our scripts; spaces, hyphens and invisible marks do not matter."""
    code = forms.CharField(label=_("Your receipt code"), help_text=_("20 digits. Spaces and hyphens do not matter."),
                           widget=forms.TextInput(PRIVATE | {"inputmode": "numeric", "dir": "ltr"}),
                           error_messages={"required": _("Type your receipt code.")})
    use_required_attribute = False

    def clean_code(self) -> str:
        typed = self.cleaned_data["code"]
        try:
            return normalise(typed)
        except CodeMalformed as error:
            found = sum(char.isdecimal() for char in typed)
            raise ValidationError(_("A receipt code has 20 digits; this has %(found)s. Other characters do not belong in it."),
                                  code="malformed", params={"found": found}) from error


class MessageForm(forms.Form):
    """`needed`: an empty message is a mistake."""
    message = Words(label=_("Write to us"), most=4000, rows=5,
                    help_text=_("Only you and the team that handles your report can read it. Do not send passwords."))
    use_required_attribute = False

    def __init__(self, *args: Any, needed: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[MESSAGE].required = needed
        self.fields[MESSAGE].error_messages["required"] = _("Write something first.")


class OpinionForm(forms.Form):
    """Words to an opinion that was given with a tap."""
    opinion = Words(label=_("Would you like to say why?"), most=2000, rows=3,
                    help_text=_("Only the team that handled your report reads it."))
    use_required_attribute = False

    def __init__(self, *args: Any, row: UUID, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[OPINION].required = True
        self.fields[OPINION].error_messages["required"] = _("Write something first.")
        self.fields[OPINION].widget.attrs["data-record"] = str(row)


class AnswerForm(forms.Form):
    """One act of consent. A yes to being represented is given in the reporter's own words, again each time."""
    use_required_attribute = False

    def __init__(self, *args: Any, act: Consent.Act, sealed: "SealedWords | None" = None, **kwargs: Any) -> None:
        """`sealed`: the words of assent, where the browser seals them."""
        super().__init__(*args, **kwargs)
        self.act, self.sealed = act, sealed
        self.fields[act.value] = consent_field(act)
        self.fields[act.value].initial = None           # what was never asked has no answer yet
        if act == Consent.Act.ASK_PLATFORM:
            self.fields[ASSENT] = deepcopy(ConsentForm.base_fields[ASSENT])

    def clean(self) -> None:
        told = self.cleaned_data
        if ASSENT not in self.fields or told.get(self.act.value) != Consent.Answer.YES or ASSENT in self.errors:
            return
        if self.sealed and self.sealed.complaint:
            self.add_error(ASSENT, self.sealed.complaint)
        elif not told.get(ASSENT) and not (self.sealed and self.sealed.body):
            self.add_error(ASSENT, _("Type “I agree”, or choose “Ask me first” above."))

    @property
    def answer(self) -> Consent.Answer:
        return Consent.Answer(self.cleaned_data[self.act.value])

    @property
    def wants_words(self) -> bool:
        return ASSENT in self.fields and self.answer == Consent.Answer.YES

    @property
    def assent(self) -> str:
        return str(self.cleaned_data.get(ASSENT, "")) if self.wants_words else ""


class SealedWords:
    """What a browser that seals posts in the place of typed words: `sealed` (base64) and `row`, the id of the row it is for.

    It checks what is typed, and of words that it may not send it says only how: nothing, or `over` characters of `most`.
    """
    def __init__(self, fields: Mapping[str, str]) -> None:
        self.body, self.row = _sealed(fields.get("sealed", "")), row_of(fields.get("row", ""))
        over = re.fullmatch(r"(\d{1,7}) (\d{1,7})", fields.get("over", ""))
        self.complaint = ""
        if over:
            self.complaint = str(TOO_LONG) % {"now": over[1], "most": over[2]}
        elif fields.get("sealed") and not (self.body and self.row):
            self.complaint = str(_("This did not arrive whole. Please press the button once more."))


def locators(values: list[str]) -> list[bytes]:
    """What a browser that has the code sends in its place: 32 bytes for each salt still in use."""
    return [bytes.fromhex(value) for value in values[:LOCATORS] if re.fullmatch(r"[0-9a-f]{64}", value)]


def _sealed(text: str) -> bytes:
    """The bytes of a sealed field, or b"" of anything else."""
    try:
        blob = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return blob if len(blob) - OVERHEAD in envelope.SIZES and blob[0] == aead.VERSION else b""


def sealed_key(fields: Mapping[str, str]) -> tuple[int, bytes] | None:
    """A data key that the browser sealed to another unit: the version of that unit's key, and the blob, which custody checks."""
    try:
        blob = b64decode(fields.get("wrap", ""), validate=True)
    except (binascii.Error, ValueError):
        return None
    version = fields.get("version", "")
    return (int(version), blob) if re.fullmatch(r"[0-9]{1,5}", version) and blob else None


def row_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def unsent(fields: Mapping[str, str]) -> dict[str, str]:
    """What a page carried that was not acted on yet: it goes on to the next page."""
    return {name: fields[name] for name in TYPED if fields.get(name)}
