from django.utils import timezone

from cases.intake import expiry
from cases.outbox.services import job


@job("intake.expire")
def expire() -> None:
    expiry.expire(timezone.now())
