"""What the reporter reads about a status, in plain words. Dates come from the unit's clocks, names from the registry."""
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _


class Said(StrEnum):
    """The code kept in StatusChange.said."""
    RECEIVED = "received"
    IN_REVIEW = "in_review"
    OTHER_UNIT = "other_unit"
    UNIT_ADVISES = "unit_advises"
    ASKED_YOU = "asked_you"
    ASKED_AGAIN = "asked_again"              # what the browser sealed does not open; these words need no key
    ASKED_PLATFORM = "asked_platform"
    PLATFORM_SAW_IT = "platform_saw_it"
    PLATFORM_REMOVED = "platform_removed"
    SEEN_GONE = "seen_gone"
    PLATFORM_REFUSED = "platform_refused"
    PLATFORM_ASKS = "platform_asks"
    PLATFORM_CANNOT_FIND = "platform_cannot_find"
    PLATFORM_NOT_THEIRS = "platform_not_theirs"
    PLATFORM_ALLOWS = "platform_allows"
    PLATFORM_SILENT = "platform_silent"
    PLATFORM_UNREACHED = "platform_unreached"
    IN_PARTS = "in_parts"
    PART_REMOVED = "part_removed"
    PART_CLOSED = "part_closed"
    PASSED_ON = "passed_on"                  # to an authority, whose slug stands where a platform's would
    PASSED_DANGER = "passed_danger"
    PASSED_CHILD = "passed_child"
    AUTHORITY_ACCEPTED = "authority_accepted"
    AUTHORITY_REFUSED = "authority_refused"
    AUTHORITY_ACTED = "authority_acted"
    AUTHORITY_NOTHING = "authority_nothing"
    PARTNER_MAY_HOLD = "partner_may_hold"
    PARTNER_DROPPED = "partner_dropped"
    CLOSED_REMOVED = "closed_removed"
    CLOSED_PARTLY = "closed_partly"
    CLOSED_NOT_REMOVED = "closed_not_removed"
    CLOSED_STOPPED = "closed_stopped"
    CLOSED_ADVISED = "closed_advised"
    CLOSED_REFERRED = "closed_referred"
    CLOSED_NO_ANSWER = "closed_no_answer"
    CLOSED_NOTHING_FOUND = "closed_nothing_found"
    CLOSED_WITHDRAWN = "closed_withdrawn"
    CLOSED_NOT_FOR_US = "closed_not_for_us"
    CLOSED_DUPLICATE = "closed_duplicate"


