import ast
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils.translation import override

from cases.audit.models import Entry
from cases.audit.presenters import SENTENCES, people, sentence
from cases.audit.services import actor, record


@pytest.mark.parametrize("event", SENTENCES)
def test_every_event_has_a_sentence_of_its_own_in_both_languages(event):
    with override("en"):
        english = sentence(Entry(event=event))
    with override("ur"):
        urdu = sentence(Entry(event=event))
    assert english.endswith(".")
    assert urdu.endswith("۔")
    assert not any("a" <= letter.lower() <= "z" for letter in urdu)


def test_what_the_code_records_can_be_read():
    recorded = {call.args[0].value for path in [*Path("cases").rglob("*.py"), *Path("portal").rglob("*.py")]
                for call in ast.walk(ast.parse(path.read_text()))
                if isinstance(call, ast.Call)
                and getattr(call.func, "attr", getattr(call.func, "id", "")) in {"record", "record_read"}
                and call.args and isinstance(call.args[0], ast.Constant)}
    assert "unit_made" in recorded
    assert recorded - set(SENTENCES) == set()


@pytest.mark.parametrize("language", ["en", "ur"])
def test_an_unknown_event_is_named_and_cannot_reorder_the_sentence(language):
    with override(language):
        assert "\u2068moon landed\u2069" in sentence(Entry(event="moon_landed"))


@pytest.mark.django_db
def test_actors_are_named_in_one_query(django_user_model, django_assert_num_queries):
    member = django_user_model.objects.create_user("a@example.org", name="Ayesha", role="caseworker")
    gone = str(uuid4())
    partner = f"partner:{uuid4()}"
    entries = [record("case_read", subject=uuid4(), actor=who) for who in (actor(member), gone, partner, "reporter", "system")]
    with override("en"), django_assert_num_queries(1):
        assert people(entries) == {str(member.pk): "Ayesha", gone: gone, partner: "A platform",
                                   "reporter": "The reporter", "system": "The portal"}


@pytest.mark.django_db
def test_nobody_to_name():
    assert people([]) == {}
