from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.test import Client

from awareness.models import ArticlePage, HomePage
from cases.permissions import Role
from portal.accounts.models import User

MakeStaff = Callable[[Role], User]


@pytest.fixture
def site(db: None, redis_server: None) -> HomePage:
    call_command("seed_awareness")
    return HomePage.objects.get()


@pytest.fixture
def article(site: HomePage) -> ArticlePage:
    return ArticlePage.objects.get()


@pytest.fixture
def staff(db: None, redis_server: None) -> MakeStaff:
    def make(role: Role) -> User:
        return User.objects.create_user(f"{role}@example.org", None, name=str(role), role=role.value)
    return make


@pytest.fixture
def enter(staff: MakeStaff) -> Callable[[Role | None], Client]:
    """A browser of somebody with that role, signed in; of a stranger for None."""
    def make(role: Role | None) -> Client:
        client = Client()
        if role:
            client.force_login(staff(role))
        return client
    return make


@pytest.fixture
def draft(site: HomePage) -> ArticlePage:
    """An article without Urdu, as an editor leaves it at the end of a day."""
    page = ArticlePage(heading_en="Strong passwords", intro_en="Longer is stronger.", slug="passwords", live=False,
                       body_en=[("heading", "Why")])
    site.add_child(instance=page)
    page.save_revision(clean=False)         # as the editor saves a draft
    return page
