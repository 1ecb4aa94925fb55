"""Nothing goes live in one language, whichever door it takes; and who may open which door."""
import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Revision, TaskState
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from awareness.models import ArticlePage, Helpline, HomePage
from cases.permissions import Role
from portal.accounts.models import User

Enter = Callable[[Role | None], Client]
CMS = Role.CAMPAIGN_EDITOR, Role.CAMPAIGN_PUBLISHER
OTHERS = [role for role in Role if role not in CMS]


def form(**changes: object) -> dict[str, object]:
    """The editor's form of an article complete in both languages."""
    body = streamfield([("text", rich_text("<p>Long is strong.</p>"))])
    return nested_form_data({
        "heading_en": "Strong passwords", "intro_en": "Longer is stronger.", "body_en": body,
        "heading_ur": "مضبوط پاس ورڈ", "intro_ur": "جتنا لمبا، اتنا مضبوط۔", "body_ur": body,
        "slug": "passwords", "picture": "", "go_live_at": "", "expire_at": "", **changes,
    })


NO_URDU = {"heading_ur": "", "intro_ur": "", "body_ur": streamfield([])}


def save(client: Client, page: ArticlePage, **changes: object) -> ArticlePage:
    client.post(f"/cms/pages/{page.pk}/edit/", form(**changes))
    return ArticlePage.objects.get(pk=page.pk)


def test_a_publisher_publishes_both_languages(enter: Enter, draft: ArticlePage) -> None:
    page = save(enter(Role.CAMPAIGN_PUBLISHER), draft, **{"action-publish": "1"})
    assert page.live
    assert page.title == "Strong passwords"
    assert enter(None).get("/ur/passwords/").status_code == 200


def test_a_draft_may_lack_urdu(enter: Enter, draft: ArticlePage) -> None:
    page = save(enter(Role.CAMPAIGN_EDITOR), draft, heading_en="Better passwords", **NO_URDU)
    assert page.get_latest_revision_as_object().heading_en == "Better passwords"


def test_the_editor_page_refuses_to_publish_without_urdu(enter: Enter, draft: ArticlePage) -> None:
    answer = enter(Role.CAMPAIGN_PUBLISHER).post(f"/cms/pages/{draft.pk}/edit/", form(**NO_URDU, **{"action-publish": "1"}))
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) >= {"heading_ur", "intro_ur", "body_ur"}
    assert not ArticlePage.objects.get(pk=draft.pk).live


def test_submitting_for_approval_needs_urdu_too(enter: Enter, draft: ArticlePage) -> None:
    editor = enter(Role.CAMPAIGN_EDITOR)
    save(editor, draft, **NO_URDU, **{"action-submit": "1"})
    assert not TaskState.objects.exists()
    save(editor, draft, **{"action-submit": "1"})
    assert TaskState.objects.get().status == TaskState.STATUS_IN_PROGRESS


def test_an_editor_writes_and_a_publisher_approves(enter: Enter, draft: ArticlePage) -> None:
    editor = enter(Role.CAMPAIGN_EDITOR)
    assert not save(editor, draft, **{"action-publish": "1"}).live
    save(editor, draft, **{"action-submit": "1"})
    task = TaskState.objects.get()
    approve = reverse("wagtailadmin_pages:workflow_action", args=[draft.pk, "approve", task.pk])
    editor.post(approve)
    assert not ArticlePage.objects.get(pk=draft.pk).live
    enter(Role.CAMPAIGN_PUBLISHER).post(approve)
    assert ArticlePage.objects.get(pk=draft.pk).live


def test_code_cannot_publish_without_urdu(draft: ArticlePage) -> None:
    with pytest.raises(ValidationError) as refusal:
        draft.get_latest_revision().publish()
    assert set(refusal.value.error_dict) == {"heading_ur", "intro_ur", "body_ur"}
    draft.live = True
    with pytest.raises(ValidationError):
        draft.save()


