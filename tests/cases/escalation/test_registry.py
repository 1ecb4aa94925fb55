"""The book that ships: complete, in two languages, honest about its dates, and no instrument against speech."""
import re
from datetime import date
from pathlib import Path

import pyrage
import pytest
from django.db import IntegrityError
from django.db.transaction import atomic
from django.utils import timezone

from cases.audit.models import Entry
from cases.escalation import registry
from cases.escalation.models import Authority, Change, Channel, Element, LegalBasis, Platform
from cases.escalation.notices import LAW
from cases.escalation.registry import book, checks
from cases.escalation.registry.changes import (
    NotYours,
    Outdated,
    Settled,
    Step,
    approve,
    diff,
    propose,
    refuse,
    take_back,
    verify,
)
from cases.escalation.registry.entries import key_of, rows, whole
from cases.priority import Harm
from cases.referral import package
from tests.factories.cases import make_member, make_unit

pytestmark = pytest.mark.django_db
SPEECH = re.compile(r"26.?A|\b37\b|\b295|\b298|\b124-?A\b|\b500\b|\b9\b|\b10\b|\b11\b", re.IGNORECASE)


def test_the_first_registry_is_whole_and_keeps_what_the_ministry_changed():
    added = registry.seed()
    assert added == Platform.objects.count() == 21
    Platform.objects.filter(slug="tiktok").update(policy_en="Ours")
    assert registry.seed() == 0
    assert Platform.objects.get(slug="tiktok").policy == "Ours"
    for model in (Platform, Authority, LegalBasis):
        for one in model.objects.all():
            assert all([one.name_en, one.name_ur, one.source]), one
    assert {one.kind for one in Authority.objects.all()} == {"regulator", "police", "child_protection", "hotline"}
    elsewhere = Platform.objects.exclude(pk__in=Platform.objects.places())
    assert [(one.slug, one.kind) for one in elsewhere] == [
        ("cloudflare", "host"), ("aws", "host"), ("godaddy", "registrar"), ("namecheap", "registrar")]
    text = (Path(registry.__file__).parent / "book.yaml").read_text()
    assert diff(rows(), book.read(text)) == [          # what ships passes its own checks, and is what was seeded
        Step("platform:tiktok", "policy_en", "Ours", "Community Guidelines: adult sexual abuse; harassment and bullying")]
    harms, elements = set(Harm), set(Element)
    for one in [*Authority.objects.all(), *LegalBasis.objects.all(), *Channel.objects.all()]:
        asked = getattr(one, "elements", None) or getattr(one, "requires", [])
        assert set(one.harms) <= harms, one
        assert set(asked) <= elements, one


def test_the_platforms_own_rules_come_before_any_law_and_pakistans_need_them():
    registry.seed()
    facebook = Platform.objects.get(slug="facebook")
    assert [one.slug for one in registry.bases_for(facebook, Harm.INTIMATE_IMAGES, child=False)] == [
        "own-rules", "take-it-down-act", "dsa-16", "peca-21"]
    assert "peca-22" in [one.slug for one in registry.bases_for(facebook, Harm.INTIMATE_IMAGES, child=True)]
    assert LegalBasis.objects.get(slug="take-it-down-act").hours == 48
    assert all(Element.POLICY in one.elements for one in LegalBasis.objects.filter(jurisdiction="PK"))


def test_nothing_in_the_registry_polices_speech():
    registry.seed()
    cited = [one.citation for one in LegalBasis.objects.filter(jurisdiction="PK")] + list(LAW.values())
    assert cited
    assert not [law for law in cited if SPEECH.search(law.replace("2016", ""))]
    assert not LegalBasis.objects.filter(jurisdiction="PK", harms=[]).exists()         # each only for what it is about
    assert not any({"blasphemy_accusation", "other", "outing"} & set(one.harms) for one in LegalBasis.objects.all())


def test_what_nobody_verified_for_a_quarter_is_stale():
    registry.seed()
    today = timezone.localdate()
    Channel.objects.update(last_verified_at=today)
    first, second = Channel.objects.all()[:2]
    Channel.objects.filter(pk=first.pk).update(last_verified_at=date(2020, 1, 1))
    Channel.objects.filter(pk=second.pk).update(last_verified_at=None)
    assert registry.stale(today) == [second, first]
    Platform.objects.filter(pk=first.platform_id).update(retired_at=today)
    assert first not in registry.stale(today)


@pytest.fixture
def heads(db):
    registry.seed()
    return make_member("Asad Mir", role="administrator"), make_member("Hina Gul", role="administrator")


def test_an_address_is_changed_by_two_people_and_all_else_by_one(heads):
    asad, hina = heads
    mail = "channel:tiktok:email:Legal notices by mail"
    changed = diff(rows(), {"platform:tiktok": {"policy_en": "Rule 9", "order": 41}})
    assert propose(steps=changed, why="their page", by=asad).state == "applied"
    assert Platform.objects.get(slug="tiktok").policy_en == "Rule 9"
    change = propose(steps=diff(rows(), {mail: {"address": "thief@example.org"}}), why="they wrote", by=asad)
    assert (change.state, Channel.objects.filter(address="thief@example.org").count()) == ("proposed", 0)
    for nobody in (asad, make_member("Ayesha", make_unit())):
        with pytest.raises(NotYours):
            approve(change=change, by=nobody)
    assert refuse(change=change, answer="They did not.", by=hina).state == "refused"
    with pytest.raises(Settled):
        approve(change=change, by=hina)
    first, second = (propose(steps=diff(rows(), {mail: {"address": to}}), why="x", by=asad)
                     for to in ("a@tiktok.com", "b@tiktok.com"))
    assert approve(change=first, by=hina).decided_by == hina
    with pytest.raises(Outdated):                   # it was about another address than the one that is there now
        approve(change=second, by=hina)
    assert take_back(change=second, by=asad).state == "withdrawn"
    assert Channel.objects.get(platform__slug="tiktok", kind="email").address == "a@tiktok.com"
    assert set(Entry.objects.filter(event__startswith="registry_").values_list("event", flat=True)) == {
        "registry_proposed", "registry_applied", "registry_refused", "registry_withdrawn"}
    with pytest.raises(IntegrityError), atomic():   # nor does a bug of ours apply it alone
        Change.objects.filter(pk=change.pk).update(state="applied", decided_by=asad)


