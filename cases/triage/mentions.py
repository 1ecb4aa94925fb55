"""Notes that name colleagues: "@Ayesha, please look". Who is named is told; only who may open the case can be named."""
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction

from cases.models import Case
from cases.notifications.models import Occasion
from cases.notifications.services import tell_members
from cases.permissions import Staff
from cases.triage.models import Mention, Note
from cases.triage.services import add_note
from cases.triage.todo import people_for
from cases.units.selectors import members_of

MOST = 20


def named_in(text: str, people: Sequence[Staff]) -> list[Staff]:
    """Who is named with an @: by the whole name, or by its first word where only one of `people` has it. Anything else after an @
    is an account that somebody quotes."""
    people = [person for person in people if str(person).strip()]
    firsts = Counter(first(person) for person in people)
    ways = {str(person).casefold(): person for person in people}
    ways |= {first(person): person for person in people if firsts[first(person)] == 1 and first(person) not in ways}
    if not ways:
        return []
    longest = "|".join(re.escape(way) for way in sorted(ways, key=len, reverse=True))
    found = re.findall(rf"(?<!\w)@({longest})(?!\w|[.-]\w)", text.casefold())
    return list({ways[way].pk: ways[way] for way in found}.values())


def first(person: Staff) -> str:
    return str(person).casefold().split()[0]


@transaction.atomic
def note(*, case: Case, note_id: UUID, body: bytes, named: Iterable[Staff], by: Staff) -> Note:
    """Keep a note, and tell whom it names. Who may not open the case any more is left out, without a word."""
    kept = add_note(case=case, note_id=note_id, body=body, by=by)
    wanted = {person.pk for person in named} - {by.pk}
    told = [person for person in people_for(case) if person.pk in wanted][:MOST] if wanted else []
    Mention.objects.bulk_create(Mention(note=kept, member_id=person.pk) for person in told)
    if told:
        people = members_of(case.unit).filter(pk__in=[person.pk for person in told])
        tell_members(occasion=Occasion.MENTION, members=people, case=case)
    return kept
