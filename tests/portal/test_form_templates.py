"""Our crispy template pack: what a screen reader is told, and in which order."""
import re

import pytest
from django import forms
from django.template import engines
from django.utils import translation


class Example(forms.Form):
    what = forms.CharField(label="What", help_text="A hint & more")
    harm = forms.ChoiceField(label="Harm", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    link = forms.URLField(label="Link", required=False, assume_scheme="https")
    agreed = forms.BooleanField(label="Agreed")
    secret = forms.CharField(widget=forms.HiddenInput, initial="sealed")


def render(form: forms.Form, source: str = '{% include "portal/error_summary.html" %}{{ form|crispy }}') -> str:
    return engines["django"].from_string("{% load crispy_forms_tags %}" + source).render({"form": form})


def test_hint_then_error_then_control():
    html = render(Example({"secret": "x"}))
    order = [html.index(part) for part in ('id="id_what_helptext"', 'id="id_what_error"', 'name="what"')]
    assert order == sorted(order)
    assert 'aria-describedby="id_what_helptext id_what_error"' in html
    assert 'aria-invalid="true"' in html


def test_the_summary_leads_to_the_first_control_of_each_field():
    html = render(Example({"secret": "x"}))
    targets = re.findall(r'<a href="#([^"]+)"', html)
    assert targets == ["id_what", "id_harm_0", "id_agreed"]
    for target in targets:
        assert len(re.findall(f'id="{target}"', html)) == 1
    assert 'href="#id_what">What: This field is required.</a>' in html      # or three such lines would read alike


def test_choices_stand_in_a_fieldset_with_a_legend():
    html = render(Example())
    assert re.search(r"<fieldset[^>]*>\s*<legend>Harm", html)
    assert '<label for="id_harm_1">B</label>' in html


def test_the_optional_is_marked_and_the_required_is_not():
    html = render(Example())
    assert re.search(r'for="id_link">Link\s*<span class="opt">\(optional\)', html)
    assert not re.search(r'for="id_what">What\s*<span class="opt">', html)


def test_a_form_without_errors_has_no_summary():
    assert "error-summary" not in render(Example())


def test_hints_are_escaped():
    assert "A hint &amp; more" in render(Example())


def test_the_words_of_the_pack_are_translated():
    with translation.override("ur"):
        html = render(Example({}))
    assert "ایک مسئلہ ہے" in html
    assert "There is a problem" not in html


@pytest.mark.parametrize("source", ["{% crispy form %}", "{{ form|crispy }}"])
def test_the_tag_and_the_filter_render_the_same_fields(source):
    html = render(Example({"secret": "x"}), source)
    assert html.count('class="field') == 4
    assert html.count('name="secret"') == 1


def test_djangos_own_messages_are_in_correct_urdu():
    with translation.override("ur"):
        form = Example({"what": "x", "harm": "zzz", "agreed": "on", "secret": "s"})
        assert "ان میں نہیں ہے" in form.errors["harm"][0]
        assert Example({}).errors["what"] == ["یہ خانہ لازمی ہے۔"]
