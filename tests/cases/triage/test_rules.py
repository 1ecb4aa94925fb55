"""Priority: rules as data, overrides with reasons, facts put right; a child's never by one person alone."""
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from cases import urgency
from cases.audit.models import Entry
from cases.clock.models import PriorityRule
from cases.escalation import registry
from cases.hashing.fingerprint import Fingerprint
from cases.hashing.models import ListEntry
from cases.hashing.services import match, store
from cases.models import Case
from cases.notifications.models import Notification
from cases.outbox.models import Job
from cases.priority import AgeBand, Conditions, Danger, Facts, Harm, Level, Seen
from cases.services import raise_priority, set_priority, settle_priority
from cases.triage import correcting, rules
from cases.triage.models import Correction
from portal.accounts.models import User
from tests.factories.cases import make_case, make_member, signed_in
from tests.factories.lists import publish
from tests.fixtures.roles import acting_as

RULES = "/desk/settings/priority/"
REASON = "She told me on the phone that she is sixteen."
TWITCH = {"name_en": "Streams", "name_ur": "براہِ راست نشریات", "level": "2", "platform": ["tiktok"], "harm": ["bullying"]}


@pytest.fixture
def head(unit) -> User:
    return make_member("Nadia Aslam", unit, role="supervisor")


@pytest.fixture
def boss(head) -> Client:
    return signed_in(head)


def own(when: Conditions, level: Level = Level.P2, code: str = "", *, by: User, off: bool = False) -> PriorityRule:
    return rules.set_rule(code=code, names=("Ours", "ہمارا"), level=level, when=when, off=off, by=by)


def rule_of(case: Case) -> tuple[int, str]:
    fresh = Case.objects.get(pk=case.pk)
    return fresh.priority, fresh.priority_rule


def page(client: Client, case: Case) -> str:
    return client.get(f"/desk/case/{case.ref}/").content.decode()


# --- rules ------------------------------------------------------------------------------------------------------------
def test_a_rule_of_the_ministrys_own_rates_what_comes_in_and_is_named(unit, head, client):
    row = own(Conditions.read({"harm": ["bullying"], "platform": ["tiktok"]}), by=head)
    case, other = make_case(unit, harm=Harm.BULLYING, platforms=("tiktok",)), make_case(unit, harm=Harm.BULLYING)
    assert rule_of(case) == (2, row.code)
    assert rule_of(other) == (4, "other")
    assert "Ours" in page(client, case)
    assert "Ours" in client.get("/desk/").content.decode()
    own(Conditions(), code=row.code, by=head, off=True)
    assert rule_of(make_case(unit, harm=Harm.BULLYING, platforms=("tiktok",))) == (4, "other")
    assert "Ours" in page(client, case)                 # what counted then is still named
    assert PriorityRule.objects.filter(code=row.code, ended_at=None).count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        PriorityRule.objects.create(code=row.code, level=1, since=timezone.now())


def test_a_rule_of_the_code_is_replaced_and_danger_to_life_is_not(unit, head):
    own(Conditions.read({"harm": ["sextortion"]}), Level.P1, "sextortion", by=head)
    assert rule_of(make_case(unit, harm=Harm.SEXTORTION)) == (1, "sextortion")
    with pytest.raises(rules.Fixed):
        own(Conditions(), Level.P4, "life", by=head)
    PriorityRule.objects.create(code="life", level=4, conditions={}, off=True, since=timezone.now())        # past the door
    assert rule_of(make_case(unit, dangers=[Danger.LIFE])) == (1, "life")


def test_what_is_known_of_pictures_can_weigh_otherwise(unit, head, ayesha):
    case = make_case(unit, harm=Harm.BULLYING)
    own(Conditions.read({"seen": ["seen"]}), Level.P1, "seen", by=head)
    assert raise_priority(case=case, seen=Seen(cases=1))
    assert rule_of(case) == (1, "seen")
    row = own(Conditions.read({"seen": ["listed"], "harm": ["bullying"]}), Level.P1, by=head)
    assert urgency.book().seen(row.code) == {"listed"}
    settle_priority(case=case, seen=Seen(listed=True), by=ayesha)
    assert rule_of(case) == (1, row.code)
    settle_priority(case=case, seen=Seen(), by=ayesha)
    assert rule_of(case) == (4, "other")


def test_the_public_rates_by_the_same_rules(unit, head):
    """Under its own database role, which sees no staff."""
    own(Conditions.read({"harm": ["bullying"]}), by=head)
    with acting_as("public"):
        assert len(urgency.rules()) == len(urgency.OF_THE_CODE) + 1


