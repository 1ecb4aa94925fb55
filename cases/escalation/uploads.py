"""Fingerprints that went upward, remembered by themselves, so that they are taken back there when they leave our list, even when
their case is gone by then."""
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.audit.services import record
from cases.escalation.channels import upward
from cases.escalation.models import Channel, Upload
from cases.hashing.entries import gone
from cases.hashing.models import ListEntry
from cases.outbox.errors import Retry, Stop
from cases.outbox.services import enqueue

TAKE_BACK = {Channel.Kind.STOPNCII: upward.take_back_from_stopncii,
             Channel.Kind.THREATEXCHANGE: upward.take_back_from_threatexchange}


@transaction.atomic
def announce(*, kind: str, entries: Iterable[ListEntry]) -> None:
    """They are about to leave: from now on they may be there, whatever becomes of us meanwhile."""
    for entry in entries:
        Upload.objects.update_or_create(entry=entry, kind=kind, defaults={"at": timezone.now(), "taken_back_at": None})


@transaction.atomic
def arrived(*, kind: str, remote: dict[str, str]) -> None:
    """Their ids of what they took. What left our list on the way is taken back at once."""
    for value, number in remote.items():
        there = Upload.objects.filter(kind=kind, entry__value=value)
        there.update(remote=number, taken_back_at=None)
        for upload in there.filter(entry__in=gone()):
            enqueue("escalation.take_back", entry_id=str(upload.entry_id))


def where(entry: ListEntry) -> set[str]:
    """To whom it was submitted and may still be: slugs of platforms."""
    return set(Upload.objects.filter(entry=entry, taken_back_at=None).values_list("kind", flat=True))


def take_back(*, entry_id: UUID) -> None:
    """Ask them to drop what left our list. Safe to repeat. Raises Retry and Stop; what one refuses holds up no other."""
    waiting = Upload.objects.filter(entry=entry_id, entry__in=gone(), taken_back_at=None)
    refused = list[Exception]()
    for upload in waiting.select_related("entry"):
        try:
            TAKE_BACK[Channel.Kind(upload.kind)](upload.entry.value, upload.remote)
        except (Retry, Stop) as error:
            refused.append(error)
        else:
            settle(upload)
    if refused:
        raise next((error for error in refused if isinstance(error, Retry)), refused[0])


@transaction.atomic
def settle(upload: Upload) -> None:
    """Unless it was submitted again meanwhile."""
    if Upload.objects.filter(pk=upload.pk, at=upload.at).update(taken_back_at=timezone.now()):
        record("upload_taken_back", subject=upload.entry_id, actor="system", to=upload.kind)
