"""Naming colleagues in a note: who is meant by an @, who is told, and who cannot be."""
import pytest

from cases.models import Case, Exclusion
from cases.notifications.models import News
from cases.triage import mentions, walls
from cases.triage.models import Mention, Note
from portal.accounts.models import User
from tests.factories.cases import make_case, make_member, signed_in

PEOPLE = [User(name=name) for name in ("Ayesha Khan", "Ayesha Malik", "Bilal Raza", "ثنا ملک", "")]


@pytest.mark.parametrize(("text", "names"), [
    ("@Bilal please look", ["Bilal Raza"]), ("@bilal raza, please", ["Bilal Raza"]), ("@Ayesha please", []),
    ("@Ayesha Malik and @BILAL: look. @bilal!", ["Ayesha Malik", "Bilal Raza"]), ("@ثنا ملک دیکھیں", ["ثنا ملک"]),
    ("@ثنا،", ["ثنا ملک"]), ("his account is @bilal.actor", []), ("@bilalraza99 or bilal@example.org", []),
    ("write to x@bilal", []), ("", []), ("@", []), ("@stranger", []),
])
def test_who_is_named(text, names):
    assert [person.name for person in mentions.named_in(text, PEOPLE)] == names


def test_nobody_is_named_where_nobody_is():
    assert mentions.named_in("@Bilal", []) == []


def note(member: object, case: Case, text: str, **fields: object) -> str:
    client = signed_in(member)
    assert client.post(f"/desk/case/{case.ref}/note/", {"version": 1, "text": text, **fields}).status_code == 302
    return client.get(f"/desk/case/{case.ref}/").content.decode()


@pytest.mark.django_db
def test_who_is_named_is_told_once_and_the_note_says_so(ayesha, bilal, case):
    page = note(ayesha, case, "@Bilal and @Ayesha: look", tell=[str(bilal.pk)])
    assert [(row.member, row.occasion, row.case) for row in News.objects.all()] == [(bilal, "mention", case)]
    assert Mention.objects.get().member == bilal
    assert "<bdi>Bilal Raza</bdi>" in page[page.index("Told:"):]
    assert case.ref in signed_in(bilal).get("/desk/news/").content.decode()


@pytest.mark.django_db
def test_nobody_behind_a_wall_of_another_unit_or_without_the_right_can_be_named(ayesha, unit, case, stranger):
    walled, editor = make_member("Omar", unit), make_member("Editor", unit, role="campaign_editor")
    man, wished = make_member("Danish", unit), make_case(unit, wants_woman=True)
    woman = make_member("Hina", unit, is_woman=True)
    walls.exclude(case=case, member=walled, cause=Exclusion.Cause.KNOWS, by=walled)
    page = note(ayesha, case, "@Omar @Editor @Sana Malik")
    note(woman, wished, "@Danish")
    assert "Omar" not in page.partition('id="note"')[2].partition("</form>")[0]
    response = signed_in(ayesha).post(f"/desk/case/{case.ref}/note/", {"version": 1, "text": "x", "tell": [str(walled.pk)]})
    assert response.status_code == 400
    assert Note.objects.count() == 2
    assert not News.objects.filter(member__in=[walled, editor, man, stranger]).exists()
    assert not Mention.objects.exists()


@pytest.mark.django_db
def test_who_is_walled_off_meanwhile_is_left_out(ayesha, bilal, case):
    walls.exclude(case=case, member=bilal, cause=Exclusion.Cause.KNOWS, by=bilal)
    kept = mentions.note(case=case, note_id=Note().pk, body=b"", named=[bilal], by=ayesha)
    assert not kept.mentions.exists()
    assert not News.objects.filter(member=bilal, occasion="mention").exists()