def test_verifying_sets_the_date_and_nothing_else(heads):
    today = timezone.localdate()
    before = rows()
    verify(key="authority:nccia", source="called them", by=heads[0], today=today)
    assert diff(before, rows()) == [
        Step("authority:nccia", "source", before["authority:nccia"]["source"], "called them"),
        Step("authority:nccia", "last_verified_at", None, today.isoformat())]
    assert "authority:nccia" not in [key_of(one) for one in registry.due(today)]
    with pytest.raises(NotYours):
        verify(key="authority:nccia", source="", by=make_member("Sana", make_unit(), role="supervisor"), today=today)


def test_the_file_comes_back_as_it_went(heads):
    assert diff(rows(), book.read(book.write())) == []
    new = """version: 1
platforms:
- slug: example
  name: {en: Example, ur: مثال}
  bases: [own-rules]
  source: https://example.org/rules
  channels:
  - {kind: email, label: {en: "Desk: abuse", ur: ڈیسک}, address: abuse@example.org, source: page, last_verified_at: 2026-11-01}
- {slug: tiktok, stopncii: false}
"""
    steps = diff(rows(), book.read(new))
    assert [(each.key, each.field) for each in steps] == [
        ("platform:example", ""), ("platform:tiktok", "in_stopncii"), ("channel:example:email:Desk: abuse", "")]
    approve(change=propose(steps=steps, why="new", by=heads[0], review=True), by=heads[1])
    assert rows()["channel:example:email:Desk: abuse"]["last_verified_at"] == "2026-11-01"
    assert rows()["platform:example"]["bases"] == ["own-rules"]
    assert diff(rows(), book.read(new)) == []


WRONG = [
    ("bases: [{slug: fake-news, name: {en: News, ur: خبر}, citation: PECA s. 26-A, jurisdiction: PK, source: x}]", "citation"),
    ("bases: [{slug: peca-16, citation: 'PECA 2016 s. 16, 37'}]", "citation"),
    ("bases: [{slug: peca-16, citation: 'PPC s. ۲۹۵-C'}]", "citation"),
    ("bases: [{slug: peca-16, name: {ur: توہینِ مذہب}}]", "citation"),
    ("bases: [{slug: peca-16, harms: []}]", "harms"),
    ("bases: [{slug: peca-16, elements: [location]}]", "elements"),
    ("platforms: [{slug: x, domains: [https://x.com]}]", "domains"),
    ("platforms: [{slug: x, kind: church}]", "kind"),
    ("platforms: [{slug: x, name: {en: [x]}}]", "name_en"),
    ("platforms: [{slug: x, last_verified_at: 2999-01-01}]", "last_verified_at"),
    ("platforms: [{slug: x, channels: [{kind: email, label: {en: A, ur: ا}, address: nobody, source: x}]}]", "address"),
    ("platforms: [{slug: x, channels: [{kind: webform, label: {en: A, ur: ا}, address: 'http://x.com', source: x}]}]", "address"),
    ("authorities: [{slug: nccia, phone: ''}]", "email"),
    ("authorities: [{slug: nccia, public_key: secret}]", "public_key"),
    ("authorities: [{slug: Nobody There}]", ""),
    ("platforms: [{slug: x, colour: red}]", ""),
    ("a: &a [x]\nb: [*a, *a]", ""),
    ("platforms: [", ""),
    ("!!python/object/apply:os.system [true]", ""),
    ("version: 2", ""),
]


def test_what_is_wrong_in_a_file_is_said_where_it_is(heads):
    for text, field in WRONG:
        with pytest.raises(book.Refused) as refused:
            book.read(text if text.startswith(("!!", "version")) else f"version: 1\n{text}")
        assert refused.value.wrong, text
        assert any(where.endswith(f" {field}") for where, _message in refused.value.wrong) or not field, text


def test_a_key_is_one_that_a_package_can_be_sealed_to():
    key = str(pyrage.x25519.Identity.generate().to_public())
    wrong = [key[:-1], key + "q", key[:20] + ("q" if key[20] != "q" else "p") + key[21:], "age1" + "q" * 58, "ssh-ed25519 AAAA"]
    for text in [key, *wrong]:
        row = whole("authority:nccia", {"name_en": "NCCIA", "name_ur": "این سی سی آئی اے", "email": "a@example.org",
                                        "kind": "police", "source": "their page", "public_key": text})
        found = checks.problems("authority:nccia", row, known={"authority:nccia"})
        assert ("public_key" in found) == (text in wrong), text
        if text in wrong:
            with pytest.raises(package.BadKey):
                package.recipient(text)
        else:
            assert package.recipient(text)