def test_supervisors_try_a_rule_before_they_set_it(unit, head, boss, client):
    registry.seed()
    for _ in range(3):
        make_case(unit, harm=Harm.BULLYING, platforms=("tiktok",))
    old, by_hand = (make_case(unit, harm=Harm.BULLYING, platforms=("tiktok",)) for _ in range(2))
    Case.objects.filter(pk=old.pk).update(opened_at=timezone.now() - timedelta(days=31))
    set_priority(case=by_hand, level=Level.P1, by=head)
    assert client.get(RULES).status_code == client.post(f"{RULES}new/", TWITCH).status_code == 403
    tried = boss.post(f"{RULES}new/", TWITCH | {"try": "1"})
    assert tried.context["tried"] == 3
    assert [(shift.was, shift.to, shift.count) for shift in tried.context["shifts"]] == [(Level.P4, Level.P2, 3)]
    assert not PriorityRule.objects.exists()
    assert not Entry.objects.filter(event="rule_set").exists()
    assert "Streams" in tried.content.decode()          # nothing typed is lost
    assert boss.post(f"{RULES}new/", TWITCH).status_code == 302
    row = PriorityRule.objects.get()
    assert row.conditions == {"harm": ["bullying"], "platform": ["tiktok"]}
    said = Entry.objects.get(event="rule_set")
    assert said.details == {"rule": row.code, "level": 2, "off": False}
    listed = boss.get(RULES).content.decode()
    assert "Streams" in listed
    assert f"{RULES}life/" not in listed
    again = boss.get(f"{RULES}{row.code}/")
    assert 'value="براہِ راست نشریات"' in again.content.decode()
    assert rule_of(old) == (4, "other")                 # open cases keep theirs until something new is known


@pytest.mark.parametrize(("code", "sent", "status"), [
    ("life", {}, 404), ("nothing", {}, 404), ("new", {"name_en": "x", "name_ur": "x", "level": "2"}, 400),
    ("new", TWITCH | {"name_ur": ""}, 400), ("new", TWITCH | {"harm": ["murder"]}, 400), ("new", TWITCH | {"level": "0"}, 400),
    ("sextortion", {"name_en": "S", "name_ur": "S", "level": "3", "harm": ["sextortion"]}, 302),
    ("seen", {"name_en": "S", "name_ur": "S", "level": "4", "harm": ["sextortion"]}, 302)])
def test_what_can_be_made_of_a_rule(boss, code, sent, status):
    assert boss.post(f"{RULES}{code}/", sent).status_code == status
    if code == "seen":
        assert PriorityRule.objects.get().conditions == {"seen": ["seen"]}


# --- why, and by hand -------------------------------------------------------------------------------------------------
def test_the_page_says_which_rule_fired_and_which_others_hold(unit, client):
    shown = page(client, make_case(unit, harm=Harm.SEXTORTION, dangers=[Danger.LIFE, Danger.DEADLINE]))
    assert "Danger to life" in shown
    assert [name in shown for name in ("Live blackmail with pictures", "A demand with a deadline", "Pictures of an adult online")]
    assert "Live blackmail" not in page(client, make_case(unit, harm=Harm.BULLYING))


def test_an_override_needs_a_reason_which_is_sealed(case, client, ayesha):
    sent = {"level": "1", "version": case.version}
    refused = client.post(f"/desk/case/{case.ref}/priority/", sent)
    assert refused.status_code == 400
    assert rule_of(case)[0] == 3
    same = client.post(f"/desk/case/{case.ref}/priority/", sent | {"level": "3", "reason": REASON})
    assert "has this priority already" in same.content.decode()
    assert client.post(f"/desk/case/{case.ref}/priority/", sent | {"reason": REASON}).status_code == 302
    row = Correction.objects.get()
    assert (row.was, row.now, row.by, bool(row.applied_at)) == ({"priority": 3}, {"priority": 1}, ayesha, True)
    assert b"sixteen" not in bytes(row.reason)
    shown = page(client, case)
    assert REASON in shown
    assert "Normal → Urgent" in shown
    assert REASON not in page(signed_in(ayesha, unlocked=False), case)


# --- facts ------------------------------------------------------------------------------------------------------------
def facts_form(case: Case, **changes: object) -> dict[str, object]:
    return {"version": Case.objects.get(pk=case.pk).version, "harm": case.harm, "age_now": case.age_band,
            "age_then": case.age_band_then, "dangers": case.dangers, "platforms": case.platforms, "reason": REASON, **changes}


