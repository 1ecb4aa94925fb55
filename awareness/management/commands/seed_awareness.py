from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from wagtail.models import Page, Site

from awareness.first_content import HOME, THREAT
from awareness.groups import grant
from awareness.known_helplines import UNVERIFIED, VERIFIED
from awareness.models import ArticlePage, Helpline, HomePage


class Command(BaseCommand):
    help = "Set up the public site: rights of campaign staff, landing page, first article, helplines. Safe to repeat."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        # Groups are made here and not in a migration: Django writes the rights they need only after all migrations,
        # a site needs this command anyway, and running it again after an upgrade puts changed rights in force.
        grant()
        home = HomePage.objects.first() or plant_home()
        if not ArticlePage.objects.child_of(home).filter(slug=THREAT["slug"]).exists():
            publish(ArticlePage(**THREAT), under=home)
        for known in VERIFIED:
            Helpline.objects.get_or_create(phone=known["phone"], defaults={**known, "live": True})
        for known in UNVERIFIED:
            Helpline.objects.get_or_create(phone=known["phone"], defaults={**known, "live": False})


def plant_home() -> HomePage:
    """Put our landing page where Wagtail's welcome page stands; whatever host asks, the default site answers."""
    root = Page.get_first_root_node()
    welcome = [page.pk for page in root.get_children() if page.specific_class is Page]
    home = publish(HomePage(**HOME), under=root)
    Site.objects.update_or_create(is_default_site=True, defaults={"hostname": "localhost", "port": 80, "root_page": home})
    for pk in welcome:
        Page.objects.get(pk=pk).delete()                # one by one: each deletion moves the tree
    return home


def publish(page: Any, *, under: Page) -> Any:
    page.live = False
    under.add_child(instance=page)
    page.save_revision().publish()
    page.refresh_from_db()
    return page
