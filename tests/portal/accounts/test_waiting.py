"""Forms that cannot be taken yet: the vault locked itself, the session ended, or the member signed in anew. Nothing typed is
lost, and nothing of it rests anywhere but in the page."""
import html
import re
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from cases.conversation.models import Ask
from cases.escalation import registry, services as escalation
from cases.escalation.models import Channel
from cases.escalation.notices import Notice
from cases.models import Case, Consent, Exclusion
from cases.permissions import Role
from cases.services import change_status
from cases.triage import walls
from cases.triage.models import Note
from cases.units.models import Unit
from cases.vault import custody, envelope
from cases.vault.models import StaffKey, UnitKey
from cases.workflow import Status
from portal.accounts.models import Session, User
from tests.factories.cases import (
    grant_unit,
    make_case,
    make_member,
    make_unit,
    private_of,
    reporter_consents,
    secrets_of,
    signed_in,
    unlock,
)
from tests.portal.accounts.conftest import sign_in, with_password

TYPED = "Xyzzy, he comes home at nine"
FIELDS = {
    "text": TYPED, "reason": TYPED, "reasons": TYPED, "their_reference": TYPED, "signature": TYPED, "links": TYPED,
    "move": "asked_you", "cause": "life", "ground": "routing", "sure": "on", "outcome": "refused", "to": "", "name": TYPED,
    "kind": "doer", "second_harm": "doxxing", "reference": "MZ-23456789AB", "send": "1", "because": "danger", "parts": "story",
    "link_0": "gone", "days": "3", "policy": TYPED}
# What takes an open vault.
WRITES = ("/desk/case/<slug:ref>/write/", "/desk/case/<slug:ref>/note/", "/desk/case/<slug:ref>/transfer/",
          "/desk/case/<slug:ref>/access/glass/", "/desk/case/<slug:ref>/access/lift/<uuid:wall>/",
          "/desk/case/<slug:ref>/notice/<slug:reference>/filled/", "/desk/case/<slug:ref>/task/",
          "/desk/case/<slug:ref>/subject/", "/desk/case/<slug:ref>/asks/<uuid:ask>/contact/", "/desk/floods/compare/",
          "/desk/case/<slug:ref>/split/", "/desk/case/<slug:ref>/notice/<slug:reference>/again/",
          "/desk/case/<slug:ref>/escalate/<int:channel>/", "/desk/case/<slug:ref>/refer/<slug:authority>/",
          "/desk/case/<slug:ref>/notice/<slug:reference>/saw/", "/desk/case/<slug:ref>/notice/<slug:reference>/look/",
          "/desk/case/<slug:ref>/notice/<slug:reference>/next/")
WAITS = {*WRITES, "/desk/keys/grant/", "/desk/keys/rotate/", "/desk/keys/rewrap/", "/desk/keys/recovery/"}
GLASS = WRITES[3]           # for who is kept out, which the others are not
ENDS = {"/desk/sign-out/", "/desk/lock/"}


def addresses(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, prefix + str(pattern.pattern))
        else:
            yield "/" + prefix + str(pattern.pattern)


DESK = sorted({one for one in addresses(get_resolver("portal.urls.desk").url_patterns) if one.startswith("/desk/")})


@pytest.fixture
def case(unit: Unit, ayesha: User) -> Case:
    custody.new_worker_key()
    registry.seed()
    case = make_case(unit, links=("https://tiktok.example/1",), platforms=("tiktok",), wants_woman=True)
    reporter_consents(case, Consent.Act.ASK_PLATFORM)
    return change_status(case=case, to=Status.IN_REVIEW, by=ayesha)


@pytest.fixture
def sana(unit: Unit, ayesha: User) -> User:
    """May everything that needs the vault."""
    return make_member("Sana Malik", unit, role=Role.SUPERVISOR, is_woman=True)


@pytest.fixture
def places(unit: Unit, case: Case, ayesha: User, sana: User) -> dict[str, str]:
    hina = make_member("Hina", unit)
    walls.exclude(case=case, member=hina, cause=Exclusion.Cause.KNOWS, by=hina)
    channel = Channel.objects.filter(platform__slug="tiktok", kind="webform").earliest("pk")
    notice = Notice(escalation.new_reference(), ("https://tiktok.example/1",), (), "It is shared widely", "", "", False, "A")
    one = escalation.request(case=case, channel=channel, notice=notice, by=sana)
    told = Ask.objects.create(case=case, kind="contact", by=sana, at=timezone.now(), answered_at=timezone.now(), answer=b"")
    return {"<slug:ref>": case.ref, "<uuid:ask>": str(told.pk), "<int:channel>": str(channel.pk),
            "<slug:reference>": one.reference, "<uuid:wall>": str(Exclusion.objects.get().pk),
            "<uuid:member>": str(ayesha.pk), "<str:token>": "no-link", "<slug:authority>": "nccia"}


