"""What has happened to a case since it came in, step by step, through the same services that staff use."""
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F

from cases import services
from cases.escalation import delivery, notices, services as escalation, sightings
from cases.escalation.models import Authority, Channel, Escalation, Sighting
from cases.hashing import listing
from cases.hashing.models import MediaHash
from cases.hashing.services import refusal
from cases.models import Case, Message
from cases.permissions import Role
from cases.priority import Harm
from cases.public_words import Said
from cases.referral import selectors as referrals, services as referral
from cases.referral.models import Ground, Referral
from cases.referral.package import new_passphrase
from cases.referral.words import Part
from cases.vault import envelope
from cases.workflow import Outcome, Status
from portal.accounts.models import User
from portal.demonstration.reports import LINK, Report

SILENCE = timedelta(hours=60)           # since a notice that nobody answered
QUESTION = {"ur": "کیا آپ ہمیں اس پروفائل کا لنک لکھ سکتے ہیں؟ تصویر نہ بھیجیں، صرف لنک۔",
            "en": "Can you write us the link of that profile? Please send no picture, only the link."}
GREETING = {"ur": "ہم نے آپ کی رپورٹ پڑھ لی ہے۔ جرم وہ کر رہا ہے جو یہ کر رہا ہے، آپ نہیں۔",
            "en": "We have read your report. The one who does this commits the crime, not you."}


@dataclass
class Told:
    """A case and the keys that sealed it, while the demonstration still has them."""
    case: Case
    report: Report
    by: User
    key: bytes
    conversation: bytes

    def move(self, to: Status, outcome: Outcome | None = None, said: Said | None = None) -> None:
        self.case = services.change_status(case=self.case, to=to, by=self.by, outcome=outcome, said=said)

    def write(self, author: Message.Author, text: str) -> None:
        row = uuid.uuid4()
        body = envelope.seal(self.conversation, text.encode(), case=self.case.pk, field="message", record=row)
        services.add_message(case=self.case, message_id=row, author=author, body=body,
                             by=self.by if author == Message.Author.STAFF else None)


def review(told: Told) -> None:
    services.assign(case=told.case, to=told.by, by=told.by)
    told.move(Status.IN_REVIEW)
    services.mark_read(case=told.case, by=told.by)
    told.case.refresh_from_db()
    told.write(Message.Author.STAFF, GREETING[told.report.language])


def ask(told: Told) -> None:
    review(told)
    told.write(Message.Author.STAFF, QUESTION[told.report.language])
    told.move(Status.WAITING_REPORTER)


def wait_outside(told: Told) -> None:
    """Passed on to the cyber crime agency, if the reporter agreed; a colleague agrees where that is due."""
    review(told)
    nccia, row = Authority.objects.get(slug="nccia"), uuid.uuid4()
    if referrals.hurdle(told.case, nccia, Ground.CONSENT):
        told.move(Status.WAITING_OUTSIDE, said=Said.IN_REVIEW)
        return
    sealed = envelope.seal(told.key, new_passphrase().encode(), case=told.case.pk, field="passphrase", record=row)
    one = referral.prepare(referral_id=row, case=told.case, authority=nccia, ground=Ground.CONSENT, passphrase=sealed,
                           parts=[Part.STORY, Part.LINKS], by=told.by)
    if one.state == Referral.State.ASKED:
        one = referral.agree(referral=one, by=colleague(told))
    referral.take_out(referral=one, sha256=row.hex * 2, by=told.by)
    referral.handed(referral=one, by=told.by)
    told.case.refresh_from_db()


def escalate(told: Told, kind: Channel.Kind | None = None) -> Escalation:
    """A notice to the first platform named, sent as its channel is."""
    review(told)
    channels = Channel.objects.filter(platform__slug=told.report.platforms[0])
    channel = (channels.filter(kind=kind) if kind else channels).select_related("platform").first()
    if channel is None:
        raise LookupError(f"no channel to {told.report.platforms[0]}")
    notice = drafted(told.case, channel, told.by)
    row = escalation.request(case=told.case, channel=channel, notice=notice, by=told.by)
    if notice.hashes:
        listing.approve(case=told.case, by=colleague(told), despite=True)
    if channel.kind == Channel.Kind.EMAIL:
        delivery.deliver(escalation_id=row.pk)
    else:
        delivery.form_filled(escalation=row, their_reference=b"", by=told.by)
    told.case.refresh_from_db()
    return row


