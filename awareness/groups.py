"""Who may do what in the CMS. Two groups, their rights written here and nowhere else.

`portal` puts a member of staff into the group that the role asks for; nobody is offered a screen to change either.
"""
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

EDITORS, PUBLISHERS = "Campaign editors", "Campaign publishers"
WAGTAILS_OWN = ("Editors", "Moderators")
APPROVAL = "Approval by a publisher"

# group -> rights in the page tree, in the picture and document collections, and elsewhere
RIGHTS: dict[str, tuple[set[str], set[str], set[str]]] = {
    EDITORS: ({"add_page", "change_page"},
              {"add_image", "choose_image", "add_document", "choose_document"},
              {"access_admin", "add_helpline", "change_helpline"}),
    PUBLISHERS: ({"add_page", "change_page", "publish_page", "lock_page", "unlock_page"},
                 {"add_image", "change_image", "choose_image", "add_document", "change_document", "choose_document"},
                 {"access_admin", "add_helpline", "change_helpline", "publish_helpline", "delete_helpline"}),
}
APPS = ("wagtailadmin", "wagtailcore", "wagtailimages", "wagtaildocs", "awareness")


@transaction.atomic
def grant() -> None:
    """Make both groups, give them exactly RIGHTS, and let publishers approve. May be repeated after each upgrade."""
    Group.objects.filter(name__in=WAGTAILS_OWN).delete()
    root, collection = Page.get_first_root_node(), Collection.get_first_root_node()
    for name, (pages, files, other) in RIGHTS.items():
        group, _made = Group.objects.get_or_create(name=name)
        group.permissions.set(named(other))
        group.page_permissions.all().delete()
        group.collection_permissions.all().delete()
        for right in named(pages):
            GroupPagePermission.objects.create(group=group, page=root, permission=right)
        for right in named(files):
            GroupCollectionPermission.objects.create(group=group, collection=collection, permission=right)
    route_approval(root)


def named(codenames: set[str]) -> list[Permission]:
    found = list(Permission.objects.filter(codename__in=codenames, content_type__app_label__in=APPS))
    if {right.codename for right in found} != codenames:
        raise LookupError(f"unknown rights: {codenames - {right.codename for right in found}}")
    return found


def route_approval(root: Page) -> None:
    """Everything an editor submits waits for one publisher."""
    workflow, _made = Workflow.objects.get_or_create(name=APPROVAL)
    task, _made = GroupApprovalTask.objects.get_or_create(name=APPROVAL)
    task.groups.set(Group.objects.filter(name=PUBLISHERS))
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task.task_ptr)
    WorkflowPage.objects.update_or_create(page=root, defaults={"workflow": workflow})
    Workflow.objects.exclude(pk=workflow.pk).filter(workflow_pages__isnull=True, active=True).update(active=False)
