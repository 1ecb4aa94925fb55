"""Reads with a rule: what waits for the reporter."""
from django.db.models import QuerySet

from cases.conversation.models import Ask
from cases.models import Case


def waiting(case: Case) -> QuerySet[Ask]:
    """What staff asked and the reporter has not answered, oldest first."""
    return Ask.objects.filter(case=case, answered_at=None, taken_back_at=None)


def untagged(case: Case) -> QuerySet[Ask]:
    """Links that came since somebody last worked the case: their tags are not computed yet."""
    return Ask.objects.filter(case=case, kind=Ask.Kind.LINKS.value, tagged_at=None, answer__isnull=False)
