from django.contrib.auth.models import Group
from django.core.management import call_command
from wagtail.models import GroupPagePermission, Page, Site, Workflow

from awareness.groups import EDITORS, PUBLISHERS
from awareness.models import ArticlePage, Helpline, HomePage
from cases.permissions import Role
from tests.awareness.conftest import MakeStaff


def everything() -> list[object]:
    return [sorted(model.objects.values_list("pk", flat=True)) for model in (Page, Site, Helpline, Group, Workflow)] + [
        set(GroupPagePermission.objects.values_list("group__name", "permission__codename")),
        list(Page.objects.order_by("pk").values_list("slug", "latest_revision_id", "live")),
    ]


def test_seeding_twice_changes_nothing(site: HomePage) -> None:
    before = everything()
    call_command("seed_awareness")
    assert everything() == before


def test_seeding_again_keeps_what_editors_wrote(article: ArticlePage) -> None:
    article.heading_en = "Edited"
    article.save_revision().publish()
    Helpline.objects.filter(phone="1098").update(live=True)
    call_command("seed_awareness")
    assert ArticlePage.objects.get().heading_en == "Edited"
    assert Helpline.objects.get(phone="1098").live


def test_wagtails_welcome_page_is_gone(site: HomePage) -> None:
    assert [page.specific_class for page in Page.get_first_root_node().get_children()] == [HomePage]
    assert Site.objects.get(is_default_site=True).root_page_id == site.pk


def test_groups_follow_the_role(site: HomePage, staff: MakeStaff) -> None:
    member = staff(Role.CAMPAIGN_EDITOR)
    assert [group.name for group in member.groups.all()] == [EDITORS]
    member.role = Role.CAMPAIGN_PUBLISHER.value
    member.save()
    assert [group.name for group in member.groups.all()] == [PUBLISHERS]
    member.role = Role.CASEWORKER.value
    member.save()
    assert not member.groups.exists()


def test_who_came_before_the_seed_has_the_rights_after_it(staff: MakeStaff) -> None:
    member = staff(Role.CAMPAIGN_EDITOR)
    assert not member.has_perm("wagtailadmin.access_admin")
    call_command("seed_awareness")
    assert type(member).objects.get(pk=member.pk).has_perm("wagtailadmin.access_admin")
