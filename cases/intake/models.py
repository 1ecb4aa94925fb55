import uuid

from django.db import models


class Receipt(models.Model):
    """What the code finds: SHA-256 of the locator and the reporter's private key, locked. The code is stored nowhere."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, related_name="receipt")
    locator = models.CharField(max_length=64, unique=True)           # hex of SHA-256(first 32 bytes of Argon2id)
    locked = models.BinaryField()                                    # the reporter's private key under the last 32 bytes
    salt_version = models.PositiveSmallIntegerField(default=1)

    def __str__(self) -> str:
        return str(self.pk)
