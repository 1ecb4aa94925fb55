from django.utils import timezone

from cases.conversation import reviewing, silence
from cases.conversation.models import Review
from cases.outbox.services import job


@job("conversation.review")
def review(review_id: str) -> None:
    """A review came: whoever may read it is told."""
    found = Review.objects.select_related("case", "reader").defer("body", "answer").filter(pk=review_id).first()
    if found is not None:                       # or it was erased with its case meanwhile
        reviewing.tell_readers(found)


@job("conversation.unreadable")
def unreadable() -> None:
    reviewing.tell_administrators()


@job("conversation.remind")
def remind() -> None:
    silence.remind(timezone.now())
