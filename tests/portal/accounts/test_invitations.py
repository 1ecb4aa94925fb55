"""The link to begin: what it does, how often, how long, and how it travels."""
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from cases.outbox.models import Job
from cases.permissions import Role
from cases.vault import custody
from cases.vault.models import DataKey, DataKeyWrap, StaffKey
from portal.accounts import invitations, people, services
from portal.accounts.models import Invitation, User
from tests.factories.cases import make_member
from tests.portal.accounts.conftest import enrol, is_signed_in, set_up_factor, sign_in

OWN, VAULT = "my own long password", "پانچ لفظ جو کوئی نہیں جانتا"
CHOSEN = {"password": OWN, "password_again": OWN}


@pytest.fixture
def admin() -> User:
    return make_member("Rabia Noor", role=Role.ADMINISTRATOR)


@pytest.fixture
def invited(unit, admin) -> tuple[User, str]:
    """A member and the path of their link."""
    member, link = people.invite(email="sana@example.org", name="Sana Malik", role=Role.CASEWORKER, units=[unit], language="en",
                                 by=admin, mail=False)
    return member, path_of(link)


def path_of(link: str) -> str:
    return "/" + link.split("/", 3)[3]


def test_from_the_link_to_the_queue(client, invited):
    member, path = invited
    assert "sana@example.org" in client.get(path).content.decode()
    assert client.post(path, CHOSEN)["Location"] == "/desk/sign-in/second-factor/"
    assert not is_signed_in(client)
    client.get("/desk/sign-in/second-factor/")
    enrol(client)
    begin = client.get("/desk/sign-in/begin/").content.decode()
    assert 'name="passphrase"' in begin
    assert 'name="password"' not in begin                            # chosen already
    assert client.post("/desk/sign-in/begin/", {"passphrase": VAULT, "passphrase_again": VAULT})["Location"] == "/desk/"
    assert StaffKey.objects.filter(member=member).exists()


def test_it_works_once(client, invited):
    member, path = invited
    client.post(path, CHOSEN)
    for answer in (client.get(path), client.post(path, {"password": "another long one", "password_again": "another long one"})):
        assert answer.status_code == 404
        assert "This link works no more" in answer.content.decode()
    assert User.objects.get(pk=member.pk).check_password(OWN)


def test_looking_uses_nothing_up(client, invited):
    for _ in range(3):
        assert client.get(invited[1]).status_code == 200
        assert client.head(invited[1]).status_code == 200
    assert client.post(invited[1], CHOSEN).status_code == 302


@pytest.mark.parametrize("fields", [
    {"password": "short", "password_again": "short"}, {"password": "password1234", "password_again": "password1234"},
    {"password": OWN, "password_again": "something else entirely"}, {"password": OWN}])
def test_a_bad_password_is_said_and_the_link_still_works(client, invited, fields):
    assert "There is a problem" in client.post(invited[1], fields).content.decode()
    assert client.post(invited[1], CHOSEN).status_code == 302


def test_it_ends_after_three_days(client, invited):
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(invited[1]).status_code == client.post(invited[1], CHOSEN).status_code == 404
    assert timedelta(hours=72) == invitations.LASTS


def test_a_new_link_voids_the_one_before(client, invited, admin):
    member, path = invited
    newer = path_of(invitations.issue(member=member, by=admin, mail=False))
    assert client.get(path).status_code == 404
    assert client.get(newer).status_code == 200


@pytest.mark.parametrize("end", [
    lambda member, admin: people.deactivate(member=member, by=admin),
    lambda member, admin: services.start_over(member=member, by=None)])
def test_it_is_void_for_who_was_switched_off_or_reset_meanwhile(client, invited, admin, end):
    end(invited[0], admin)
    assert client.get(invited[1]).status_code == 404


def test_the_password_that_was_never_chosen_lets_nobody_in(client, invited):
    for guess in ("", "!", invited[0].password):
        assert not is_signed_in(client)
        sign_in(client, email="sana@example.org", password=guess)
    assert not is_signed_in(client)


def test_the_table_holds_no_link(invited):
    token = invited[1].rstrip("/").rpartition("/")[2]
    assert token not in str(list(Invitation.objects.values()))


def test_a_reset_member_keeps_the_vault_and_needs_its_passphrase(client, unit, admin, ayesha):
    """The administrator hands the link over, or uses it: what it opens is the account, never a case."""
    set_up_factor(ayesha)
    before = bytes(StaffKey.objects.get(member=ayesha).public)
    path = path_of(people.start_over(member=ayesha, by=admin, vault=False, mail=False))
    client.post(path, CHOSEN)
    client.get("/desk/sign-in/second-factor/")
    page = enrol(client)
    assert 'href="/desk/unlock/"' in page.content.decode()
    assert bytes(StaffKey.objects.get(member=ayesha).public) == before


# --- by mail ----------------------------------------------------------------------------------------------------------
def test_by_mail_only_the_mailbox_sees_it(client, unit, admin, run_jobs):
    custody.new_worker_key()
    member, link = people.invite(email="sana@example.org", name="Sana Malik", role=Role.CASEWORKER, units=[unit], language="ur",
                                 by=admin, mail=True)
    assert link == ""
    assert DataKeyWrap.objects.filter(recipient="worker").count() == 1
    assert run_jobs() == ["accounts.invite"]
    message = mail.outbox[0]
    assert message.to == ["sana@example.org"]
    assert "ایک بار" in message.body
    said = message.subject + message.body
    assert not [word for word in ("Sana", "Malik", "Rabia", "aseworker", "adults", "کیس") if word in said]
    token = re.search(r"/desk/invitation/([\w-]+)/", message.body)[1]
    assert token not in str(list(Invitation.objects.values()) + list(Job.objects.values()))
    assert Invitation.objects.get(member=member).sealed is None
    assert not DataKeyWrap.objects.filter(recipient="worker").exists()
    assert DataKey.objects.get().destroyed_at
    assert client.post(f"/desk/invitation/{token}/", CHOSEN).status_code == 302


def test_what_was_withdrawn_before_the_mail_left_is_not_sent(unit, admin, run_jobs):
    custody.new_worker_key()
    member, _ = people.invite(email="sana@example.org", name="S", role=Role.CASEWORKER, units=[unit], language="ur", by=admin,
                              mail=True)
    people.deactivate(member=member, by=admin)
    run_jobs()
    assert mail.outbox == []
    assert not DataKeyWrap.objects.exists()


def test_campaign_staff_are_led_to_the_cms_host(admin, settings):
    settings.ORIGINS = settings.ORIGINS | {"cms": "https://cms.example.org", "desk": "https://desk.example.org"}
    hosts = [invitations.issue(member=make_member("X", role=role), by=admin, mail=False).split("/desk/")[0]
             for role in (Role.CAMPAIGN_EDITOR, Role.ANALYST)]
    assert hosts == ["https://cms.example.org", "https://desk.example.org"]
