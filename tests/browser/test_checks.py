"""What the browser says of a typed field is what the server would have said (cases/intake/forms.py), word for word."""
import json

import pytest
from django.utils import translation
from django.utils.datastructures import MultiValueDict
from playwright.sync_api import Page

from cases.escalation import registry
from cases.intake import words
from cases.intake.forms import ConsentForm, Known, StoryForm
from cases.priority import AgeBand, Harm
from tests.fixtures.browser import OpenPage

KNOWN = Known(relation="me", age_now=AgeBand.ADULT, harm=Harm.DOXXING)
LINKS = ["", "example.com", "https://example.com/a b", "just some words", "javascript:alert(1)", "mailto:a@b.example", "http://[::1",
         "http://[::1]/x", "HTTPS://Example.COM/Path?q=1#x", "ftp://example.com", "example.com\nexample.com\n\n https://b.pk ",
         "https://exa\u202emple.com/\u200bp", "پاکستان.pk", "https://.", "http://a.", "x" * 1001 + ".com", "e.co/" + "x" * 1000,
         "\n".join(f"example.com/{n}" for n in range(21)), "localhost", "https://1.2.3.4:80/x", "a.b" * 2100]
LINES = ["@someone", "@some\u2066one\u2069 \n@some\u2066one", "\n".join(f"@n{n}" for n in range(21)), "x" * 121,
         "0300-1234567\r\n۰۳۰۰", "ن" * 1001, "y" * 2001]
WORDS = ["", "  two  words\r\nand more ", "نہیں\u200cجانتا", "a\x00b\x1fc\td", "ا" * 8000, "ا" * 8001, "😀" * 7000,
         "😀" * 5000, "\u2003x "]
ADDRESSES = [("sms", "0300 1234567"), ("sms", "۰۳۰۰-۱۲۳۴۵۶۷"), ("sms", "+92 (300) 123-4567"), ("sms", "00923001234567"),
             ("sms", "12"), ("sms", "0200 1234567"), ("sms", "+93 300 1234567"), ("email", "a@b.co"), ("email", "nobody"),
             ("email", "a@b"),
             ("email", " noor@example.net "), ("email", "a@-b.com"), ("email", "a@b-.com"), ("email", "x.y+z@sub.example.pk"),
             ("email", "a..b@example.com"), ("email", "a@b.c"), ("email", "a b@c.de"), ("none", "12")]
RUN = """async ({ kind, fields, rules, words }) => {
  const { clean } = await import('/static/js/report/checks.mjs'), form = document.createElement('form');
  for (const [name, value] of Object.entries(fields)) {
    const area = Object.assign(document.createElement('textarea'), { name, value });
    form.append(area);
  }
  if (kind) for (const value of ['none', 'sms', 'email']) form.append(Object.assign(document.createElement('input'),
    { type: 'radio', name: 'contact', value, checked: value === kind }));
  return clean(form, { rules, words });
}"""


@pytest.fixture
def page(live: str, open_page: OpenPage) -> Page:
    registry.seed()
    page = open_page()
    page.goto(f"{live}/en/report/")
    return page


@pytest.mark.parametrize("language", ["en", "ur"])
@pytest.mark.parametrize(("name", "samples"), [("links", LINKS), ("handles", LINES), ("story", WORDS)])
def test_typed_words_are_checked_alike(page: Page, name: str, samples: list[str], language: str):
    with translation.override(language):
        rules = {field: bound.rule for field, bound in StoryForm(known=KNOWN).fields.items() if hasattr(bound, "rule")}
        for sample in samples:
            typed = sample.replace("\r\n", "\n")                # a text area gives line ends so
            form = StoryForm(MultiValueDict({name: [typed]}), known=KNOWN)
            said = [str(error) for error in form.errors.get(name, [])]
            found = page.evaluate(RUN, {"kind": "", "fields": {name: typed}, "rules": rules, "words": words.for_page()})
            assert [words_ for _field, words_ in found["errors"]] == said, repr(sample[:60])
            if not said:
                assert found["values"][name] == form.cleaned_data[name], repr(sample[:60])


def test_addresses_are_checked_alike(page: Page):
    for kind, typed in ADDRESSES:
        form = ConsentForm(MultiValueDict({"contact": [kind], "address": [typed], "ask_platform": ["no"]}), known=KNOWN)
        found = page.evaluate(RUN, {"kind": kind, "fields": {"address": typed}, "rules": {}, "words": words.for_page()})
        said = [str(error) for error in form.errors.get("address", [])]
        assert [words_ for field, words_ in found["errors"] if field == "address"] == said, (kind, typed)
        if not said:
            assert found["values"]["address"] == form.cleaned_data["address"], json.dumps(typed)
