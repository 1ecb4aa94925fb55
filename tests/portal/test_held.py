"""Each process with the environment that deploy/environment.d gives it, and no secret more."""
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal.held import HOLDERS, ROLES, SecretNotHeld, absent, holds
from tests.processes import MADE_OF, environment

PROBE = """
import json, django
django.setup()
from django.conf import settings
from django.core.checks import run_checks
from portal.held import SecretNotHeld
def used(take):
    try:
        take()
    except SecretNotHeld as error:
        return str(error)
    return "held"
print(json.dumps({
    "DRAFT_KEY": used(lambda: settings.DRAFT_KEYS[0]), "RECEIPT_SALT": used(lambda: max(settings.RECEIPT_SALTS)),
    "BLIND_INDEX_KEY": used(lambda: bytes(settings.BLIND_INDEX_KEY)),
    "AUDIT_SIGNING_KEY": used(lambda: bytes(settings.AUDIT_SIGNING_KEY)),
    "SMS_GATEWAY_TOKEN": used(lambda: str(settings.SMS_GATEWAY_TOKEN)),
    "user": settings.DATABASES["default"]["USER"], "secret_key": settings.SECRET_KEY,
    "checks": [message.id for message in run_checks(include_deployment_checks=True) if message.id.startswith("portal.")]}))
"""
SINGLE = [role for role in ROLES if role != "all"]


def probe(role: str, **changed: str | None) -> subprocess.CompletedProcess[str]:
    given = {**environment(role), **changed}
    return subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=False,
                          env={name: value for name, value in given.items() if value is not None})


@pytest.mark.parametrize("role", SINGLE)
def test_a_process_starts_with_its_own_secrets_and_cannot_use_another(role):
    answer = probe(role)
    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    for name in ("DRAFT_KEY", "RECEIPT_SALT", "BLIND_INDEX_KEY", "AUDIT_SIGNING_KEY", "SMS_GATEWAY_TOKEN"):
        if holds(role, name):
            assert found[name] == "held"
        else:
            assert found[name].startswith(f"a process of role {role} does not hold {name}; it belongs to: ")
    assert found["user"] == ("mehfooz" if role == "owner" else f"mehfooz-{role}")
    assert (found["secret_key"] == MADE_OF["SECRET_KEY"]) == holds(role, "SECRET_KEY")
    assert found["checks"] == []


@pytest.mark.parametrize(("role", "name"), [("public", "DRAFT_KEY"), ("public", "RECEIPT_SALT"), ("desk", "SECRET_KEY"),
                                            ("desk", "BLIND_INDEX_KEY"), ("cms", "SECRET_KEY"), ("worker", "AUDIT_SIGNING_KEY")])
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_secret_stops_the_process_with_its_name(role, name, value):
    answer = probe(role, **{name: value})
    assert answer.returncode != 0
    assert name in answer.stderr.splitlines()[-1]


@pytest.mark.parametrize("role", SINGLE)
def test_the_example_names_exactly_the_secrets_of_its_role(role):
    lines = Path(f"deploy/environment.d/{role}").read_text().splitlines()
    named = {line.partition("=")[0] for line in lines if "=" in line and not line.startswith("#")}
    assert named & set(HOLDERS) == {name for name in HOLDERS if holds(role, name)
                                    and name not in {"SECRET_KEY_FALLBACKS", "DRAFT_KEY_PREVIOUS"}}
    given = [name for name, _equals, value in (line.partition("=") for line in lines) if name in HOLDERS and value]
    assert given == [], "a secret in the repository"


def test_what_all_share_holds_no_secret():
    assert not set(HOLDERS) & {line.partition("=")[0] for line in Path("deploy/environment.d/common").read_text().splitlines()}


@pytest.mark.parametrize("use", [bytes, str, bool, len, list, max, lambda secret: secret[0], lambda secret: secret == b""])
def test_any_use_of_a_secret_that_is_not_held_is_refused(use):
    with pytest.raises(SecretNotHeld, match="role public does not hold BLIND_INDEX_KEY; it belongs to: desk"):
        use(absent("public", "BLIND_INDEX_KEY"))


def test_every_unit_of_systemd_reads_the_file_of_its_role():
    for name, role in (("mehfooz-web@", "%i"), ("mehfooz-worker", "worker"), ("mehfooz-beat", "worker")):
        lines = Path(f"deploy/{name}.service").read_text().splitlines()
        assert [line for line in lines if line.startswith("EnvironmentFile")] == [
            "EnvironmentFile=/etc/mehfooz/common", f"EnvironmentFile=/etc/mehfooz/{role}"]


def test_no_environment_of_the_tests_reaches_a_probe():
    assert "MEHFOOZ_DEMO" in os.environ
    assert "MEHFOOZ_DEMO" not in environment("public")
