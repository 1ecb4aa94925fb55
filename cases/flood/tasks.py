from django.utils import timezone

from cases.flood import services
from cases.outbox.services import job


@job("flood.watch", atomic=False)
def watch() -> None:
    services.watch(timezone.now())
