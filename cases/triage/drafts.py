"""What a member has typed and not sent: kept sealed while they type, shown to nobody else, gone when it is sent.

Two tabs of one member: each saving has a number, and a saving that does not know the last one is refused and shown the other's
words, so that neither is lost.
"""
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django import forms
from django.db import transaction
from django.utils import timezone

from cases.models import Case
from cases.permissions import Staff
from cases.triage.models import Draft
from cases.triage.staff_words import read_draft
from cases.units.models import Unit
from cases.vault.keyring import Keyring

KEPT_FOR = timedelta(days=14)
LONGEST = 20_000                        # characters of one field; what the forms themselves take is less
NOTICE = re.compile(r"notice-[0-9]{1,9}", re.ASCII)
FOLLOWS = ("earlier", "step")           # of a notice: what it follows; in no words
# Form → its fields that are kept. On the case page "message" is the form "write".
FORMS: dict[str, tuple[str, ...]] = {
    "message": ("text",), "note": ("text",), "notice": ("reference", "links", "reasons", "policy", "law", "signature",
                                                     *FOLLOWS)}
ON_THE_PAGE = {"write": "message", "note": "note"}


class Quicker(Exception):
    """Another tab of this member has saved since: its words come first."""


@dataclass(frozen=True)
class Kept:
    """A draft as its author reads it. `number` 0: there is none."""
    number: int = 0
    at: datetime | None = None
    typed: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def words(self) -> str:
        """All of it, for reading beside other words."""
        return "\n\n".join(value for name, value in self.typed.items() if value and name not in {"reference", *FOLLOWS})


def of_notice(channel: int) -> str:
    return f"notice-{channel}"


def fields_of(form: str) -> tuple[str, ...]:
    """Empty: no such form."""
    return FORMS["notice"] if NOTICE.fullmatch(form) else FORMS.get(form, ()) if form != "notice" else ()


def numbered(text: str) -> Kept:
    """What a form that was sent says of the draft it began from."""
    return Kept(int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0)


# --- reading ----------------------------------------------------------------------------------------------------------
def kept(case: Case, member: Staff, form: str, *, keyring: Keyring | None) -> Kept:
    row = Draft.objects.filter(case=case, member=member.pk, form=form).first()
    return opened(row, case, member, keyring) if row else Kept()


def opened(row: Draft, case: Case, member: Staff, keyring: Keyring | None) -> Kept:
    return Kept(row.number, row.at, read_draft(row, case=case, keyring=keyring, by=member))


def of_page(case: Case, member: Staff, *, keyring: Keyring | None) -> dict[str, Kept]:
    """Of the forms on the case page, by their names there. One query."""
    rows = {row.form: row for row in Draft.objects.filter(case=case, member=member.pk, form__in=ON_THE_PAGE.values())}
    return {name: opened(rows[form], case, member, keyring) if form in rows else Kept() for name, form in ON_THE_PAGE.items()}


def begun(form: forms.Form, draft: Kept | None) -> forms.Form:
    """A fresh form, with what was kept of it."""
    if draft:
        form.initial |= draft.typed
    return form


def beside(drafts: Mapping[str, Kept], typed: Mapping[str, forms.Form]) -> dict[str, str]:
    """Of forms that come back with words typed: a draft that they did not begin from, of another tab or an earlier day."""
    return {name: draft.words for name, draft in drafts.items() if name in typed and draft.words and differs(draft, typed[name])}


def differs(draft: Kept, form: forms.Form) -> bool:
    typed = str(form["text"].value() or "")
    return numbered(form.data.get("draft", "")).number != draft.number and draft.words.strip() not in typed


# --- writing ----------------------------------------------------------------------------------------------------------
def place_for(case: Case, member: Staff, form: str) -> UUID:
    """The id that the words are sealed for: of the draft that is there, or a new one."""
    row = Draft.objects.filter(case=case, member=member.pk, form=form).only("pk").first()
    return row.pk if row else uuid4()


@transaction.atomic
def save(*, case: Case, member: Staff, form: str, draft_id: UUID, words: bytes, seen: int) -> Draft:
    """Keep `words`, sealed for the row `draft_id`. `seen` is the number that the page knows; 0 knows of none.

    Raises Quicker, also when the draft is gone because it was sent.
    """
    rows = Draft.objects.select_for_update().filter(case=case, member=member.pk, form=form)
    row = rows.first()
    if (row.number if row else 0) != seen or (row and row.pk != draft_id):
        raise Quicker(form)
    if row is None:
        return Draft.objects.create(id=draft_id, case=case, member_id=member.pk, form=form, words=words, at=timezone.now())
    row.words, row.number, row.at = words, row.number + 1, timezone.now()
    row.save(update_fields=["words", "number", "at"])
    return row


def drop(*, case: Case, member: Staff, form: str) -> None:
    """Sent, or thrown away."""
    Draft.objects.filter(case=case, member=member.pk, form=form).delete()


def forget(now: datetime) -> int:
    """What nobody has touched for KEPT_FOR."""
    return Draft.objects.filter(at__lt=now - KEPT_FOR).delete()[0]


def forget_of(member: Staff, units: Iterable[Unit]) -> int:
    """Whoever leaves a unit leaves no half-written words in its cases."""
    return Draft.objects.filter(member=member.pk, case__unit__in=list(units)).delete()[0]
