"""What the public reads."""
import re

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from wagtail.models import Site

from awareness.languages import DIRECTIONS
from awareness.models import ArticlePage, HomePage

ARTICLE = "threats-to-share-pictures/"


@pytest.mark.parametrize("language", ["en", "ur"])
@pytest.mark.parametrize("path", ["", ARTICLE])
def test_each_page_speaks_its_language(client: Client, article: ArticlePage, language: str, path: str) -> None:
    page = HomePage.objects.get() if not path else article
    answer = client.get(f"/{language}/{path}")
    html = answer.content.decode()
    assert answer.status_code == 200
    assert f'<html lang="{language}" dir="{DIRECTIONS[language]}">' in html
    heading = re.search(r"<h1>(.*?)</h1>", html)
    assert heading is not None
    assert heading[1] == getattr(page, f"heading_{language}")
    assert getattr(page, f"heading_{'ur' if language == 'en' else 'en'}") not in html


@pytest.mark.parametrize("path", ["", ARTICLE])
def test_each_page_names_its_other_language(client: Client, site: HomePage, path: str) -> None:
    html = client.get(f"/ur/{path}").content.decode()
    assert dict(re.findall(r'hreflang="(\w\w)" href="http://[^/]+(/[^"]*)"', html)) == {"en": f"/en/{path}", "ur": f"/ur/{path}"}


def test_the_site_answers_under_any_host_name(site: HomePage) -> None:
    Site.objects.update(hostname="elsewhere.example", port=8080)
    assert Client(headers={"host": "127.0.0.1:8123"}).get("/ur/").status_code == 200


def test_landing_page_leads_to_report_answer_helplines_and_advice(client: Client, site: HomePage) -> None:
    html = client.get("/ur/").content.decode()
    for link in ("/ur/report/", "/ur/inbox/", "tel:15", "tel:1121", f"/ur/{ARTICLE}"):
        assert f'href="{link}"' in html


def test_numbers_in_urdu_are_isolated(client: Client, site: HomePage) -> None:
    html = client.get(f"/ur/{ARTICLE}").content.decode()
    assert '<a href="tel:080039393">' in html
    assert '<bdi dir="ltr">0800-39393</bdi>' in html


@pytest.mark.parametrize("path", ["", ARTICLE])
def test_no_cookie_and_no_editors_bar(client: Client, site: HomePage, path: str) -> None:
    answer = client.get(f"/en/{path}")
    assert not answer.cookies
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert b"userbar" not in answer.content


def test_a_page_without_urdu_is_missing_in_urdu_and_not_english(client: Client, article: ArticlePage) -> None:
    ArticlePage.objects.filter(pk=article.pk).update(heading_ur=None)      # as a language added later would find it
    assert client.get(f"/ur/{ARTICLE}").status_code == 404
    assert client.get(f"/en/{ARTICLE}").status_code == 200
    assert f'href="/ur/{ARTICLE}"'.encode() not in client.get("/ur/").content


@pytest.mark.parametrize("language", ["en", "ur"])
def test_a_draft_is_not_public(client: Client, draft: ArticlePage, language: str) -> None:
    assert client.get(f"/{language}/passwords/").status_code == 404
    assert b"Strong passwords" not in client.get(f"/{language}/").content


@pytest.mark.parametrize("slug", ["report", "inbox", "desk", "cms", "exchange", "Exit", "healthz"])
def test_reserved_addresses_are_refused_even_to_drafts(site: HomePage, slug: str) -> None:
    page = ArticlePage(heading_en="Report", slug=slug, live=False)
    with pytest.raises(ValidationError) as refusal:
        site.add_child(instance=page)
    assert "slug" in refusal.value.error_dict


@pytest.mark.parametrize(("words", "found"), [("threatens", 1), ("دھمکی", 1), ("سب سے پہلے", 1), ("weather", 0)])
def test_search_reads_both_languages(article: ArticlePage, words: str, found: int) -> None:
    assert len(ArticlePage.objects.live().search(words)) == found
