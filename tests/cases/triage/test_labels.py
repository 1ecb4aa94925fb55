"""Labels and the written language: owner, colleague, stranger; and what is noted by itself."""
import pytest

from cases.audit.models import Entry
from cases.models import Case, Label, Labelled
from cases.triage.labelling import NotOfTheUnit, add_label, make_label
from tests.factories.cases import make_case, make_member, make_unit, signed_in

pytestmark = pytest.mark.django_db
SETTINGS = "/desk/settings/labels/"


@pytest.fixture
def head(unit):
    return make_member("Sana Shah", unit, role="supervisor")


@pytest.fixture
def label(unit, head):
    return make_label(unit=unit, name_en="Court asks", name_ur="عدالت", by=head)


def test_a_label_is_put_on_shown_and_taken_off(client, case, label, bilal, stranger):
    address = f"/desk/case/{case.ref}/label/"
    assert client.post(address, {"label": label.pk}).headers["Location"].endswith("#labels")
    client.post(address, {"label": label.pk})                       # a second press changes nothing
    assert Labelled.objects.get(case=case).label == label
    assert "Court asks" in signed_in(bilal).get("/desk/").content.decode()
    assert "عدالت" in signed_in(bilal, language="ur").get(f"/desk/case/{case.ref}/").content.decode()
    assert signed_in(stranger).post(address, {"off": label.pk}).status_code == 404
    signed_in(bilal).post(address, {"off": label.pk})
    assert not Labelled.objects.exists()
    events = Entry.objects.filter(subject=str(case.pk), event__startswith="label_").values_list("event", flat=True)
    assert list(events.order_by("at")) == ["label_added", "label_removed"]


def test_only_labels_of_the_unit_that_are_in_use(client, case, unit, ayesha, head, label):
    other = make_label(unit=make_unit("children"), name_en="School", name_ur="سکول", by=head)
    everywhere = Label.objects.create(name_en="Media asks", name_ur="میڈیا")
    signed_in(head).post(f"{SETTINGS}{label.pk}/retire/")
    for wrong in (other.pk, label.pk, "x", ""):
        response = client.post(f"/desk/case/{case.ref}/label/", {"label": wrong})
        assert response.status_code == 400
        assert "labelform_label_error" in response.content.decode()
    with pytest.raises(NotOfTheUnit):
        add_label(case=case, label=other, by=ayesha)
    client.post(f"/desk/case/{case.ref}/label/", {"label": everywhere.pk})
    assert Labelled.objects.get().label == everywhere


def test_supervisors_keep_the_labels_of_their_units(unit, ayesha, head, stranger, label):
    theirs = make_label(unit=make_unit("children"), name_en="School", name_ur="سکول", by=head)
    browser = signed_in(head)
    assert "Court asks" in browser.get(SETTINGS).content.decode()
    assert "School" not in browser.get(SETTINGS).content.decode()
    assert browser.post(SETTINGS + "make/", {"name_en": "Media", "name_ur": "میڈیا", "unit": unit.pk}).status_code == 302
    twice = browser.post(SETTINGS + "make/", {"name_en": "MEDIA", "name_ur": "", "unit": unit.pk})
    assert twice.status_code == 400
    assert "There is a label of this name already." in twice.content.decode()
    name = label.pk.hex[:8]
    browser.post(f"{SETTINGS}{label.pk}/rename/", {f"{name}-name_en": "Court order", f"{name}-name_ur": "عدالتی حکم"})
    assert Label.objects.get(pk=label.pk).name_en == "Court order"
    refused = browser.post(f"{SETTINGS}{label.pk}/rename/", {f"{name}-name_en": "Media", f"{name}-name_ur": "x"})
    assert refused.status_code == 400
    browser.post(f"{SETTINGS}{label.pk}/retire/")
    assert Label.objects.get(pk=label.pk).retired_at
    browser.post(f"{SETTINGS}{label.pk}/retire/", {"again": "1"})
    assert not Label.objects.get(pk=label.pk).retired_at
    assert browser.post(f"{SETTINGS}{theirs.pk}/retire/").status_code == 404
    for member, status in ((ayesha, 403), (stranger, 403)):
        assert signed_in(member).get(SETTINGS).status_code == status
        assert signed_in(member).post(f"{SETTINGS}{label.pk}/retire/").status_code == status


def test_the_settings_list_what_the_member_may_set(ayesha, head):
    assert SETTINGS in signed_in(head).get("/desk/settings/").content.decode()
    assert SETTINGS not in signed_in(ayesha).get("/desk/settings/").content.decode()


# --- the written language ---------------------------------------------------------------------------------------------
def written(case: Case) -> str:
    return Case.objects.get(pk=case.pk).written_in


def test_the_first_act_of_somebody_who_opened_it_notes_the_language(client, unit, ayesha, bilal):
    case = make_case(unit, story="Ek larka mujhe blackmail kar raha hai, us ke paas meri tasveer hai")
    client.get(f"/desk/case/{case.ref}/")
    assert written(case) == ""                                      # a GET writes nothing
    signed_in(bilal, unlocked=False).post(f"/desk/case/{case.ref}/read/")
    assert written(case) == ""                                      # nobody has opened it
    client.post(f"/desk/case/{case.ref}/hand/", {"me": "1", "version": 1})
    assert written(case) == "roman_ur"
    assert Entry.objects.get(event="language_noted").actor == "system"
    assert Entry.objects.filter(event="answers_read").count() == 1  # opened once for the language and the traces
    client.post(f"/desk/case/{case.ref}/read/")
    assert Entry.objects.filter(event="language_noted").count() == 1


def test_taking_several_notes_each_language(client, unit):
    one, two = make_case(unit, story="هغه زما عکسونه په فیسبوک کې خپاره کړي دي"), make_case(unit, story="میری تصویر لگا دی ہے")
    client.post("/desk/bulk/", {"go": "take", "ref": [one.ref, two.ref]})
    assert (written(one), written(two)) == ("ps", "ur")


def test_a_member_knows_better(client, case, stranger):
    address = f"/desk/case/{case.ref}/written/"
    client.post(address, {"written_in": "sd"})
    assert written(case) == "sd"
    client.post(f"/desk/case/{case.ref}/hand/", {"me": "1", "version": 1})
    assert written(case) == "sd"
    for wrong in ("", "fr"):
        assert client.post(address, {"written_in": wrong}).status_code == 400
    assert signed_in(stranger).post(address, {"written_in": "en"}).status_code == 404
    noted = Entry.objects.filter(event="language_noted").order_by("at").last()
    assert noted.details == {"language": "sd"}
