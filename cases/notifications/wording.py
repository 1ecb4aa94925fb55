"""The words that leave the building. Counts and a link for staff, one neutral sentence for reporters: a phone on a table is
read by others. Each is translated when it is sent, in the reader's language."""
from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _, ngettext, override

from cases.notifications.models import Occasion

Counts = Mapping[str, int]


def morning(n: Counts) -> str:
    """The counts of a member's views (view_1, …) without their names, which could say what cases are about."""
    all_cases = _("Cases this morning: new %(new)d, overdue %(overdue)d, waiting on others %(waiting)d, unread "
                  "messages %(unread)d.")
    views = [f"%({name})d" for name in n if name.startswith("view_")]
    return all_cases + " " + _("In your views, in their order:") + " " + " · ".join(views) if views else all_cases


SENTENCES: dict[Occasion, Callable[[Counts], str]] = {
    Occasion.URGENT: lambda n: ngettext("%(count)d urgent report has arrived.", "%(count)d urgent reports have arrived.",
                                        n["count"]),
    Occasion.UNCLAIMED: lambda n: ngettext("%(count)d urgent report still has nobody. Please take it.",
                                           "%(count)d urgent reports still have nobody. Please take them.", n["count"]),
    Occasion.CLOCK: lambda n: ngettext("The time for %(count)d case is running out.",
                                       "The time for %(count)d cases is running out.", n["count"]),
    Occasion.OVERDUE: lambda n: ngettext("The time for %(count)d case is over.", "The time for %(count)d cases is over.",
                                         n["count"]),
    Occasion.STILL: lambda n: ngettext("Reminder: %(count)d case is overdue and waits for its next step.",
                                       "Reminder: %(count)d cases are overdue and wait for their next step.", n["count"]),
    Occasion.LEFT: lambda n: ngettext("%(count)d case stays overdue although its supervisors were reminded.",
                                      "%(count)d cases stay overdue although their supervisors were reminded.", n["count"]),
    Occasion.MESSAGE: lambda n: ngettext("%(count)d new message from a reporter.", "%(count)d new messages from reporters.",
                                         n["count"]),
    Occasion.BACK: lambda n: ngettext("In %(count)d case the content is online again.",
                                      "In %(count)d cases the content is online again.", n["count"]),
    Occasion.ANSWER: lambda n: ngettext("%(count)d answer from a platform.", "%(count)d answers from platforms.", n["count"]),
    Occasion.SILENCE: lambda n: ngettext("%(count)d notice was not answered in time.",
                                         "%(count)d notices were not answered in time.", n["count"]),
    Occasion.FAILED: lambda n: ngettext("%(count)d notice could not be delivered.", "%(count)d notices could not be delivered.",
                                        n["count"]),
    Occasion.SECOND: lambda n: ngettext("%(count)d correction of a case waits for your yes.",
                                        "%(count)d corrections of cases wait for your yes.", n["count"]),
    Occasion.REMINDER: lambda n: ngettext("You wanted to be reminded of %(count)d case today.",
                                          "You wanted to be reminded of %(count)d cases today.", n["count"]),
    Occasion.WISH: lambda n: ngettext("%(count)d reporter's wish about who reads a case was set aside.",
                                      "%(count)d reporters' wishes about who reads a case were set aside.", n["count"]),
    Occasion.GLASS: lambda n: ngettext("Emergency access was used for %(count)d case.",
                                       "Emergency access was used for %(count)d cases.", n["count"]),
    Occasion.ASIDE: lambda n: ngettext("%(count)d case needs somebody new.", "%(count)d cases need somebody new.", n["count"]),
    Occasion.MOVED: lambda n: ngettext("%(count)d case has come from another unit.",
                                       "%(count)d cases have come from another unit.", n["count"]),
    Occasion.NOBODY: lambda n: ngettext("%(count)d case can be opened by nobody: its unit needs another member.",
                                        "%(count)d cases can be opened by nobody: their unit needs another member.", n["count"]),
    Occasion.LOCKED: lambda n: ngettext("%(count)d file was locked and waits for you.",
                                        "%(count)d files were locked and wait for you.", n["count"]),
    Occasion.MANY: lambda n: ngettext("Somebody called %(count)d file intimate within an hour. Was it they who did it?",
                                      "Somebody called %(count)d files intimate within an hour. Was it they who did it?",
                                      n["count"]),
    Occasion.ASKED: lambda n: ngettext("%(count)d question from another unit.", "%(count)d questions from other units.",
                                       n["count"]),
    Occasion.REPLIED: lambda n: ngettext("%(count)d answer from another unit.", "%(count)d answers from other units.",
                                         n["count"]),
    Occasion.REVIEW: lambda n: ngettext("%(count)d reporter asks that another unit looks again.",
                                        "%(count)d reporters ask that another unit looks again.", n["count"]),
    Occasion.UNREVIEWED: lambda n: _("A reporter wanted another unit to look again, and nobody can read it: one unit needs a "
                                     "supervisor who belongs to no other."),
    Occasion.SEARCHED: lambda n: ngettext("Another unit searched for a fingerprint that %(count)d case of yours holds.",
                                          "Another unit searched for a fingerprint that %(count)d cases of yours hold.",
                                          n["count"]),
    Occasion.TAKEN_OFF: lambda n: ngettext("%(count)d report took fingerprints of several cases off the shared list: please "
                                           "look.",
                                           "%(count)d reports took fingerprints of several cases off the shared list: please "
                                           "look.", n["count"]),
    Occasion.TASK: lambda n: ngettext("A colleague gave you %(count)d task.", "Colleagues gave you %(count)d tasks.", n["count"]),
    Occasion.MENTION: lambda n: ngettext("A colleague named you in %(count)d note.", "Colleagues named you in %(count)d notes.",
                                         n["count"]),
    Occasion.CLOSING: lambda n: ngettext("%(count)d child's case waits for a second person before it is closed.",
                                         "%(count)d children's cases wait for a second person before they are closed.",
                                         n["count"]),
    Occasion.REFERRAL: lambda n: ngettext("%(count)d case waits for a second person before it goes to an authority.",
                                          "%(count)d cases wait for a second person before they go to an authority.",
                                          n["count"]),
    Occasion.DECIDED: lambda n: ngettext("A supervisor decided whether %(count)d case may be closed.",
                                         "A supervisor decided whether %(count)d cases may be closed.", n["count"]),
    Occasion.PARTNER: lambda n: _("Something new waits for you. Sign in to see it."),
    Occasion.POLICY: lambda n: ngettext("%(count)d new post in a thread with a partner body.",
                                        "%(count)d new posts in threads with partner bodies.", n["count"]),
    Occasion.APPROVAL: lambda n: ngettext("%(count)d notice waits for a second person before it leaves.",
                                          "%(count)d notices wait for a second person before they leave.", n["count"]),
    Occasion.APPROVED: lambda n: ngettext("A colleague read %(count)d notice of yours: it left, or came back with a reason.",
                                          "A colleague read %(count)d notices of yours: they left, or came back with a reason.",
                                          n["count"]),
    Occasion.UNDECIDED: lambda n: ngettext("%(count)d notice has waited for a second person for a working day.",
                                           "%(count)d notices have waited for a second person for a working day.", n["count"]),
    Occasion.DIGEST: morning,
    Occasion.WEBHOOK: lambda n: _("A webhook was switched off: its address does not take what we send."),
    Occasion.WAITING: lambda n: _("There is a message for you."),
}


def sentence(occasion: Occasion, counts: Counts, *, language: str) -> str:
    with override(language):
        return SENTENCES[occasion](counts) % dict(counts)


def subject(occasion: Occasion, *, language: str) -> str:
    """For e-mail. It may show on a locked screen, so it says less than the sentence does."""
    with override(language):
        return _("There is a message for you.") if occasion == Occasion.WAITING else _("Something waits at your desk")
