"""Reports for those who host content, as machines read them: XARF 4.2 (github.com/xarf/xarf-spec), one for each web address.

XARF has a word for the exploitation of children and for personal data in the open, and none for intimate pictures of adults:
these go as the second, and a tag and the words say what they are. A harm without any word of its own goes by e-mail.
No picture is attached and no fingerprint of a child's; a host gets addresses and words.
"""
import base64
import hashlib
import json
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from django.conf import settings
from django.utils import timezone

from cases.escalation import notices
from cases.escalation.channels import email, webhook
from cases.escalation.channels.base import Outgoing, Proof
from cases.escalation.notices import Notice
from cases.outbox.errors import Stop
from cases.priority import Harm

VERSION = "4.2.0"
LONGEST = 1000                                                # characters of a description
EXPLOITATION = {Harm.SEXTORTION: "sextortion", Harm.GROOMING: "grooming"}         # of children; all else is distribution
IN_THE_OPEN = {Harm.SEXTORTION, Harm.INTIMATE_IMAGES, Harm.DEEPFAKE, Harm.PRIVATE_IMAGES, Harm.OUTING, Harm.DOXXING}
OF_CHILDREN = {Harm.SEXTORTION, Harm.INTIMATE_IMAGES, Harm.DEEPFAKE, Harm.GROOMING, Harm.CHILD_IMAGERY}


def has_word(harm: str, *, child: bool) -> bool:
    return harm in (OF_CHILDREN if child else IN_THE_OPEN) or harm in {Harm.GROOMING, Harm.CHILD_IMAGERY}


def web_addresses(notice: Notice) -> list[str]:
    """Those of the places that a host can find: no account names."""
    return [link for link in notice.links if urlsplit(link).scheme in {"http", "https"} and urlsplit(link).hostname]


def send(outgoing: Outgoing) -> Proof:
    """To an https address one request each; to a mailbox one e-mail with all of them."""
    made = reports(outgoing)
    if not made:
        raise Stop("nothing_to_report")
    if outgoing.address.startswith("https://"):
        return posted(outgoing, made)
    mail = email.message(outgoing)
    for number, report in enumerate(made, 1):
        mail.attach(f"xarf-{number}.json", encoded(report).decode(), "application/json")
    return email.leave(mail)


def posted(outgoing: Outgoing, made: list[dict[str, Any]]) -> Proof:
    """Whoever was reached before a failure is sent the same again under the same key."""
    for report in made:
        proof = webhook.post(outgoing.address, encoded(report), key=report["report_id"])
    together = hashlib.sha256(b"".join(map(encoded, made))).hexdigest()
    return Proof({**proof.details, "sha256": together, "reports": str(len(made))})


def encoded(report: dict[str, Any]) -> bytes:
    return json.dumps(report, ensure_ascii=False, separators=(",", ":")).encode()


def reports(outgoing: Outgoing) -> list[dict[str, Any]]:
    """Empty when the harm has no word there, or no place is a web address."""
    notice = outgoing.notice
    if not has_word(notice.harm, child=notice.child):
        return []
    _subject, text = notices.render(notice, office=settings.OFFICE[outgoing.language], contact=email.contact(outgoing),
                                    language=outgoing.language)
    return [report(outgoing, link, text) for link in web_addresses(notice)]


def report(outgoing: Outgoing, link: str, text: str) -> dict[str, Any]:
    notice, host = outgoing.notice, urlsplit(link).hostname or ""
    us = {"org": settings.OFFICE[outgoing.language], "contact": email.contact(outgoing),
          "domain": settings.NOTICE_FROM_EMAIL.rpartition("@")[2]}
    whole = text.encode()
    return {
        "xarf_version": VERSION, "report_id": str(uuid5(UUID(outgoing.key), link)),
        "timestamp": (outgoing.at or timezone.now()).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "reporter": us, "sender": us, "source_identifier": host, "category": "content", **kind(notice), "url": link,
        "evidence_source": "user_report", "verification_method": "user_report",
        "description": f"[{notice.reference}] {notices.whole_reasons(notice)}"[:LONGEST],
        "evidence": [{"content_type": "text/plain", "description": "The notice in full",
                      "payload": base64.b64encode(whole).decode(), "size": len(whole),
                      "hash": f"sha256:{hashlib.sha256(whole).hexdigest()}"}],
        "tags": [f"mehfooz:{notice.harm}", *(["mehfooz:non-consensual"] if not notice.child else [])],
    }


def kind(notice: Notice) -> dict[str, Any]:
    if notice.child or notice.harm in {Harm.GROOMING, Harm.CHILD_IMAGERY}:
        return {"type": "csem", "exploitation_type": EXPLOITATION.get(Harm(notice.harm), "distribution"),
                "detection_method": "user_report"}
    return {"type": "exposed_data", "data_types": ["personal_information"], "exposure_method": "intentional_leak",
            "accessibility": "public", "discovery_source": "user_report"}
