"""Fingerprints submitted to those who pass them on to platforms: StopNCII's SubmitHashes, and ThreatExchange's descriptors.

Only what two people have put on our list goes this way, and is taken back there when it leaves it. Nothing of the notice's words
does. Addresses and keys are the worker's (settings.EXCHANGE_UPWARD). Formats: python-threatexchange,
exchanges/clients/{stopncii,fb_threatexchange}/api.py.
"""
import hashlib
import json
import time
from typing import Any

import requests
from django.conf import settings

from cases.escalation.channels.base import Outgoing, Proof
from cases.escalation.notices import is_pdq
from cases.outbox.errors import Retry, Stop

TIMEOUT = (10, 60)             # seconds
MOST_DIGITS = 40               # of an id of theirs


def stopncii(outgoing: Outgoing) -> Proof:
    """All at once; sent again, it is the same hashes again."""
    to = configured("stopncii")
    records = [{"lastModtimestamp": int(time.time()), "signalType": "ImagePDQ" if is_pdq(value) else "VideoMD5",
                "hashValue": value, "CSPFeedbacks": [{"tags": [], "feedbackValue": "Blocked"}]}
               for value in outgoing.notice.hashes]
    answer = ask("POST", f"{to['url']}/SubmitHashes", json={"count": len(records), "hashRecords": records}, headers=keys(to))
    return proof(outgoing, answer.status_code, dict.fromkeys(outgoing.notice.hashes, ""))


def take_back_from_stopncii(value: str, remote: str) -> None:
    """The format has no withdrawal by whoever submitted; a feedback can say it, and only that. Nothing says what they do then."""
    to = configured("stopncii")
    line = {"tags": [], "feedbackValue": "Withdrawn", "hashValue": value}
    own = {**to, "function_key": to.get("feedback_key", to["function_key"])}     # each of their endpoints has a key of its own
    ask("POST", f"{to['url']}/SubmitFeedback", json={"count": 1, "hashFeedbacks": [line]}, headers=keys(own))


def keys(to: dict[str, str]) -> dict[str, str]:
    return {"x-functions-key": to["function_key"], "Ocp-Apim-Subscription-Key": to["subscription_key"]}


def threatexchange(outgoing: Outgoing) -> Proof:
    """One descriptor each, seen by one privacy group. The token goes in the body: addresses end in logs."""
    to = configured("threatexchange")
    same = {"access_token": to["token"], "description": "Intimate picture shared without consent", "share_level": "AMBER",
            "status": "MALICIOUS", "privacy_type": "HAS_PRIVACY_GROUP", "privacy_members": to["privacy_group"], "tags": "ncii"}
    answers = {value: ask("POST", f"{to['url']}/threat_descriptors/",
                          data={**same, "type": "HASH_PDQ" if is_pdq(value) else "HASH_VIDEO_MD5", "indicator": value})
               for value in outgoing.notice.hashes}
    return proof(outgoing, 200, {value: number(answer) for value, answer in answers.items()})


def take_back_from_threatexchange(value: str, remote: str) -> None:
    """Their own way to delete, with the token in the address, as the stock client has it. Stop: they gave us no id."""
    to = configured("threatexchange")
    if not remote:
        raise Stop("no_id")
    ask("DELETE", f"{to['url']}/{remote}", params={"access_token": to["token"]})


def number(answer: requests.Response) -> str:
    """Their id of a descriptor; empty if the answer names none."""
    try:
        found = answer.json().get("id", "")
    except (ValueError, AttributeError):
        return ""
    return str(found) if str(found).isascii() and str(found).isdigit() and len(str(found)) <= MOST_DIGITS else ""


def configured(name: str) -> dict[str, str]:
    found: dict[str, str] | None = settings.EXCHANGE_UPWARD.get(name)
    if not found:
        raise Stop("not_configured")
    return found


def ask(method: str, url: str, **options: Any) -> requests.Response:
    """An answer that says yes; else Retry or Stop. Redirects are not followed: keys go to nobody else."""
    try:
        answer = requests.request(method, url, timeout=TIMEOUT, allow_redirects=False, **options)
    except requests.RequestException as error:
        raise Retry(code=type(error).__name__.lower()) from error
    if answer.status_code == 429 or answer.status_code >= 500:
        asked = answer.headers.get("Retry-After", "")
        raise Retry(min(int(asked), 3600) if asked.isdigit() else None, code=answer.status_code)
    if answer.status_code // 100 != 2:
        raise Stop(answer.status_code)
    return answer


def proof(outgoing: Outgoing, status: int, remote: dict[str, str]) -> Proof:
    sent = json.dumps(sorted(outgoing.notice.hashes)).encode()
    digest = hashlib.sha256(sent).hexdigest()
    return Proof({"status": str(status), "count": str(len(outgoing.notice.hashes)), "sha256": digest}, remote)
