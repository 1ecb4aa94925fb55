"""Roles on our side, groups on Wagtail's: whoever is saved is in the group that the role asks for, and in no other."""
from typing import Any

from django.contrib.auth.models import Group
from django.db.models.signals import post_save

from awareness.groups import EDITORS, PUBLISHERS
from cases.permissions import Permission, may
from portal.accounts.models import User


def group_of(user: User) -> str | None:
    if may(user, Permission.PUBLISH_CAMPAIGNS):
        return PUBLISHERS
    return EDITORS if may(user, Permission.EDIT_CAMPAIGNS) else None


def keep_group(instance: User, raw: bool = False, **kwargs: Any) -> None:
    """After each save, so that a changed role takes effect with it. The group may come before its rights (seed_awareness)."""
    if raw:
        return
    name = group_of(instance)
    instance.groups.set([Group.objects.get_or_create(name=name)[0]] if name else [])


post_save.connect(keep_group, sender=User, dispatch_uid="campaigns.keep_group")
