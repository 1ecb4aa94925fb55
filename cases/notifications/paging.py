"""An urgent report that nobody takes: after ten minutes the next person is told, after ten more the supervisors."""
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from cases.audit.services import record
from cases.models import UNIT_ONLY, Case
from cases.notifications.models import Occasion
from cases.notifications.services import PAGE_AFTER, Member, on_duty, readers, tell_counted
from cases.outbox.services import enqueue
from cases.selectors import on_this_side
from cases.units.duty import shifts
from cases.units.selectors import members_of, supervisors
from cases.workflow import Status

NEXT, SUPERVISORS = 1, 2        # rounds
SOON = timedelta(days=7)        # whose shift comes next, as far as the roster tells


@transaction.atomic
def page(*, case_id: str, told: Iterable[str], round_: int) -> None:
    """Nobody has taken the case since `told` were told of it."""
    case = Case.objects.select_related("unit").defer(*UNIT_ONLY).filter(pk=case_id).first()
    if case is None or not waits(case):
        return
    people = [] if round_ >= SUPERVISORS else up_next(case, set(told))[:1]
    last = not people
    people = people or list(on_this_side(case, supervisors(case.unit)))
    for person in people:
        tell_counted(occasion=Occasion.UNCLAIMED, member=person, case=case)
    record("case_paged", subject=case.pk, actor="system", round=SUPERVISORS if last else NEXT, count=len(people))
    if not last:
        enqueue("notifications.page", delay=PAGE_AFTER.total_seconds(), case_id=str(case.pk), round_=SUPERVISORS,
                told=sorted({*told, *(str(person.pk) for person in people)}))


def waits(case: Case) -> bool:
    stands = case.merged_into_id is None and case.folded_into_id is None
    return case.assignee_id is None and case.status == Status.NEW and stands and not case.unit.practice


def up_next(case: Case, told: set[str]) -> list[Member]:
    """Who has not been told: first who is on duty by now, then whose shift comes next, then the others by name."""
    now = timezone.now()
    coming = list(dict.fromkeys(shifts(case.unit, now, now + SOON).order_by("starts_at").values_list("member", flat=True)))
    others = readers(case, members_of(case.unit))
    others.sort(key=lambda person: coming.index(person.pk) if person.pk in coming else len(coming))     # stable: by name
    everybody = {person.pk: person for person in (*on_duty(case), *others)}
    return [person for pk, person in everybody.items() if str(pk) not in told]