def at(address: str, places: dict[str, str]) -> str:
    for place, value in places.items():
        address = address.replace(place, value)
    return address


def hidden(page: HttpResponse) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.content.decode())
    return {name: html.unescape(value) for name, value in found}


def opened(browser: Client, asked: HttpResponse, member: User, monkeypatch: pytest.MonkeyPatch) -> HttpResponse:
    """The passphrase is typed on the page that asked for it. Argon2id is tested elsewhere."""
    monkeypatch.setattr("cases.vault.unseal.passphrases.unlock", lambda *_, **__: private_of(member))
    return browser.post("/desk/unlock/", hidden(asked) | {"passphrase": "five words"})


def rests_nowhere(typed: str) -> bool:
    """Neither in a session nor in the cache."""
    sessions = [row.get_decoded() for row in Session.objects.all()]
    return typed not in repr(sessions) and not any(typed.encode() in (kept or b"") for kept in in_redis())


def in_redis() -> list[bytes]:
    redis = cache._cache.get_client()
    return [redis.get(key) for key in redis.scan_iter() if redis.type(key) == b"string"]


# --- the vault locked itself between a page and its form ------------------------------------------------------------------
@pytest.fixture
def typed(places: dict[str, str], case: Case, unit: Unit) -> dict[str, object]:
    """Something for every form of the desk."""
    make_member("Amna", make_unit("children"), is_woman=True)
    rabia = make_member("Rabia", unit, keys=False)
    UnitKey.objects.filter(unit=unit).update(rotate_since=timezone.now())
    reason = f"{Exclusion.objects.get().pk.hex[:8]}-reason"
    return FIELDS | {"version": case.version, "unit": unit.pk, "member": rabia.pk, "ref": case.ref, reason: TYPED}


def test_no_form_of_the_desk_is_led_away_from_by_a_locked_vault(places, typed, sana):
    """A new view that needs the vault comes here by itself."""
    for address in DESK:
        with transaction.atomic():
            answer = signed_in(sana, unlocked=False).post(at(address, places), typed)
            transaction.set_rollback(True)
        assert address in ENDS or not answer.headers.get("Location", "").startswith("/desk/unlock/"), address
        assert address in WAITS or b"carried-" not in answer.content, address               # then it is tested below


@pytest.mark.parametrize("address", sorted(WAITS))
def test_what_takes_an_open_vault_waits_and_is_sent_afterwards(address, places, typed, unit, sana, monkeypatch):
    member = make_member("Bilal", unit) if address == GLASS else sana
    path, browser = at(address, places), signed_in(member, unlocked=False)
    others = {"transfer": {"unit": make_unit("children").pk}, "split": {"links": []}, "next": {"act": "end"}}
    other = next((each for part, each in others.items() if f"/{part}/" in address), {})
    asked = browser.post(path, typed | other)
    assert asked.status_code == 409
    assert "no-store" in asked["Cache-Control"]
    assert rests_nowhere(TYPED)
    again = opened(browser, asked, member, monkeypatch)
    assert f'action="{path}"' in again.content.decode()
    assert f'<pre class="typed" dir="auto">{TYPED}' in again.content.decode()
    done = browser.post(path, hidden(again))
    assert done.status_code == (200 if "contact" in address else 302), done.content.decode()       # which is shown once
    assert not done.headers.get("Location", "").startswith("/desk/unlock/")
    assert rests_nowhere(TYPED)


def test_the_note_that_waited_is_the_note_that_is_kept(case, sana, monkeypatch):
    browser, path = signed_in(sana, unlocked=False), f"/desk/case/{case.ref}/note/"
    typed = TYPED + "\n\n<b>and</b> “more” – پھر"
    again = opened(browser, browser.post(path, {"version": case.version, "text": typed}), sana, monkeypatch)
    browser.post(path, hidden(again))
    note = Note.objects.get()
    kept = envelope.open_blob(secrets_of(case).key, note.body, case=case.pk, field="note", record=note.pk).decode()
    assert kept.split() == typed.split()
    assert kept.count("\n") == 2


