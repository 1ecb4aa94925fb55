"""Each check speaks when it should, and is silent in a sound production environment."""
import pytest
from django.db import connection, transaction

from portal import checks
from tests.factories.cases import make_member, make_unit


def postgresql(role: str) -> dict[str, dict[str, str]]:
    return {"default": {"ENGINE": "django.db.backends.postgresql", "USER": f"mehfooz-{role}"}}


SOUND = {
    "DEMO": False, "PORTAL_ROLE": "public", "BASE_URL": "https://mehfooz.example", "ALLOWED_HOSTS": ["mehfooz.example"],
    "CELERY_BROKER_URL": "redis://localhost/1", "DEFAULT_FROM_EMAIL": "no-reply@mehfooz.example",
    "SMS_GATEWAY_URL": "https://sms.example", "LOOK_PROXY": "", "ROOT_PUBLIC_KEY": bytes(65), "RECOVERY_PUBLIC_KEY": bytes(65),
    "NOTICE_FROM_EMAIL": "takedown@mehfooz.example", "DATABASES": postgresql("public"),
    "ORIGINS": {role: f"https://{role}.mehfooz.example" for role in ("public", "desk", "cms", "exchange")},
}
WORKER = {"PORTAL_ROLE": "worker", "DATABASES": postgresql("worker")}
ALL = [checks.demonstration, checks.one_role_a_process, checks.a_database_that_several_processes_share, checks.encrypted_origins,
       checks.a_broker_that_other_processes_reach, checks.separate_hosts, checks.an_office_with_an_address,
       checks.texts_that_leave, checks.keys_of_the_ceremony, checks.a_proxy_to_look_by, checks.secrets_of_others,
       checks.a_database_role_of_its_own]


def said(monkeypatch: pytest.MonkeyPatch, **changed: object) -> list[str]:
    class Environment:
        pass
    for name, value in {**SOUND, **changed}.items():
        setattr(Environment, name, value)
    monkeypatch.setattr(checks, "settings", Environment)
    return [message.id for check in ALL for message in check()]


def test_a_sound_environment_is_silent(monkeypatch):
    assert said(monkeypatch) == []


@pytest.mark.parametrize(("changed", "expected"), [
    ({"DEMO": True}, "portal.E001"),
    ({"PORTAL_ROLE": "all"}, "portal.W002"),
    ({"DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3"}}}, "portal.E003"),
    ({"CELERY_BROKER_URL": "memory://localhost/"}, "portal.E004"),
    ({"ORIGINS": SOUND["ORIGINS"] | {"desk": "http://desk.mehfooz.example"}}, "portal.E005"),
    ({"ORIGINS": SOUND["ORIGINS"] | {"desk": SOUND["ORIGINS"]["public"]}}, "portal.E006"),
    ({"NOTICE_FROM_EMAIL": "takedown@example.org"}, "portal.E007"),
    ({"SMS_GATEWAY_URL": "", **WORKER}, "portal.W008"),
    ({"ROOT_PUBLIC_KEY": b""}, "portal.E009"),
    ({"RECOVERY_PUBLIC_KEY": b""}, "portal.E009"),
    ({"DATABASES": postgresql("desk")}, "portal.W012"),
    ({"LOOK_PROXY": "proxy.example:3128"}, "portal.E013"),
])
def test_one_fault_one_message(monkeypatch, changed, expected):
    assert said(monkeypatch, **changed) == [expected]


def test_the_demonstration_on_loopback_is_fine(monkeypatch):
    assert said(monkeypatch, DEMO=True, ALLOWED_HOSTS=["127.0.0.1"], BASE_URL="http://127.0.0.1:8000") == []


@pytest.mark.django_db
def test_units_that_cannot_receive_are_named():
    assert checks.units_that_can_receive(databases=None) == []
    unit = make_unit("adults")
    assert [(each.id, each.msg) for each in checks.units_that_can_receive(databases=["default"])] == [
        ("portal.W010", "Not open for reports: adults, children, integrity.")]
    make_member("Amna", unit)
    assert checks.units_that_can_receive(databases=["default"])[0].msg == "Not open for reports: children, integrity."
    for code in ("children", "integrity"):
        make_member("Member", make_unit(code))
    assert checks.units_that_can_receive(databases=["default"]) == []


@pytest.mark.django_db
def test_an_upgrade_is_not_stopped_by_a_check_that_asks_for_what_it_brings():
    make_unit("adults")
    with transaction.atomic():
        connection.cursor().execute("ALTER TABLE cases_vault_unitkey DROP COLUMN verify")        # as in a database of before
        assert checks.units_that_can_receive(databases=["default"]) == []
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", ["BLIND_INDEX_KEY", "AUDIT_SIGNING_KEY_FILE", "SECRET_KEY", "SMS_GATEWAY_TOKEN"])
def test_a_secret_of_another_role_is_named(monkeypatch, name):
    monkeypatch.setenv("DRAFT_KEY", "its own")
    monkeypatch.setenv(name, "another's")
    assert said(monkeypatch) == ["portal.W011"]
    assert name.removesuffix("_FILE") in checks.secrets_of_others()[0].msg
    assert "another's" not in str(checks.secrets_of_others())
