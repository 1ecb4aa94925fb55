"""Which process holds which secret (docs/threat-model.md, "Secrets"). One that it does not hold, a process neither asks for nor
can use by mistake. Read by the settings, so this imports no setting."""
from collections.abc import Callable
from typing import Any

from django.utils.functional import SimpleLazyObject

ROLES = ("public", "desk", "cms", "exchange", "worker", "owner", "all")     # owner: migrates and runs commands, serves nobody
HOLDERS: dict[str, frozenset[str]] = {
    "SECRET_KEY": frozenset({"desk", "cms", "owner"}),           # sessions, and what seals the second factor
    "SECRET_KEY_FALLBACKS": frozenset({"desk", "cms", "owner"}),
    "DRAFT_KEY": frozenset({"public"}),                          # the state of a form
    "DRAFT_KEY_PREVIOUS": frozenset({"public"}),
    "RECEIPT_SALT": frozenset({"public", "desk"}),               # the desk makes codes for who calls or comes
    "BLIND_INDEX_KEY": frozenset({"desk"}),                      # equality of links and account names
    "OIDC_CLIENT_SECRET": frozenset({"desk"}),                   # single sign-on
    "AUDIT_SIGNING_KEY": frozenset({"worker"}),
    "EMAIL_HOST_PASSWORD": frozenset({"worker"}),
    "IMAP_PASSWORD": frozenset({"worker"}),
    "SMS_GATEWAY_TOKEN": frozenset({"worker"}),
    "EXCHANGE_SOURCES": frozenset({"worker"}),                   # keys to lists of others
    "NOTICE_SIGNING_KEY": frozenset({"worker"}),                 # signs notices that leave by machine
    "EXCHANGE_UPWARD": frozenset({"worker"}),                    # keys of those who take our fingerprints
}


class SecretNotHeld(Exception):
    """A secret was used that this process does not hold, so the work is another process's. The message names both."""


def holds(role: str, name: str) -> bool:
    return role == "all" or role in HOLDERS[name]


def absent(role: str, name: str) -> Any:
    """Stands where a setting made of a secret would stand. Any use of it raises SecretNotHeld."""
    return SimpleLazyObject(refuse(role, name))


def refuse(role: str, name: str) -> Callable[[], object]:
    def refused() -> object:
        raise SecretNotHeld(f"a process of role {role} does not hold {name}; it belongs to: {', '.join(sorted(HOLDERS[name]))}")
    return refused
