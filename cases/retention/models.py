import uuid

from django.conf import settings
from django.db import models


class Hold(models.Model):
    """While it stands, nothing of the case may be deleted."""
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="holds")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.case_id)


class Disposal(models.Model):
    """The tombstone: no key to the case, which is gone."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.UUIDField(unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.case)
