"""Somebody has taken over the process of the CMS: code, login at the database, environment. What becomes of the desk?"""
import secrets
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module

import pytest
from django.conf import settings as project
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from cases.outbox.models import Job
from cases.permissions import Role
from portal.accounts import oidc, second_factor, sessions
from portal.accounts.models import Passkey, RecoveryCode, SecondFactor, Session, User
from tests.factories.cases import make_member, signed_in
from tests.fixtures.roles import acting_as
from tests.portal.accounts.conftest import set_up_factor, with_password

pytestmark = pytest.mark.postgres


@pytest.fixture
def sana(unit) -> User:
    member = with_password(make_member("Sana Malik", unit, role=Role.SUPERVISOR, email="sana@example.org"))
    set_up_factor(member)
    signed_in(member)
    return member


@pytest.fixture
def hina() -> User:
    return make_member("Hina", role=Role.CAMPAIGN_EDITOR, keys=False)


@pytest.fixture
def captured(sana, hina) -> Iterator[None]:
    with acting_as("cms"):
        yield


def refused(act) -> bool:
    """By the database, or because there is no such row to the CMS."""
    try:
        with transaction.atomic():
            return not act()
    except DatabaseError:
        return True


def contents(member: User) -> dict[str, str]:
    """Of a session as the desk writes it: the CMS has the key that this takes."""
    return {SESSION_KEY: str(member.pk), "_auth_user_backend": project.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: member.get_session_auth_hash()}


@pytest.mark.parametrize("task", ["retention.carry_out", "escalation.send", "accounts.invite"])
def test_the_worker_is_asked_for_nothing_but_the_mail_about_a_sign_in(captured, sana, task):
    def asked(name: str) -> bool:
        return bool(Job.objects.create(task=name, payload={"member_id": str(sana.pk)}, due_at=timezone.now()))
    assert refused(lambda: asked(task))
    assert asked("accounts.alert")


def test_no_secret_of_a_members_sign_in_is_read(captured, sana):
    for model in (SecondFactor, RecoveryCode, Passkey, Session):
        assert not model.objects.filter(member=sana).exists()


def test_nothing_of_it_is_changed_or_added(captured, sana):
    for act in (lambda: User.objects.filter(pk=sana.pk).update(password="!"), lambda: sessions.end(member=sana, by=None),  # noqa: S106
                lambda: SecondFactor.objects.create(member=sana, secret=b"x"), lambda: second_factor.new_recovery_codes(sana),
                lambda: Passkey.objects.create(member=sana, name="", credential=b"x", public=b"x", counter=0)):
        assert refused(act)


def test_no_session_of_hers_is_made(captured, sana):
    forged = import_module(project.SESSION_ENGINE).SessionStore()
    forged.update(contents(sana))
    assert refused(lambda: forged.save(must_create=True))


@pytest.mark.parametrize("under", ["nobody", "an editor"])
def test_a_session_of_hers_under_another_name_is_not_believed(sana, hina, under):
    """What the row policy sees is a column; what the desk reads is the row's contents."""
    value = secrets.token_hex(16)
    with acting_as("cms"):
        store = import_module(project.SESSION_ENGINE).SessionStore()
        now = timezone.now()
        Session.objects.create(session_key=sessions.digest(value), session_data=store.encode(contents(sana)), entered=True,
                               member=None if under == "nobody" else hina, started_at=now, last_used_at=now,
                               expire_date=now + timedelta(hours=1))
    thief = Client()
    thief.cookies["staff"] = value
    assert thief.get("/desk/").status_code == 302
    Session.objects.update(member=sana)                     # this test would notice
    thief.cookies["staff"] = value
    assert thief.get("/desk/").status_code == 200


def test_no_ticket_of_single_sign_on_is_made(settings):
    """Signed with a secret that the CMS does not hold."""
    settings.OIDC_CLIENT_SECRET = ""
    made = oidc.ticket(oidc.Proved("s-1", "", factor=True), "")
    settings.OIDC_CLIENT_SECRET = "the desk's alone"  # noqa: S105
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    with pytest.raises(oidc.Refused):
        oidc.redeem(made)


def test_campaign_staff_work_there_as_before(captured, hina):
    set_up_factor(hina)
    assert SecondFactor.objects.filter(member=hina).exists()
    assert User.objects.filter(pk=hina.pk).update(language="en") == 1
