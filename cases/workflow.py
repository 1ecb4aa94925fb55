"""The life of a case, and how it came. Status moves only along TRANSITIONS."""
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    NEW = "new", _("New")
    IN_REVIEW = "in_review", _("In review")
    WAITING_REPORTER = "waiting_reporter", _("Waiting on the reporter")
    WAITING_OUTSIDE = "waiting_outside", _("Waiting on a platform or authority")
    CLOSED = "closed", _("Closed")


class Outcome(TextChoices):
    REMOVED = "removed", _("Content removed")
    PARTLY = "partly", _("Some of the content removed")
    NOT_REMOVED = "not_removed", _("Content not removed")
    STOPPED = "stopped", _("It has stopped")
    ADVISED = "advised", _("Advice given")
    REFERRED = "referred", _("Referred to an authority")
    NO_ANSWER = "no_answer", _("The reporter answers no more")
    NOTHING_FOUND = "nothing_found", _("Nothing found that could be acted on")
    WITHDRAWN = "withdrawn", _("Withdrawn by the reporter")
    NOT_FOR_US = "not_for_us", _("Not for this ministry")
    DUPLICATE = "duplicate", _("Duplicate")


class Source(TextChoices):
    """How a report came. Only the first is typed by who reports; the last is no report of its own."""
    WEB = "web", _("On the website")
    PHONE = "phone", _("By telephone")
    LETTER = "letter", _("By letter")
    WALK_IN = "walk_in", _("In person")
    IMPORT = "import", _("From a list")
    SPLIT = "split", _("Split from another case")


S = Status
TRANSITIONS: dict[Status, frozenset[Status]] = {
    S.NEW: frozenset({S.IN_REVIEW}),
    S.IN_REVIEW: frozenset({S.WAITING_REPORTER, S.WAITING_OUTSIDE, S.CLOSED}),
    S.WAITING_REPORTER: frozenset({S.IN_REVIEW, S.CLOSED}),
    S.WAITING_OUTSIDE: frozenset({S.IN_REVIEW, S.CLOSED}),
    S.CLOSED: frozenset({S.IN_REVIEW}),     # reopened: it is back online, or the reporter has more to say
}


class TransitionRefused(Exception):
    """The table has no such edge, or closing lacks its outcome."""


def check_transition(source: Status, target: Status, outcome: Outcome | None = None) -> None:
    if target not in TRANSITIONS[source]:
        raise TransitionRefused(f"{source} -> {target}")
    if (target == S.CLOSED) != (outcome is not None):
        raise TransitionRefused("closing needs an outcome, and only closing")
