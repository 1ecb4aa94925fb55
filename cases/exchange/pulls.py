"""What each partner has pulled, and so which entries it may hold. We believe our own notes, not what its requests say."""
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from cases.exchange.models import Partner, Pull
from cases.hashing.models import ListSpan


@transaction.atomic
def note(*, partner: Partner, protocol: str, newest: datetime, mark: datetime, reached: datetime | None) -> None:
    """One row as long as the list stays the same, however often the partner asks. `reached` None: it was given no fingerprint."""
    row, _made = Pull.objects.get_or_create(partner=partner, protocol=protocol, newest=newest, defaults={"mark": mark})
    mine = Pull.objects.filter(pk=row.pk)
    mine.update(mark=mark)
    if reached:
        mine.filter(Q(reached=None) | Q(reached__lt=reached)).update(reached=reached)


def held_by(partner: Partner, protocol: str = "") -> Exists:
    """Of withdrawn entries those that the partner may hold: it was given something, as far as them, while they stood on the list.

    On the list twice and withdrawn twice, an entry is none of who came only in between. `protocol`: given in that one.
    """
    given = Pull.objects.filter(partner=partner, newest__gte=OuterRef("since"), newest__lt=OuterRef("until"),
                                reached__gte=OuterRef("since"))
    if protocol:
        given = given.filter(protocol=protocol)
    return Exists(ListSpan.objects.filter(Exists(given), entry=OuterRef("pk")))
