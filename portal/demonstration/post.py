"""The post of the demonstration: an answer that nobody has read, a notice that could not be delivered, one that waits for a
second person, and two cases whose notices leave in one mail."""
from dataclasses import replace
from email.message import EmailMessage

from django.db import transaction

from cases.escalation import batches, delivery, second, services
from cases.escalation.failures import Failure
from cases.escalation.inbound import mail, taking
from cases.escalation.models import Batch, Channel, Escalation
from cases.models import Case
from cases.triage import batching
from cases.units.models import Unit
from cases.workflow import Status
from portal.accounts.models import User
from portal.demonstration.paths import drafted

ANSWER = """Hello,

thank you for your report. We have looked at the account that you named and removed two of the three posts.
For the third we need its exact link: the one in your notice leads to a page that is no longer there.

Trust and Safety
"""


@transaction.atomic
def fill(staff: dict[str, User]) -> None:
    write_back(Escalation.objects.filter(state=Escalation.State.SENT, platform__slug="x").earliest("requested_at"))
    wait_for_two(Unit.objects.get(code="children"), staff)
    together(staff["nadia"])
    come_back(staff["bilal"])


def write_back(escalation: Escalation) -> None:
    words = EmailMessage()
    words["From"], words["To"] = "safety@platform.example", "takedown@mehfooz.example"
    words["Subject"], words["Message-ID"] = f"Re: [{escalation.reference}]", "<1@platform.example>"
    words.set_content(ANSWER)
    taking.keep(escalation, mail.read(bytes(words)))


def come_back(by: User) -> None:
    channel = Channel.objects.select_related("platform").get(platform__slug="tiktok", kind=Channel.Kind.EMAIL, harms=[])
    case = batching.candidates(channel, by).cases[0]
    one = request(case, channel, by)
    delivery.failed(escalation=one, failure=Failure.MAILBOX_FULL, code=f"{Failure.MAILBOX_FULL} 552-5.2.2")


def wait_for_two(unit: Unit, staff: dict[str, User]) -> None:
    """From now on its notices are read by a colleague; one waits already."""
    second.want(unit=unit, yes=True, by=staff["tariq"])
    cases = Case.objects.filter(unit=unit, status=Status.IN_REVIEW.value).order_by("opened_at")
    ways = Channel.objects.select_related("platform").order_by("pk")
    case, channel = next((case, way) for case in cases for way in ways if way.platform.slug in case.platforms)
    request(case, channel, staff["sana"])


def together(by: User) -> None:
    """The first platform by mail that two cases could go to."""
    for channel in batching.channels():
        found = [case for case in batching.candidates(channel, by).cases if not second.wanted(case.unit)]
        if len(found) > 1:
            batch = batches.begin(channel=channel, by=by)
            for case in found[:2]:
                request(case, channel, by, batch)
            return


def request(case: Case, channel: Channel, by: User, batch: Batch | None = None) -> Escalation:
    """Without fingerprints: those take a second person too."""
    notice = replace(drafted(case, channel, by), hashes=())
    return services.request(case=case, channel=channel, notice=notice, by=by, batch=batch)
