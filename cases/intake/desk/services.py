"""What a member does for somebody who called, wrote or came."""
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from cases.audit.services import actor, record
from cases.intake.services import ReportDraft, submit_report
from cases.models import Case, Taking
from cases.permissions import Staff


@transaction.atomic
def take_report(*, draft: ReportDraft, heard: str, by: Staff) -> Case:
    """Open the case as any other, and keep who typed it and which text was read aloud. Raises what submit_report raises."""
    case = submit_report(draft=replace(draft, by=by))
    Taking.objects.create(case=case, by_id=by.pk, heard=heard, at=timezone.now())
    record("report_taken", subject=case.pk, actor=actor(by), source=draft.source.value, heard=heard)
    return case
