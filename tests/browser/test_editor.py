"""Wagtail's editor under `script-src 'self'`: every widget must start, and no page may complain. Look here after an upgrade."""
from collections.abc import Callable

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Page, expect

from awareness.models import ArticlePage, Helpline, HomePage
from cases.permissions import Role
from portal.accounts.models import User

Visit = Callable[[str], Page]


@pytest.fixture
def visit(live: str, open_page: Callable[..., Page]) -> Visit:
    """A publisher, signed in, in the editor."""
    call_command("seed_awareness")
    client = Client()
    client.force_login(User.objects.create_user("publisher@example.org", None, name="Publisher",
                                                role=Role.CAMPAIGN_PUBLISHER.value))
    page = open_page()
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                               "url": live}])

    def go(path: str) -> Page:
        page.goto(live + path)
        page.wait_for_load_state("networkidle")
        return page
    return go


def test_core_pages_do_not_complain(visit: Visit) -> None:
    home, line = HomePage.objects.get(), Helpline.objects.first()
    assert line is not None
    for path in ("/cms/", f"/cms/pages/{home.pk}/", "/cms/images/", "/cms/images/add/", "/cms/documents/", "/cms/account/",
                 "/cms/snippets/awareness/helpline/", f"/cms/snippets/awareness/helpline/edit/{line.pk}/",
                 "/cms/reports/site-history/"):
        visit(path)


def test_the_article_editor_works(visit: Visit) -> None:
    article = ArticlePage.objects.get()
    page = visit(f"/cms/pages/{article.pk}/edit/")
    heading = page.locator('[name="heading_ur"]')
    expect(heading).to_have_attribute("dir", "rtl")
    expect(heading).to_have_attribute("lang", "ur")
    expect(page.locator('[name="heading_en"]')).to_have_attribute("dir", "ltr")
    page.get_by_role("tab", name="اردو").click()
    expect(page.locator('[data-contentpath="body_ur"] [contenteditable="true"]').first).to_have_attribute("dir", "rtl")
    page.get_by_role("tab", name="Media").click()
    page.get_by_role("button", name="Choose an image").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_dates_have_their_picker(visit: Visit) -> None:
    line = Helpline.objects.get(phone="15")
    page = visit(f"/cms/snippets/awareness/helpline/edit/{line.pk}/")
    page.get_by_role("tab", name="Checked").click()
    page.locator('[name="verify_by"]').click()
    expect(page.locator(".xdsoft_datetimepicker:visible")).to_have_count(1)


def test_the_preview_shows_urdu(visit: Visit) -> None:
    article = ArticlePage.objects.get()
    page = visit(f"/cms/pages/{article.pk}/edit/")
    page.get_by_role("button", name="Toggle preview").click()
    frame = page.frame_locator("#w-preview-iframe")
    expect(frame.locator("html")).to_have_attribute("dir", "ltr")
    expect(page.locator('[data-w-preview-target="spinner"]')).to_be_hidden(timeout=20_000)     # till then Wagtail is deaf
    page.locator('[data-side-panel="preview"] select').select_option("ur")
    expect(frame.locator("html")).to_have_attribute("dir", "rtl")
