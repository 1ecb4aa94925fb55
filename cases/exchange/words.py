"""What partners say of fingerprints, in words. The protocol's own names are English and for machines."""
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.hashing.wire.stopncii import FeedbackValue

VERDICTS: dict[str, Promise] = {
    FeedbackValue.UNKNOWN.value: _("Says nothing yet"),
    FeedbackValue.NONE.value: _("Only notes"),
    FeedbackValue.QUALITY_UNKNOWN.value: _("Cannot judge the fingerprint"),
    FeedbackValue.PENDING_REVIEW.value: _("Found, and nobody has looked"),
    FeedbackValue.BLOCKED.value: _("Looked at and removed"),
    FeedbackValue.NOT_BLOCKED.value: _("Looked at and left"),
    FeedbackValue.WITHDRAWN.value: _("Took back what it said"),
    FeedbackValue.DELETED.value: _("Deleted the fingerprint"),
}


def verdict(value: str) -> str:
    """One that we do not know stays as it came."""
    return str(VERDICTS.get(value, value))
