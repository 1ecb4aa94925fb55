"""Campaign staff look for a way from the CMS to a case: every address, every search, chooser, preview, report and file."""
import re

import pytest
from django.apps import apps
from django.conf import settings as project
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page, ReferenceIndex
from wagtail.search.index import get_indexed_models
from wagtail.snippets.models import get_snippet_models

from awareness.models import ArticlePage
from cases.models import Case
from cases.permissions import Role
from cases.units.models import Unit
from portal.accounts.models import User
from tests.attacks.addresses import routed
from tests.factories.cases import make_case, make_member, signed_in

STORY = "Xyzzy, he wrote to my brother"
ROOMS = [config for config in apps.get_app_configs() if config.name.startswith("cases")]
TABLES = {model._meta.db_table for config in ROOMS for model in config.get_models()}
NAMED = re.compile(r'(?:FROM|JOIN|INTO|UPDATE)\s+"?(\w+)"?', re.I)


@pytest.fixture
def case(unit: Unit) -> Case:
    call_command("seed_awareness")
    return make_case(unit, story=STORY, links=("https://tiktok.example/xyzzy",))


@pytest.fixture(params=[Role.CAMPAIGN_EDITOR, Role.CAMPAIGN_PUBLISHER])
def browser(request, case: Case) -> Client:
    return signed_in(make_member("Hina", role=request.param), unlocked=False)


def touched(queries: CaptureQueriesContext) -> set[str]:
    """Tables of cases that were named in any query."""
    return {name for query in queries.captured_queries for name in NAMED.findall(query["sql"])} & TABLES


def test_this_test_would_notice(unit, case):
    with CaptureQueriesContext(connection) as queries:
        signed_in(make_member("Ayesha", unit)).get("/desk/")
    assert {"cases_case", "cases_units_unit"} <= touched(queries)


def test_no_address_of_the_cms_touches_a_case_table(browser, case):
    """Generated over the whole URL conf: choosers, previews, reports, history, search, images, documents, snippets, API."""
    browser.raise_request_exception = False
    pages = [str(page.pk) for page in (ArticlePage.objects.first(), Page.objects.first())]
    addresses = {path.replace("/1/", f"/{key}/") for path, _ in routed("cms", "/cms/") for key in pages}
    assert len(addresses) > 150
    found = {}
    for path in sorted(addresses):
        with CaptureQueriesContext(connection) as queries:
            answer = browser.get(path)
        body = b"" if answer.streaming else answer.content
        if touched(queries) or b"Xyzzy" in body or case.ref.encode() in body:
            found[path] = touched(queries)
    assert found == {}


def test_no_address_of_the_desk_shows_a_case(browser, case):
    for path, _ in routed("desk", "/desk/"):
        answer = browser.get(path.replace("/case/x/", f"/case/{case.ref}/"))
        text = answer.content.decode()
        assert "Xyzzy" not in text, path
        assert case.ref not in text, path


@pytest.mark.filterwarnings("ignore:.*AutocompleteFields")
@pytest.mark.parametrize("search", [
    "/cms/pages/search/?q={}", "/cms/images/?q={}", "/cms/documents/?q={}", "/cms/snippets/awareness/helpline/?q={}",
    "/cms/choose-page/search/?q={}", "/cms/api/main/pages/?search={}&fields=*", "/cms/api/main/images/?search={}&fields=*",
    "/cms/api/main/documents/?search={}&fields=*", "/cms/reports/site-history/?object_title={}"])
def test_searching_for_a_reference_or_a_word_finds_no_case(browser, case, search):
    for word in (case.ref, "Xyzzy", str(case.pk)):
        with CaptureQueriesContext(connection) as queries:
            browser.get(search.format(word))
        assert not touched(queries)


@pytest.mark.parametrize("path", [
    "/cms/snippets/cases/case/", "/cms/snippets/cases_units/unit/", "/cms/snippets/accounts/user/", "/cms/cases/", "/cms/users/",
    "/cms/choose-page/?page_type=cases.case", "/cms/api/main/cases/", "/cms/snippets/cases_vault/unitkey/",
    "/cms/reports/page-types-usage/?content_type=cases.case", "/cms/redirects/", "/cms/settings/cases/case/"])
def test_case_models_have_no_screen(browser, path):
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(path)
    assert answer.status_code != 200 or "Xyzzy" not in answer.content.decode()
    assert not touched(queries)


def test_nothing_of_cases_or_accounts_is_registered_with_the_cms():
    ours = {model for config in [*ROOMS, apps.get_app_config("accounts")] for model in config.get_models()}
    theirs = {*get_snippet_models(), *get_indexed_models(), get_image_model(), get_document_model()}
    assert theirs
    assert not ours & theirs
    assert not [model for model in ours if ReferenceIndex.model_is_indexable(model) and issubclass(model, Page)]


def test_the_rights_of_campaign_staff_name_no_table_of_cases(browser):
    for member in User.objects.filter(role__startswith="campaign"):
        rights = {right.partition(".")[0] for right in member.get_all_permissions()}
        assert rights
        assert not {app for app in rights if app.startswith("cases") or app in {"accounts", "auth", "sessions"}}


def test_what_editors_upload_lies_apart_from_everything_sealed():
    assert project.MEDIA_ROOT != project.DATA
    assert not str(project.WORKER_KEYS).startswith(str(project.MEDIA_ROOT))
    assert not project.MEDIA_ROOT.is_relative_to(project.WORKER_KEYS)
