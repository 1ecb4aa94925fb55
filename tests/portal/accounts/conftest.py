"""Members who can sign in. The portal here is no demonstration, so the second factor is asked for."""
import base64
import re
import time
from collections.abc import Callable
from functools import cache

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.contrib.auth.hashers import make_password
from django.http import HttpResponse
from django.test import Client

from cases.units.models import Unit
from portal.accounts import second_factor
from portal.accounts.models import SecondFactor, User
from tests.factories.cases import make_member, make_unit, signed_in

PASSWORD = "correct horse battery staple"  # noqa: S105
FACTOR = "/desk/sign-in/second-factor/"


@pytest.fixture(autouse=True)
def _real_portal(settings, db, redis_server):
    settings.DEMO = False


@pytest.fixture
def unit() -> Unit:
    return make_unit()


@pytest.fixture
def ayesha(unit) -> User:
    """A caseworker with a password and a key that no passphrase opens (tests park it)."""
    return with_password(make_member("Ayesha Khan", unit, email="ayesha@example.org"))


@cache
def encoded() -> str:
    """PASSWORD as it is stored; made once, because Argon2id is slow on purpose."""
    return make_password(PASSWORD)


def with_password(member: User) -> User:
    member.password = encoded()
    member.save()
    return member


def set_up_factor(member: User) -> list[str]:
    """What enrolment does, with the code of a minute ago so that the tests have later ones; the recovery codes."""
    proposal = second_factor.propose(member)
    for _ in range(2):                  # a new half-minute may have begun in between
        if codes := second_factor.confirm(member, proposal, code_of(second_factor.proposed(member, proposal), steps=-1)):
            return codes
    raise AssertionError("the code of half a minute ago was refused twice")


def app_code(member: User, *, steps: int = 0, at: float | None = None) -> str:
    """What the member's app shows, `steps` half-minutes from now."""
    secret = second_factor._open(member, SecondFactor.objects.get(member=member).secret)
    return code_of(TOTP(secret, 6, SHA1(), 30), steps=steps, at=at)  # noqa: S303


def shown_code(page: HttpResponse) -> str:
    """What an app shows that took up the secret on this page."""
    secret = re.search(r"secret=([A-Z2-7]+)", page.content.decode())
    return code_of(TOTP(base64.b32decode(secret[1]), 6, SHA1(), 30))  # noqa: S303


def enrol(client: Client, **fields: str) -> HttpResponse:
    """Set up the app that the page offers."""
    return client.post(FACTOR, {**fields, "code": shown_code(client.get(FACTOR))})


def code_of(totp: TOTP, *, steps: int = 0, at: float | None = None) -> str:
    return totp.generate(int((time.time() if at is None else at) // 30 + steps) * 30).decode()


def sign_in(client: Client, *, email: str = "ayesha@example.org", password: str = PASSWORD, **fields: str):
    return client.post("/desk/sign-in/", {"email": email, "password": password, **fields})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.fixture
def browser_of() -> Callable[[User], Client]:
    """A browser whose vault is locked."""
    return lambda member: signed_in(member, unlocked=False)