def drafted(case: Case, channel: Channel, by: User) -> notices.Notice:
    hashes = [] if refusal(case) else list(MediaHash.objects.filter(case=case).values_list("pdq", flat=True))
    slug, policy = channel.platform.slug, channel.platform.policy_en
    return notices.draft(reference=escalation.new_reference(), harm=Harm(case.harm), child=case.child, hashes=hashes,
                         links=[LINK.format(platform=slug, n=case.pk.int % 10_000)], policy=policy,
                         signature=f"{by}, Ministry of Human Rights", language="en")


def colleague(told: Told) -> User:
    """The second person: nobody puts fingerprints on the list alone."""
    others = User.objects.filter(memberships__unit=told.case.unit, role=Role.SUPERVISOR)
    return others.exclude(pk=told.by.pk).order_by("email")[:1].get()


def answered(outcome: Escalation.State, closed: Outcome | None = None) -> Callable[[Told], None]:
    def walk(told: Told) -> None:
        row = escalate(told)
        escalation.answer(escalation=row, outcome=outcome, by=told.by)
        told.case.refresh_from_db()
        if closed:
            told.move(Status.CLOSED, closed)
    return walk


def back(told: Told) -> None:
    """Removed and closed; then a member looked, and it is online again."""
    answered(Escalation.State.ACTIONED, Outcome.REMOVED)(told)
    row = Escalation.objects.select_related("case").get(case=told.case)
    sightings.saw(escalation=row, views={0: sightings.View(Sighting.Seen.ONLINE)}, by=told.by)
    told.case.refresh_from_db()


def silent(told: Told) -> None:
    """Asked some days ago, and not answered: the page suggests what comes next."""
    row = escalate(told)
    rows = Escalation.objects.filter(pk=row.pk)
    rows.update(**{each: F(each) - SILENCE for each in ("requested_at", "sent_at", "next_check_at")})
    row.attempts.update(at=F("at") - SILENCE)
    told.case.history.filter(status=Status.WAITING_OUTSIDE).update(at=F("at") - SILENCE, next_check=F("next_check") - SILENCE)
    escalation.answer(escalation=row, outcome=Escalation.State.NO_ANSWER)
    told.case.refresh_from_db()


def close(outcome: Outcome) -> Callable[[Told], None]:
    def walk(told: Told) -> None:
        review(told)
        told.move(Status.CLOSED, outcome)
    return walk


def stay(told: Told) -> None:
    """Nobody has looked yet."""


PATHS: dict[str, Callable[[Told], object]] = {
    "new": stay, "in_review": review, "waiting_reporter": ask, "waiting_outside": wait_outside,
    "escalated": escalate, "escalated_form": lambda told: escalate(told, Channel.Kind.WEBFORM),
    "escalated_silent": silent, "escalated_refused": answered(Escalation.State.REFUSED),
    "online_again": back, "closed_removed": answered(Escalation.State.ACTIONED, Outcome.REMOVED),
    "closed_not_removed": answered(Escalation.State.REFUSED, Outcome.NOT_REMOVED),
    "closed_not_for_us": close(Outcome.NOT_FOR_US), "referred": close(Outcome.REFERRED),
    "withdrawn": close(Outcome.WITHDRAWN), "duplicate": close(Outcome.DUPLICATE),
    "partly": answered(Escalation.State.ACTIONED, Outcome.PARTLY), "stopped": close(Outcome.STOPPED),
    "advised": close(Outcome.ADVISED), "no_answer": close(Outcome.NO_ANSWER), "nothing_found": close(Outcome.NOTHING_FOUND),
}
