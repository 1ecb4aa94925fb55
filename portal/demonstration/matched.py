"""Pictures that several made-up reports share: compared, one unit asks another about one, and somebody else's list knows one."""
from django.db import transaction

from cases.hashing import foreign
from cases.hashing.models import MediaHash
from cases.hashing.services import match
from cases.models import Case
from cases.triage.asking import ask
from portal.accounts.models import User

REASON = ("Our reporter names somebody who works for an authority, and the same picture is used. Before we write to anybody we "
          "would like to know whether yours names the same account. Please call Imran.")
LIST = "example-list"       # nobody's


@transaction.atomic
def compare(staff: dict[str, User]) -> None:
    for case in Case.objects.order_by("opened_at"):
        match(case_id=case.pk)
    asking = Case.objects.filter(unit__code="integrity", media_hashes__isnull=False).earliest("opened_at")
    ask(case=asking, reason=REASON, by=staff["imran"])
    new = MediaHash.objects.filter(case__unit__code="adults", case__status="new", case__harm="sextortion")
    known = new.earliest("case__opened_at")
    foreign.take_in(source=LIST, rows=[foreign.Row("1", "pdq", known.pdq, known.at)])
