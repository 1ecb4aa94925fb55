import uuid

from django.conf import settings
from django.db import models


class Note(models.Model):
    """For staff only; sealed under the case key, which no receipt code opens."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="notes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.at:%F}"


class Reply(models.Model):
    """A ready answer to a reporter, bilingual."""
    name = models.CharField(max_length=80)       # name_en, name_ur
    text = models.TextField()                    # text_en, text_ur

    def __str__(self) -> str:
        return str(self.name)
