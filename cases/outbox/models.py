import uuid

from django.db import models


class Job(models.Model):
    """Work to be done, written in the transaction that asks for it. Its id is the Celery task id."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"      # a person has to look

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)                # ids only
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED.value)
    attempts = models.PositiveSmallIntegerField(default=0)  # claims, counted when claimed
    rings = models.PositiveIntegerField(default=0)          # times the doorbell was rung
    due_at = models.DateTimeField()                         # next ring, or end of the lease while running
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)    # exception class and code, never a message with content

    class Meta:
        indexes = [models.Index(fields=["state", "due_at"], name="job_due")]

    def __str__(self) -> str:
        return f"{self.task} {self.pk}"
