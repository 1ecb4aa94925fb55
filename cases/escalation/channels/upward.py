"""Fingerprints submitted to those who pass them on to platforms: StopNCII's SubmitHashes, and ThreatExchange's descriptors.

Only what two people have put on our list goes this way. Nothing of the notice's words does. Addresses and keys are the worker's
(settings.EXCHANGE_UPWARD). Formats: python-threatexchange, exchanges/clients/{stopncii,fb_threatexchange}/api.py.
"""
import hashlib
import json
import time
from typing import Any

import requests
from django.conf import settings

from cases.escalation.channels.base import Outgoing, Proof
from cases.outbox.errors import Retry, Stop

TIMEOUT = (10, 60)             # seconds


def stopncii(outgoing: Outgoing) -> Proof:
    """All at once; sent again, it is the same hashes again."""
    to = configured("stopncii")
    records = [{"lastModtimestamp": int(time.time()), "signalType": "ImagePDQ", "hashValue": value,
                "CSPFeedbacks": [{"tags": [], "feedbackValue": "Blocked"}]} for value in outgoing.notice.hashes]
    headers = {"x-functions-key": to["function_key"], "Ocp-Apim-Subscription-Key": to["subscription_key"]}
    answer = post(f"{to['url']}/SubmitHashes", json={"count": len(records), "hashRecords": records}, headers=headers)
    return proof(outgoing, answer)


def threatexchange(outgoing: Outgoing) -> Proof:
    """One descriptor each, seen by one privacy group. The token goes in the body: addresses end in logs."""
    to = configured("threatexchange")
    same = {"access_token": to["token"], "type": "HASH_PDQ", "description": "Intimate picture shared without consent",
            "share_level": "AMBER", "status": "MALICIOUS", "privacy_type": "HAS_PRIVACY_GROUP",
            "privacy_members": to["privacy_group"], "tags": "ncii"}
    answers = [post(f"{to['url']}/threat_descriptors/", data={**same, "indicator": value}) for value in outgoing.notice.hashes]
    return proof(outgoing, answers[-1])


def configured(name: str) -> dict[str, str]:
    found: dict[str, str] | None = settings.EXCHANGE_UPWARD.get(name)
    if not found:
        raise Stop("not_configured")
    return found


def post(url: str, **options: Any) -> int:
    """The status of an answer that says yes; else Retry or Stop. Redirects are not followed: keys go to nobody else."""
    try:
        answer = requests.post(url, timeout=TIMEOUT, allow_redirects=False, **options)
    except requests.RequestException as error:
        raise Retry(code=type(error).__name__.lower()) from error
    if answer.status_code == 429 or answer.status_code >= 500:
        asked = answer.headers.get("Retry-After", "")
        raise Retry(min(int(asked), 3600) if asked.isdigit() else None, code=answer.status_code)
    if answer.status_code // 100 != 2:
        raise Stop(answer.status_code)
    return answer.status_code


def proof(outgoing: Outgoing, status: int) -> Proof:
    sent = json.dumps(sorted(outgoing.notice.hashes)).encode()
    return Proof({"status": str(status), "count": str(len(outgoing.notice.hashes)), "sha256": hashlib.sha256(sent).hexdigest()})
