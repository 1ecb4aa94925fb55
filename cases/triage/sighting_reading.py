"""The links of a notice, as a member may read them, beside what was seen of each."""
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from cases.escalation import looking, sightings
from cases.escalation.models import Escalation, Look, Sighting
from cases.escalation.notices import Notice
from cases.escalation.services import UPWARD
from cases.models import Case
from cases.permissions import Staff
from cases.triage import reading
from cases.triage.post_forms import possible
from cases.triage.sighting_forms import LookForm, SightingForm
from cases.vault.keyring import Keyring, NotHeld
from cases.vault.parking import Locked

State = Escalation.State


@dataclass(frozen=True)
class Online:
    """What the section "Is it still online?" shows. `rows`: link, its choice, what was seen last."""
    form: SightingForm
    rows: list[tuple[str, object, Sighting | None]]
    all_gone: bool                      # and a member may say that it is removed
    again: bool                         # what was removed is online
    may_look: bool                      # by machine
    next_at: datetime | None            # when somebody is asked to look
    look: Look | None
    look_form: LookForm


def next_look(one: Escalation) -> datetime | None:
    """Of what a platform removed: the next day that is to come."""
    if one.state != State.ACTIONED or one.answered_at is None or one.channel.kind in UPWARD:
        return None
    return next((day for after in sightings.RECHECKS if (day := one.answered_at + after) > timezone.now()), None)


def links_of(one: Escalation, *, case: Case, keyring: Keyring | None, by: Staff) -> tuple[str, ...]:
    """Raises Locked, NotHeld."""
    if keyring is None:
        raise Locked
    notice = reading.read_notice(one, case=case, keyring=keyring, by=by).notice
    if notice is None:
        raise NotHeld
    return notice.links


def online_of(one: Escalation, notice: Notice | None, *, form: SightingForm | None = None,
              look_form: LookForm | None = None) -> Online | None:
    """None where nothing was sent yet, a child is affected, or the vault is locked."""
    if notice is None or not sightings.may_be_seen(one):
        return None
    form, seen = form or SightingForm(notice.links), sightings.newest(one)
    rows = [(link, field, seen.get(place)) for place, (link, field) in enumerate(form.rows)]
    gone = sightings.all_gone(seen, len(form.links)) and State.ACTIONED in possible(one)
    return Online(form, rows, gone, sightings.online_again(Escalation.objects.filter(pk=one.pk)).exists(),
                  looking.possible(one) and bool(looking.lookable(notice.links)),
                  next_look(one), Look.objects.filter(escalation=one).select_related("by").first(),
                  look_form or LookForm(label_suffix=""))