# Functions, so that each sentence is translated when it is read, not when this module loads.
SENTENCES: dict[Said, Callable[[], str]] = {
    Said.RECEIVED: lambda: _("We have your report; it has not been read yet."),
    Said.IN_REVIEW: lambda: _("Your report is being worked on."),
    Said.OTHER_UNIT: lambda: _("Another of our units works on your report now."),
    Said.UNIT_ADVISES: lambda: _("Another of our units reads your report, to advise us. It stays with us."),
    Said.IN_PARTS: lambda: _("Your report tells of more than one thing. We work on each by itself, and you read about all of "
                             "it here."),
    Said.PART_REMOVED: lambda: _("One part of your report is finished: the content has been removed. If you see it again, tell "
                                 "us here."),
    Said.PART_CLOSED: lambda: _("One part of your report is finished. If you want to know more about it, write to us here."),
    Said.ASKED_YOU: lambda: _("We need to ask you something."),
    Said.ASKED_AGAIN: lambda: _("We could not open what you sent, and nobody has read it. Please send us a new report."),
    Said.ASKED_PLATFORM: lambda: _("We have asked {platform} to remove the content; next check {date}."),
    Said.PLATFORM_SAW_IT: lambda: _("{platform} has seen our request; next check {date}."),
    Said.PLATFORM_REMOVED: lambda: _("{platform} says the content has been removed; if you see it again, tell us here."),
    Said.SEEN_GONE: lambda: _("As far as we can see, the content is gone from {platform}; if you see it again, tell us here."),
    Said.PLATFORM_REFUSED: lambda: _("{platform} did not remove the content; this is our next step: a caseworker looks at it "
                                     "again by {date}."),
    Said.PLATFORM_ASKS: lambda: _("{platform} asks us for more before it decides; a caseworker looks at it by {date}."),
    Said.PLATFORM_CANNOT_FIND: lambda: _("{platform} says that it cannot find the content; a caseworker looks at it again by "
                                         "{date}."),
    Said.PLATFORM_NOT_THEIRS: lambda: _("{platform} says that it cannot remove this content itself; a caseworker looks at it "
                                        "again by {date}."),
    Said.PLATFORM_ALLOWS: lambda: _("{platform} says that its rules allow the content. We do not leave it at that: a caseworker "
                                    "looks at it again by {date}."),
    Said.PLATFORM_UNREACHED: lambda: _("Our request did not reach {platform}; a caseworker looks at it again by {date}."),
    Said.PLATFORM_SILENT: lambda: _("{platform} has not answered; this is our next step: a caseworker looks at it again by "
                                    "{date}."),
    Said.PASSED_ON: lambda: _("We have passed your report to {platform}, as you agreed; next check {date}."),
    Said.PASSED_DANGER: lambda: _("We have passed your report to {platform} without your yes, because we believe that somebody’s "
                                  "life is in danger. Two of us decided it. Next check {date}."),
    Said.PASSED_CHILD: lambda: _("We have passed your report to {platform} without your yes, because the law obliges us, for a "
                                 "child. Two of us decided it. Next check {date}."),
    Said.AUTHORITY_ACCEPTED: lambda: _("{platform} has taken it up; next check {date}."),
    Said.AUTHORITY_REFUSED: lambda: _("{platform} has not taken it up; this is our next step: a caseworker looks at it again by "
                                      "{date}."),
    Said.AUTHORITY_ACTED: lambda: _("{platform} says that it has acted. If it goes on, tell us here."),
    Said.AUTHORITY_NOTHING: lambda: _("{platform} has ended its work without a result; this is our next step: a caseworker looks "
                                      "at it again by {date}."),
    Said.PARTNER_MAY_HOLD: lambda: _("Your fingerprints are off our list, and {platform} is told so. {platform} had read the "
                                     "list before and has not confirmed; we cannot see whether it still keeps a copy."),
    Said.PARTNER_DROPPED: lambda: _("{platform} confirms that it has dropped your fingerprints. We cannot check this ourselves."),
    Said.CLOSED_REMOVED: lambda: _("Your report is closed: the content has been removed. If you see it again, write to us here."),
    Said.CLOSED_PARTLY: lambda: _("Your report is closed: some of the content has been removed, and the rest we could not have "
                                  "removed. You can still write to us here."),
    Said.CLOSED_STOPPED: lambda: _("Your report is closed because it has stopped. If it begins again, write to us here."),
    Said.CLOSED_ADVISED: lambda: _("Your report is closed: we have told you what we know. Read our message below. You can still "
                                   "write to us here."),
    Said.CLOSED_NO_ANSWER: lambda: _("Your report is closed because we have not heard from you for a long time. Write to us "
                                     "here, and we will go on."),
    Said.CLOSED_NOTHING_FOUND: lambda: _("Your report is closed: we could not find what it tells of. If you can tell us more, "
                                         "write to us here."),
    Said.CLOSED_NOT_REMOVED: lambda: _("Your report is closed: we could not have the content removed. You can still write to us "
                                       "here."),
    Said.CLOSED_REFERRED: lambda: _("Your report is closed here and has been passed on, as you agreed."),
    Said.CLOSED_WITHDRAWN: lambda: _("Your report is closed because you withdrew it."),
    Said.CLOSED_NOT_FOR_US: lambda: _("Your report is closed: another body can help you better. Read our message below."),
    Said.CLOSED_DUPLICATE: lambda: _("Your report is closed because another report of yours covers it."),
}


NOT_OF_A_PART = frozenset({Said.RECEIVED, Said.IN_REVIEW, Said.OTHER_UNIT, Said.ASKED_YOU, Said.ASKED_AGAIN,
                           Said.CLOSED_WITHDRAWN})


def of_a_part(said: Said) -> Said | None:
    """What the reporter reads, beside the status of their report, when a case that was split from it moves. None: nothing, for
    it goes without saying or was said of the report itself."""
    if said in NOT_OF_A_PART:
        return None
    if said == Said.CLOSED_REMOVED:
        return Said.PART_REMOVED
    return Said.PART_CLOSED if said.value.startswith("closed_") else said


def day(moment: datetime | None) -> str:
    if moment is None:
        return _("soon")
    local = localtime(moment)       # Urdu has a comma of its own, so the whole is translated, not only the month
    return _("%(day)d %(month)s %(year)d, %(time)s") % {"day": local.day, "month": date_format(local, "F"), "year": local.year,
                                                         "time": f"{local:%H:%M}"}


def sentence(said: str, *, platform: str = "", next_check: datetime | None = None, when: str = "") -> SafeString:
    """One sentence as safe HTML; the date is isolated so that it reads correctly inside Urdu. `when` stands in for a date."""
    return format_html(SENTENCES[Said(said)](), platform=platform, date=format_html("<bdi>{}</bdi>", when or day(next_check)))
