"""Saved views: own and shared, in the member's order; a colleague's own does not exist for others."""
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.audit.models import Entry
from cases.triage import saved
from cases.triage.labelling import make_label, retire_label
from cases.triage.models import SavedView
from cases.units.services import join_unit
from tests.factories.cases import make_case, make_member, make_unit, signed_in

pytestmark = pytest.mark.django_db
VIEWS, SAVE = "/desk/views/", "/desk/views/save/"


def keep(member, name="Children", unit=None, **params: str) -> SavedView:
    return saved.save_view(view=SavedView(owner_id=member.pk), unit=unit, name_en=name, name_ur="", params=params, by=member)


def tabs(browser) -> list[str]:
    return [str(tab.name) for tab in browser.get("/desk/").context["tabs"]][8:]


def test_what_the_queue_shows_becomes_a_view_with_its_count(client, unit, ayesha, case):
    make_case(unit, age_now=15)
    page = client.get("/desk/?child=on")
    assert f"{SAVE}?child=on" in page.content.decode()
    form = client.get(f"{SAVE}?child=on&after=x")
    assert form.context["found"].words == "Under 18"
    sent = {"filter": form.context["form"]["filter"].value(), "name_ur": "بچے", "unit": ""}
    assert client.post(SAVE, sent).headers["Location"] == "/desk/?child=on"
    tab = client.get("/desk/?child=on").context["tabs"][-1]
    assert (tab.name, tab.address, tab.count, tab.here) == ("بچے", "?child=on", 1, True)
    assert not Entry.objects.filter(event__startswith="view_").exists()         # nobody else's business


def test_bad_forms_lose_nothing(client, ayesha):
    nameless = client.post(SAVE, {"filter": "child=on", "unit": ""})
    assert nameless.status_code == 400
    assert "Give it a name" in nameless.content.decode()
    assert 'value="child=on"' in nameless.content.decode()
    unreadable = client.post(SAVE, {"filter": "child=maybe&x=1", "name_en": "X"})
    assert unreadable.status_code == 400
    assert "This filter cannot be read" in unreadable.content.decode()
    assert client.post(SAVE, {"filter": "", "name_en": "X", "unit": str(make_unit("children").pk)}).status_code == 400
    assert not SavedView.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedView.objects.create(owner=ayesha, params={}, at="2026-01-01T00:00Z")


def test_own_is_own_and_shared_is_the_units(unit, ayesha, bilal, stranger):
    own, shared = keep(ayesha, "Mine"), keep(ayesha, "Ours", unit=unit, assignee="me")
    head = make_member("Sana Shah", unit, role="supervisor")
    assert tabs(signed_in(ayesha)) == ["Mine", "Ours"]
    assert tabs(signed_in(bilal)) == ["Ours"]
    assert tabs(signed_in(stranger)) == []
    asked = [(bilal, own, 404), (stranger, shared, 404), (bilal, shared, 404), (head, own, 404), (head, shared, 200),
             (ayesha, own, 200)]
    for member, view, status in asked:
        assert signed_in(member).get(f"{VIEWS}{view.pk}/").status_code == status, (member, view)
    for view in (own, shared):
        assert signed_in(bilal).post(f"{VIEWS}{view.pk}/drop/").status_code == 404
    assert signed_in(head).post(f"{VIEWS}{shared.pk}/", {"name_en": "Everybody's own", "unit": str(unit.pk)}).status_code == 302
    shared.refresh_from_db()
    assert (shared.name_en, shared.params, shared.owner) == ("Everybody's own", {"assignee": "me"}, ayesha)
    assert signed_in(ayesha).post(f"{VIEWS}{shared.pk}/drop/").status_code == 302
    events = Entry.objects.filter(event__startswith="view_").order_by("at").values_list("event", "subject")
    assert list(events) == [("view_shared", str(unit.pk))] * 2 + [("view_unshared", str(unit.pk))]


def test_each_member_has_an_order_of_their_own(unit, ayesha, bilal):
    one, two, three = (keep(ayesha, name, unit=unit) for name in ("One", "Two", "Three"))
    browser = signed_in(ayesha)
    browser.post(f"{VIEWS}{three.pk}/move/")
    browser.post(f"{VIEWS}{one.pk}/move/", {"down": "1"})
    assert tabs(browser) == ["Three", "One", "Two"]
    browser.post(f"{VIEWS}{three.pk}/move/")                # at the top already
    two.delete()
    keep(ayesha, "Four")
    assert tabs(browser) == ["Three", "One", "Four"]
    assert tabs(signed_in(bilal)) == ["One", "Three"]
    assert signed_in(make_member("Omar", make_unit("children"))).post(f"{VIEWS}{one.pk}/move/").status_code == 404


def test_a_view_whose_filter_has_gone_says_so_and_is_mended(client, unit, ayesha):
    case, label = make_case(unit), make_label(unit=unit, name_en="Court", name_ur="عدالت", by=ayesha)
    view = keep(ayesha, "Court", label=str(label.pk))
    retire_label(label=label, by=ayesha)
    tab = client.get("/desk/").context["tabs"][-1]
    assert (tab.name, tab.count) == ("Court", None)
    there = client.get("/desk/" + tab.address)
    assert there.status_code == 400
    assert 'id="label_error"' in there.content.decode()
    assert case.ref not in there.content.decode()
    assert "This label is no longer in use" in client.get(VIEWS).content.decode()
    client.post(SAVE, {"filter": "unread=on", "replaces": str(view.pk), "unit": "", "name_en": "", "name_ur": ""})
    view.refresh_from_db()
    assert (view.name_en, view.params) == ("Court", {"unread": "on"})


def test_a_shared_view_shows_nobody_more_than_their_own_cases(unit, ayesha, bilal):
    children = make_unit("children")
    join_unit(unit=children, member=ayesha, by=None)
    theirs = make_case(children)
    keep(ayesha, "Both", unit=unit)
    SavedView.objects.create(owner=ayesha, unit=unit, name_en="Theirs", params={"unit": str(children.pk)}, at=timezone.now())
    browser = signed_in(bilal)
    assert [tab.count for tab in browser.get("/desk/").context["tabs"][8:]] == [0, None]        # the other unit is not his
    assert theirs.ref not in browser.get(f"/desk/?unit={children.pk}").content.decode()


def test_there_is_an_end_to_them(client, ayesha, unit, monkeypatch):
    monkeypatch.setattr(saved, "AT_MOST", 2)
    for number in range(2):
        keep(ayesha, f"View {number}")
    refused = client.post(SAVE, {"filter": "", "name_en": "One more", "unit": ""})
    assert refused.status_code == 400
    assert "remove one first" in refused.content.decode()
    assert client.post(SAVE, {"filter": "", "name_en": "One more", "unit": str(unit.pk)}).status_code == 302


def test_columns_are_each_members_choice(client, case, bilal):
    client.post(f"{VIEWS}columns/", {"columns": ["unit", "platforms", "written"]})
    page = client.get("/desk/").content.decode()
    assert 'class="c-more">Facebook' in page or 'class="c-more">facebook' in page
    assert 'class="c-pri"' not in page
    assert 'class="c-pri"' in signed_in(bilal).get("/desk/").content.decode()
    assert client.post(f"{VIEWS}columns/", {"columns": ["salary"]}).status_code == 400
    client.post(f"{VIEWS}columns/")
    assert 'class="c-pri"' in client.get("/desk/").content.decode()
