"""A member is told by mail what happened to their account; nobody else is, and the mail gives nothing away."""
from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client

from cases.vault import custody, unseal
from portal.accounts import alerts, passkeys, second_factor, services
from portal.accounts.models import Passkey, User
from tests.factories.cases import make_member
from tests.portal.accounts.conftest import app_code, is_signed_in, set_up_factor, sign_in

OLD, NEW = "five old words of mine", "five new words of mine"


def told(run_jobs: Callable[[], list[str]]) -> list[str]:
    """To whom the mails go that leave now, and what they say first."""
    mail.outbox.clear()
    run_jobs()
    return [f"{message.to[0]}: {message.body.splitlines()[0]}" for message in mail.outbox]


def enter(client: Client, member: User, *, steps: int = 0) -> None:
    sign_in(client, code=app_code(member, steps=steps))
    assert is_signed_in(client)


def test_a_browser_that_was_never_here_is_told_of(client, ayesha, run_jobs):
    set_up_factor(ayesha)
    run_jobs()
    enter(client, ayesha)
    assert told(run_jobs) == [f"{ayesha.email}: {alerts.WHAT['signed_in']}"]


def test_a_browser_that_was_here_is_not(client, ayesha, run_jobs):
    set_up_factor(ayesha)
    enter(client, ayesha)
    run_jobs()
    client.post("/desk/sign-out/")
    enter(client, ayesha, steps=1)
    assert told(run_jobs) == []


def test_a_password_that_does_not_suffice_tells_nobody(client, ayesha, run_jobs):
    set_up_factor(ayesha)
    run_jobs()
    sign_in(client)
    assert told(run_jobs) == []


@pytest.mark.parametrize(("what", "act"), [
    ("password_changed", lambda member: services.change_password(member=member, password=NEW, but="")),
    ("passphrase_changed", lambda member: services.change_passphrase(
        member=member, passphrase=NEW, private=unseal.unlock_staff(member, OLD), but="")),
    ("passphrase_changed", lambda member: services.new_passphrase(member=member, passphrase=NEW)),
    ("member_reset", lambda member: services.start_over(member=member, by=make_member("Rabia"))),
    ("recovery_codes_made", second_factor.replace_recovery_codes),
    ("recovery_code_used", lambda member: second_factor.accepts(member, second_factor.new_recovery_codes(member)[0])),
    ("passkey_removed", lambda member: passkeys.remove(
        passkey=Passkey.objects.create(member=member, credential=b"one", public=b"key", counter=0), by=member)),
])
def test_a_change_is_told_to_the_member_alone(ayesha, run_jobs, what, act):
    set_up_factor(ayesha)
    custody.new_staff_key(ayesha, OLD)
    run_jobs()
    act(ayesha)
    assert told(run_jobs) == [f"{ayesha.email}: {alerts.WHAT[what]}"]


def test_the_mail_is_in_the_members_language_and_holds_no_name_and_no_link(ayesha, run_jobs):
    User.objects.filter(pk=ayesha.pk).update(language="ur")
    services.change_password(member=User.objects.get(pk=ayesha.pk), password=NEW, but="")
    told(run_jobs)
    text = f"{mail.outbox[0].subject} {mail.outbox[0].body}"
    assert "پاس ورڈ" in text
    for secret in ("Ayesha", "http", "/desk", str(ayesha.pk)):
        assert secret not in text


def test_who_has_left_is_told_nothing(ayesha, run_jobs):
    services.change_password(member=ayesha, password=NEW, but="")
    User.objects.filter(pk=ayesha.pk).update(is_active=False)
    assert told(run_jobs) == []
