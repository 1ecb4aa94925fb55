"""Units with keys, members who hold them, and cases sealed as intake seals them: real keys and ciphertext, no Argon2id.

    unit = make_unit()                                  # "adults", with its calendar
    ayesha = make_member("Ayesha", unit)                # holds the unit's key
    case = make_case(unit, story="…", harm=Harm.DEEPFAKE, links=["https://…"])
    client = signed_in(ayesha)                          # a test client whose vault is open; unlocked=False: locked
    reporter_writes(case, "…")                          # a message sealed as the inbox seals it
"""
import itertools
import json
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.test import Client

from cases.coordination import seats
from cases.coordination.models import Body
from cases.models import Case, Consent, Message
from cases.priority import Danger, Facts, Harm, band
from cases.services import CaseDraft, add_message, give_consent, open_case
from cases.units.models import Unit
from cases.units.services import join_unit, set_up_units
from cases.vault import custody, envelope, hpke, parking, unseal
from cases.vault.models import KeyGrant, StaffKey, UnitKey
from cases.vault.signing import fingerprint
from portal.accounts.fresh import FRESH
from portal.accounts.models import User

STORY = "Someone posted my private pictures on a page with twelve thousand followers."
_numbers = itertools.count(1)
_private: dict[uuid.UUID, bytes] = {}           # member → private key
_secrets: dict[uuid.UUID, "Secrets"] = {}       # case → its keys


@dataclass(frozen=True)
class Secrets:
    """What sealed a case: a test may seal more with it."""
    key: bytes
    conversation: bytes
    reporter: bytes                             # the reporter's private key


def make_unit(code: str = "adults") -> Unit:
    """One of the three units of routing. Its key is made for its first member."""
    return set_up_units()[code]


def make_member(name: str = "Ayesha Khan", *units: Unit, role: str = "caseworker", is_woman: bool = False, on_duty: bool = False,
                keys: bool = True, **fields: Any) -> User:
    """A member of `units` with a staff key and (unless keys=False) a grant for each. Has no password: see signed_in."""
    email = fields.pop("email", f"member{next(_numbers)}@example.org")
    member = get_user_model().objects.create_user(email, name=name, role=role, **{"language": "en", **fields})
    private, public = hpke.new_pair()
    _private[member.pk] = private
    StaffKey.objects.create(member=member, public=public, salt=bytes(16), locked=b"")     # never opened: tests park the key
    for unit in units:
        join_unit(unit=unit, member=member, by=None, is_woman=is_woman, on_duty=on_duty)
        if keys:
            grant_unit(unit, member)
    return member


def make_liaison(name: str, body: Body, **fields: Any) -> User:
    """Who speaks for a partner body. Its key is made for the first; a later one waits for it, as in the house."""
    member = make_member(name, role="liaison", **fields)
    seats.take(member=member, body=body, by=None)
    return member


def grant_unit(unit: Unit, member: User) -> None:
    """The unit's key for `member`: a new one if it is the first, else out of the keyring of one who holds it."""
    key = UnitKey.objects.filter(unit=unit).first()
    if key is None:
        custody.new_unit_key(unit, members=[member], actor="system")
        return
    holder = KeyGrant.objects.filter(key=key, member__in=list(_private)).select_related("member").latest("pk").member
    custody.grant(key, member, keyring=keyring_of(holder), actor="system")


def private_of(member: User) -> bytes:
    return _private[member.pk]


def fingerprint_of(member: User) -> str:
    """What the member reads aloud of their own key."""
    return fingerprint(hpke.public_of(private_of(member)))


def keyring_of(member: User) -> unseal.Keyring:
    return unseal.keyring(member, _private[member.pk])


def secrets_of(case: Case) -> Secrets:
    return _secrets[case.pk]


def make_case(unit: Unit, *, story: str = STORY, harm: Harm = Harm.INTIMATE_IMAGES, age_now: int | None = 24,
              age_then: int | None = None,
              dangers: Iterable[Danger] = (), links: Sequence[str] = (), handles: Sequence[str] = (), relation: str = "me",
              wanted: Sequence[str] = ("remove",), language: str = "ur", platforms: Sequence[str] = ("facebook",),
              wants_woman: bool = False, conflict: str = "", **answers: Any) -> Case:
    """A report of `unit`, sealed and opened. A unit without a key gets a keeper, whom no test knows."""
    if not UnitKey.objects.filter(unit=unit).exists():
        make_member("Keeper", unit)
    case_id, reporter_private, reporter_public = uuid.uuid4(), *hpke.new_pair()
    secrets = Secrets(envelope.new_key(), envelope.new_key(), reporter_private)
    typed = {"version": 1, "relation": relation, "age_now": age_now, "age_then": age_then, "story": story, "links": list(links),
             "handles": list(handles), "platform_other": "", "wanted": list(wanted), "who_does_it": "", "safe_to_contact": "",
             **answers}
    case = open_case(draft=CaseDraft(
        id=case_id, submission=uuid.uuid4(), unit=unit, reporter_public=reporter_public,
        key=custody.keep(secrets.key, case=case_id, unit=unit),
        conversation_key=custody.keep(secrets.conversation, case=case_id, unit=unit, reporter=reporter_public),
        answers=envelope.seal(secrets.key, json.dumps(typed).encode(), case=case_id, field="answers", record=case_id),
        summary=envelope.seal(secrets.key, story[:120].encode(), case=case_id, field="summary", record=case_id),
        facts=Facts(harm, band(age_now), band(age_then), frozenset(dangers)),
        language=language, platforms=platforms, wants_woman=wants_woman, conflict=conflict))
    _secrets[case_id] = secrets
    return case


def reporter_writes(case: Case, text: str) -> Message:
    message_id = uuid.uuid4()
    body = envelope.seal(secrets_of(case).conversation, text.encode(), case=case.pk, field="message", record=message_id)
    return add_message(case=case, message_id=message_id, author=Message.Author.REPORTER, body=body)


def reporter_consents(case: Case, act: Consent.Act, answer: Consent.Answer = Consent.Answer.YES, assent: str = "") -> Consent:
    consent_id = uuid.uuid4()
    sealed = envelope.seal(secrets_of(case).conversation, assent.encode(), case=case.pk, field="assent",
                           record=consent_id) if assent else None
    return give_consent(case=case, act=act, answer=answer, assent=sealed, consent_id=consent_id)


def reporter_reads(case: Case, message: Message) -> str:
    """What the inbox would show of a message."""
    return envelope.open_blob(secrets_of(case).conversation, message.body, case=case.pk, field="message",
                              record=message.pk).decode()


def signed_in(member: User, *, unlocked: bool = True, language: str = "en", fresh: bool = True) -> Client:
    """A test client of `member`, reading `language`, with the vault open unless unlocked=False.

    `fresh`: the member proved who they are a moment ago, as at a sign-in, so that dangerous acts do not ask again.
    """
    client = Client()
    client.force_login(member)
    if fresh:
        session = client.session
        session[FRESH] = int(time.time())
        session.save()
    client.cookies["language"] = language
    if unlocked:
        unlock(client, member)
    return client


def unlock(client: Client, member: User) -> None:
    """What the unlock page does once the passphrase was right."""
    request, response = HttpRequest(), HttpResponse()
    request.user, request.session = member, client.session
    parking.park(request, response, private_of(member))
    request.session.save()
    client.cookies["staff"] = request.session.session_key or ""
    client.cookies["vault"] = response.cookies["vault"].value