def test_the_schedule_skips_what_lacks_urdu_and_goes_on(article: ArticlePage, draft: ArticlePage,
                                                        caplog: pytest.LogCaptureFixture) -> None:
    article.intro_ur = "نیا تعارف"
    due = [draft.get_latest_revision(), article.save_revision()]
    for minutes, revision in zip((10, 5), due, strict=True):               # the incomplete one comes first
        Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=timezone.now() - timedelta(minutes=minutes))
    with caplog.at_level(logging.WARNING, logger="awareness"):
        call_command("publish_scheduled")
    assert not ArticlePage.objects.get(pk=draft.pk).live
    assert ArticlePage.objects.get(pk=article.pk).intro_ur == "نیا تعارف"
    assert str(due[0].pk) in caplog.text
    assert not Revision.objects.filter(approved_go_live_at__isnull=False).exists()


def test_a_helpline_needs_both_languages_too(enter: Enter, site: HomePage) -> None:
    line = Helpline.objects.get(phone="1098")
    data = {"name_en": "Madadgaar", "name_ur": "", "purpose_en": "Help", "purpose_ur": "", "hours_en": "", "hours_ur": "",
            "spoken_en": "", "spoken_ur": "", "phone": "1098", "province": "", "order": "90", "source": "A call",
            "last_verified_at": "", "verify_by": "", "go_live_at": "", "expire_at": "", "action-publish": "1"}
    edit = f"/cms/snippets/awareness/helpline/edit/{line.pk}/"
    publisher = enter(Role.CAMPAIGN_PUBLISHER)
    publisher.post(edit, data)
    assert not Helpline.objects.get(pk=line.pk).live
    both = data | {"name_ur": "مددگار", "purpose_ur": "مدد"}
    enter(Role.CAMPAIGN_EDITOR).post(edit, both)
    assert not Helpline.objects.get(pk=line.pk).live
    publisher.post(edit, both)
    assert Helpline.objects.get(pk=line.pk).live


@pytest.mark.parametrize("role", CMS)
def test_campaign_staff_enter(enter: Enter, draft: ArticlePage, role: Role) -> None:
    client = enter(role)
    for path in ("/cms/", f"/cms/pages/{draft.pk}/edit/", "/cms/images/", "/cms/documents/", "/cms/snippets/awareness/helpline/"):
        assert client.get(path).status_code == 200, path


@pytest.mark.usefixtures("one_login")
@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_on_the_staff_enters(enter: Enter, draft: ArticlePage, role: Role) -> None:
    client = enter(role)
    for path in ("/cms/", f"/cms/pages/{draft.pk}/edit/", "/cms/images/", "/cms/snippets/awareness/helpline/"):
        assert client.get(path).status_code == 403, path
    assert client.post(f"/cms/pages/{draft.pk}/edit/", form(**{"action-publish": "1"})).status_code == 403


@pytest.mark.usefixtures("one_login")
def test_a_superuser_is_no_campaign_staff(client: Client, site: HomePage) -> None:
    client.force_login(User.objects.create_superuser("root@example.org", None, name="Root"))
    assert client.get("/cms/").status_code == 403


@pytest.mark.parametrize("path", ["/cms/", "/cms/login/", "/cms/pages/1/", "/cms/users/"])
def test_a_stranger_is_sent_to_the_one_sign_in(client: Client, site: HomePage, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/desk/sign-in/?next=")


@pytest.mark.parametrize("path", ["/cms/users/", "/cms/groups/", "/cms/groups/new/", "/cms/password_reset/"])
def test_people_and_rights_have_no_screen(enter: Enter, site: HomePage, path: str) -> None:
    assert enter(Role.CAMPAIGN_PUBLISHER).get(path).status_code == 403


def test_a_copy_may_not_take_a_reserved_address(enter: Enter, article: ArticlePage) -> None:
    home = article.get_parent()
    enter(Role.CAMPAIGN_PUBLISHER).post(f"/cms/pages/{article.pk}/copy/", {
        "new_title": "Copy", "new_slug": "report", "new_parent_page": home.pk, "publish_copies": ""})
    assert not ArticlePage.objects.filter(slug="report").exists()


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ur", "rtl")])
def test_previews_speak_the_chosen_language(enter: Enter, draft: ArticlePage, language: str, direction: str) -> None:
    editor = enter(Role.CAMPAIGN_EDITOR)
    preview = f"/cms/pages/{draft.pk}/edit/preview/"
    editor.post(preview, form())
    html = editor.get(preview, {"mode": language}).content.decode()
    assert f'<html lang="{language}" dir="{direction}">' in html
    assert ("مضبوط پاس ورڈ" if language == "ur" else "Strong passwords") in html