def put_right(client: Client, case: Case, **changes: object):
    return client.post(f"/desk/case/{case.ref}/facts/", facts_form(case, **changes))


def test_an_age_put_right_makes_it_a_childs_case_at_once(unit, case, client, ayesha, stranger):
    assert put_right(client, case).status_code == 400                       # nothing differs
    assert put_right(client, case, age_now="16_17", reason="short").status_code == 400
    assert put_right(client, case, age_now="16_17", version=99).status_code == 409
    assert put_right(signed_in(stranger), case, age_now="16_17").status_code == 404
    assert put_right(client, case, age_now="16_17").status_code == 302
    fresh = Case.objects.get(pk=case.pk)
    assert (fresh.child, fresh.age_band, fresh.priority, fresh.priority_rule) == (True, "16_17", 2, "child_imagery")
    assert fresh.due_at < case.due_at
    asked = set(Job.objects.values_list("task", flat=True))
    assert {"hashing.guard_same", "hashing.rise_others", "notifications.urgent"} <= asked
    assert "18 or older → 16 or 17" in page(client, case)
    assert "child protection unit" in client.get(f"/desk/case/{case.ref}/facts/").content.decode()
    assert Entry.objects.get(event="facts_corrected").details == {"rule": "child_imagery", "to": 2, "child": True}


def test_its_pictures_leave_the_adults_list_in_the_same_moment(unit, client):
    case = make_case(unit)
    store(case=case, fingerprints=[Fingerprint(1, "5" * 64, 90, "a" * 64, "b" * 32)])
    match(case_id=case.pk)
    publish(case)
    assert ListEntry.objects.filter(state="active").exists()
    assert put_right(client, case, age_now="13_15").status_code == 302
    assert not ListEntry.objects.filter(state="active").exists()


def test_a_child_is_not_unset_by_one_person_alone(unit, client, head, boss, ayesha, bilal):
    case = make_case(unit, age_now=15)
    assert put_right(client, case, age_now="adult", harm="doxxing").status_code == 302
    row = Correction.objects.get()
    assert Case.objects.get(pk=case.pk).child
    assert row.applied_at is None
    assert list(Notification.objects.filter(occasion="second").values_list("member", flat=True)) == [head.pk]
    assert put_right(client, case, age_now="unknown").status_code == 409     # that one first
    address = f"/desk/case/{case.ref}/facts/{row.pk}/"
    for who in (client, signed_in(bilal)):
        assert who.post(address, {"act": "agree"}).status_code == 403
    assert signed_in(bilal).post(address, {"act": "drop"}).status_code == 403
    assert "I looked, and agree" in boss.get(f"/desk/case/{case.ref}/facts/").content.decode()
    assert boss.post(address, {"act": "agree"}).status_code == 302
    fresh = Case.objects.get(pk=case.pk)
    assert (fresh.child, fresh.harm, fresh.age_band, fresh.priority) == (False, "doxxing", "adult", 3)
    assert boss.post(address, {"act": "agree"}).status_code == 403           # once


def test_a_supervisor_needs_another_one_too_and_it_can_be_taken_back(unit, head, boss):
    case = make_case(unit, age_now=15)
    put_right(boss, case, age_now="adult")
    row = Correction.objects.get()
    address = f"/desk/case/{case.ref}/facts/{row.pk}/"
    assert boss.post(address, {"act": "agree"}).status_code == 403
    assert boss.post(address, {"act": "drop"}).status_code == 302
    assert Case.objects.get(pk=case.pk).child
    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.filter(pk=row.pk).update(agreed_by=head)


def test_a_hand_holds_until_something_more_urgent_is_known(unit, ayesha):
    case = make_case(unit)
    set_priority(case=case, level=Level.P4, by=ayesha)
    facts = Facts(Harm.INTIMATE_IMAGES, AgeBand.ADULT, platforms=frozenset({"tiktok"}))
    correcting.correct(case=case, facts=facts, row=Correction().pk, reason=b"sealed", by=ayesha)
    assert rule_of(case) == (4, "by_hand")
    danger = Facts(Harm.INTIMATE_IMAGES, AgeBand.ADULT, dangers=frozenset({Danger.LIFE}))
    correcting.correct(case=case, facts=danger, row=Correction().pk, reason=b"sealed", by=ayesha)
    assert rule_of(case) == (1, "life")
    assert Case.objects.get(pk=case.pk).hand_priority is None
