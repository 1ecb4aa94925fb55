"""What a wrong environment would break quietly, said at every start: `manage.py check --deploy` for the second group."""
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError

from cases.escalation import look_wire
from cases.units.models import Unit
from cases.vault.trust import is_open
from portal.env import envgiven
from portal.held import HOLDERS, holds

LOOPBACK = {"127.0.0.1", "localhost", "[::1]", "::1", "testserver"}


def beyond_loopback() -> set[str]:
    return {host for host in [*settings.ALLOWED_HOSTS, urlsplit(settings.BASE_URL).hostname or ""] if host not in LOOPBACK}


@register(Tags.security)
def demonstration(**_: object) -> list[CheckMessage]:
    if settings.DEMO and beyond_loopback():
        return [Error("MEHFOOZ_DEMO is on, but the portal answers beyond this machine.", id="portal.E001",
                      hint="In the demonstration there is no second factor and passwords are printed. Unset MEHFOOZ_DEMO.")]
    return []


@register(Tags.security)
def one_role_a_process(**_: object) -> list[CheckMessage]:
    if not settings.DEMO and settings.PORTAL_ROLE == "all":
        return [Warning("PORTAL_ROLE is all: one process can read everything, which voids the promise to reporters.",
                        id="portal.W002",
                        hint="Run one process per role: public, desk, cms, exchange, worker (docs/how-to/deploy.md).")]
    return []


@register(Tags.security)
def secrets_of_others(**_: object) -> list[CheckMessage]:
    role = settings.PORTAL_ROLE
    foreign = sorted(name for name in HOLDERS if envgiven(name) and not holds(role, name))
    if foreign:
        return [Warning(f"A process of role {role} is given secrets that it has no use for: {', '.join(foreign)}.",
                        id="portal.W011", hint="Whoever captures this process takes them along. Give each role "
                                                "its own environment (deploy/environment.d).")]
    return []


@register(Tags.security)
def a_database_role_of_its_own(**_: object) -> list[CheckMessage]:
    role, database = settings.PORTAL_ROLE, settings.DATABASES["default"]
    if role in {"all", "owner"} or database["ENGINE"].endswith("sqlite3") or database["USER"].endswith(f"-{role}"):
        return []
    return [Warning(f"Role {role} enters the database as {database['USER']}.", id="portal.W012",
                    hint="Leave DATABASE_USER unset, or name the role that `manage.py dbroles` made for this process.")]


@register(Tags.database)
def a_database_that_several_processes_share(**_: object) -> list[CheckMessage]:
    sqlite = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    if sqlite and settings.PORTAL_ROLE != "all":
        return [Error("A single role on SQLite.", id="portal.E003",
                      hint="Roles need PostgreSQL: least grants per role do not exist "
                                                                       "in SQLite. Set DATABASE=postgresql.")]
    return []


@register
def a_broker_that_other_processes_reach(**_: object) -> list[CheckMessage]:
    if settings.CELERY_BROKER_URL.startswith("memory:") and settings.PORTAL_ROLE != "all":
        return [Error("The broker memory:// ends at this process.", id="portal.E004", hint="Set CELERY_BROKER_URL or REDIS_URL.")]
    return []


@register(Tags.security, deploy=True)
def encrypted_origins(**_: object) -> list[CheckMessage]:
    plain = sorted(role for role, origin in settings.ORIGINS.items() if not origin.startswith("https://"))
    if not plain:
        return []
    return [Error(f"Not https: {', '.join(plain)}.", id="portal.E005", hint="Set BASE_URL and the *_ORIGIN variables to https:// "
                                                                          "addresses: without it no browser seals anything.")]


@register(Tags.security, deploy=True)
def separate_hosts(**_: object) -> list[CheckMessage]:
    public, staff = settings.ORIGINS["public"], (settings.ORIGINS["desk"], settings.ORIGINS["cms"])
    if public in staff:
        return [Error("The public pages share a host with staff pages.", id="portal.E006",
                      hint="Give desk and cms hosts of their own: cookies and scripts respect hosts only.")]
    return []


@register(deploy=True)
def an_office_with_an_address(**_: object) -> list[CheckMessage]:
    examples = [name for name in ("DEFAULT_FROM_EMAIL", "NOTICE_FROM_EMAIL") if getattr(settings, name).endswith("@example.org")]
    if examples:
        return [Error(f"Still an example address: {', '.join(examples)}.", id="portal.E007",
                      hint="Platforms answer to it; answers "
                                                                                                "to example.org reach nobody.")]
    return []


@register(deploy=True)
def texts_that_leave(**_: object) -> list[CheckMessage]:
    if not settings.SMS_GATEWAY_URL and holds(settings.PORTAL_ROLE, "SMS_GATEWAY_TOKEN"):
        return [Warning("No SMS gateway: messages are written to files.", id="portal.W008", hint="Set SMS_GATEWAY_URL.")]
    return []


@register
def a_proxy_to_look_by(**_: object) -> list[CheckMessage]:
    try:
        if settings.LOOK_PROXY:
            look_wire.proxy(settings.LOOK_PROXY)
    except ValueError:
        return [Error("LOOK_PROXY names no plain HTTP proxy.", id="portal.E013",
                      hint="Write http://host:port, without a name, a password or a path, or leave it empty: "
                           "docs/how-to/look-by-machine.md.")]
    return []


@register(deploy=True)
def keys_of_the_ceremony(**_: object) -> list[CheckMessage]:
    missing = [name for name in ("ROOT_PUBLIC_KEY", "RECOVERY_PUBLIC_KEY") if not getattr(settings, name)]
    if not missing:
        return []
    return [Error(f"Not set: {', '.join(missing)}.", id="portal.E009",
                  hint="Without the root nothing can be sealed, without recovery a unit can lose its cases: "
                       "docs/how-to/recovery-ceremony.md.")]


@register(Tags.database)
def units_that_can_receive(databases: Sequence[str] | None = None, **_: object) -> list[CheckMessage]:
    if not databases:
        return []
    try:
        closed = [unit.code for unit in Unit.objects.filter(practice=False) if not is_open(unit)]
    except DatabaseError:
        return []           # `migrate` asks before it has made tables or columns
    if not closed:
        return []
    return [Warning(f"Not open for reports: {', '.join(closed)}.", id="portal.W010",
                    hint="Each needs a member with a vault passphrase and the ceremony's signature: "
                         "docs/how-to/recovery-ceremony.md.")]