def test_a_wrong_passphrase_or_passkey_loses_nothing(case, sana):
    browser = signed_in(sana, unlocked=False)
    asked = browser.post(f"/desk/case/{case.ref}/note/", {"version": case.version, "text": TYPED})
    for guess in ({"passphrase": ""}, {"passphrase": "wrong words"}, {"credential": "{}", "prf": ""}):
        asked = browser.post("/desk/unlock/", hidden(asked) | guess)
        assert hidden(asked)["carried-text"] == TYPED
        assert hidden(asked)["next"] == f"/desk/case/{case.ref}/note/"
    assert not Note.objects.exists()


def test_who_holds_no_key_is_told_so_and_sends_it_when_a_colleague_handed_it_over(case, unit):
    zara = make_member("Zara", unit, keys=False, is_woman=True)
    browser, path = signed_in(zara), f"/desk/case/{case.ref}/note/"
    waits = browser.post(path, {"version": case.version, "text": TYPED})
    assert waits.status_code == 409
    assert "hand it to you" in waits.content.decode()
    assert TYPED in waits.content.decode()
    grant_unit(unit, zara)
    browser.post(path, hidden(waits))
    assert Note.objects.get().by == zara


def test_who_has_no_key_of_their_own_yet_can_copy_what_they_typed(case, unit):
    newcomer = make_member("Zara", unit, keys=False, is_woman=True)
    StaffKey.objects.filter(member=newcomer).delete()
    page = signed_in(newcomer, unlocked=False).post(f"/desk/case/{case.ref}/note/", {"version": case.version, "text": TYPED})
    assert f"{TYPED}</pre>" in page.content.decode()
    assert "You have no key yet" in page.content.decode()


# --- the session ended, or began anew -------------------------------------------------------------------------------------
@pytest.mark.parametrize("address", WRITES)
def test_what_is_sent_after_the_session_ended_waits_on_the_page(address, places):
    field = f"{Exclusion.objects.get().pk.hex[:8]}-reason" if "lift" in address else \
        {"write": "text", "note": "text", "filled": "their_reference"}.get(address.split("/")[-2], "reason")
    waits = Client().post(at(address, places), {field: TYPED})
    assert waits.status_code == 401
    assert f"{TYPED}</pre>" in waits.content.decode()
    assert hidden(waits)[field] == TYPED


def stale(member: User) -> tuple[Client, dict[str, str]]:
    """A browser in which the member signed in again, and the token of a page from before."""
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = signed_in(member).cookies
    browser.get("/desk/account/")
    token = browser.cookies["csrf"].value
    browser.handler.enforce_csrf_checks = False
    sign_in(browser, email=member.email)
    unlock(browser, member)
    browser.handler.enforce_csrf_checks = True
    return browser, {"csrfmiddlewaretoken": token}


def test_a_page_from_before_the_sign_in_is_sent_again_by_hand(case, sana, settings):
    settings.DEMO = True
    browser, token = stale(with_password(sana))
    path, ours = f"/desk/case/{case.ref}/note/", {"origin": "http://testserver"}
    waits = browser.post(path, token | {"version": case.version, "text": TYPED}, headers=ours)
    assert waits.status_code == 403
    assert f"{TYPED}</pre>" in waits.content.decode()
    assert not Note.objects.exists()
    browser.post(path, hidden(waits), headers=ours)
    assert Note.objects.get().by == sana


@pytest.mark.parametrize("headers", [{}, {"origin": "https://evil.example"}, {"origin": "null"},
                                     {"origin": "http://testserver", "sec-fetch-site": "cross-site"},
                                     {"origin": "http://testserver", "sec-fetch-site": "same-site"}])
def test_another_sites_form_is_offered_to_nobody(case, sana, settings, headers):
    settings.DEMO = True
    browser, token = stale(with_password(sana))
    refused = browser.post(f"/desk/case/{case.ref}/note/", token | {"version": case.version, "text": TYPED}, headers=headers)
    assert refused.status_code == 403
    assert TYPED not in refused.content.decode()


def test_a_colleague_who_signs_in_in_another_tab_uncovers_nothing(sana, ayesha):
    """Two who share a computer: the page of the first asks whether its vault is open, with the cookies of the second."""
    second = signed_in(ayesha)
    for ask in (second.get, second.post):
        assert ask(f"/desk/vault/state/?of={sana.pk}").json() == {"seconds": 0}
    assert second.get(f"/desk/vault/state/?of={ayesha.pk}").json()["seconds"] > 0
    assert f"?of={ayesha.pk}" in second.get("/desk/").content.decode()
