"""All settings, typed, from the environment. Nothing here is secret and nothing names a machine."""
import json
import secrets
import sys
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from cases.evidence import instruction
from cases.vault.hpke import PUBLIC_BYTES
from cases.vault.signing import verify_key
from portal.env import env, envbool, envgiven, envint, envkey, envlist, envsecret
from portal.held import ROLES, absent, holds
from portal.static_headers import add_headers

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(env("MEHFOOZ_DATA", str(ROOT / "var")))

# --- role: what this process serves (docs/threat-model.md, compartments) -------------------------------------------
PORTAL_ROLE = env("PORTAL_ROLE", "all")
if PORTAL_ROLE not in ROLES:
    sys.exit(f"PORTAL_ROLE must be one of {', '.join(ROLES)}")
URLCONFS = {role: f"portal.urls.{role}" for role in ROLES} | {"all": "portal.urls.everything", "owner": "portal.urls.worker"}
ROOT_URLCONF = URLCONFS[PORTAL_ROLE]
DEMO = envbool("MEHFOOZ_DEMO", default=False)          # second factor off, banner on, data made up
EMBEDDED = envbool("MEHFOOZ_EMBEDDED", default=DEMO)   # SQLite, memory:// and a worker inside the web process
DEBUG = False
BASE_URL = env("BASE_URL", "http://127.0.0.1:8000")
ORIGINS = {role: env(f"{role.upper()}_ORIGIN", BASE_URL) for role in ("public", "desk", "cms", "exchange")}
SECURE = BASE_URL.startswith("https://")
ALLOWED_HOSTS = envlist("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1],testserver" if DEMO else "")
CSRF_TRUSTED_ORIGINS = sorted({origin for origin in ORIGINS.values() if origin.startswith("https://")})


def secret(name: str) -> str:
    """Required outside the demo; there, unless given, made once and kept beside the data."""
    return envsecret(name) if not DEMO or envgiven(name) else kept(name)


def kept(name: str) -> str:
    """32 random bytes in hex, made once and kept beside the data."""
    path = DATA / "secrets.json"
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    if name not in known:
        known[name] = secrets.token_hex(32)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps(known))
    return known[name]


def held(name: str, made: Callable[[str], Any]) -> Any:
    """What `made` makes of a secret, in the processes that hold it (portal.held)."""
    return made(secret(name)) if holds(PORTAL_ROLE, name) else absent(PORTAL_ROLE, name)


# Public, exchange and worker sign nothing that outlives them: theirs is made at each start and kept by nobody.
SECRET_KEY = secret("SECRET_KEY") if holds(PORTAL_ROLE, "SECRET_KEY") else secrets.token_hex(32)
# earlier ones: sessions and second factors outlive a change
SECRET_KEY_FALLBACKS = envlist("SECRET_KEY_FALLBACKS") if holds(PORTAL_ROLE, "SECRET_KEY") else []
DRAFT_KEYS = held("DRAFT_KEY", lambda key: [bytes.fromhex(each) for each in [key, *envlist("DRAFT_KEY_PREVIOUS")]])   # form state
RECEIPT_SALTS = held("RECEIPT_SALT", lambda salt: {1: bytes.fromhex(salt)})      # versioned deployment salt of receipt codes
BLIND_INDEX_KEY = held("BLIND_INDEX_KEY", bytes.fromhex)                         # equality of handles and links
AUDIT_SIGNING_KEY = held("AUDIT_SIGNING_KEY", bytes.fromhex)                     # signs hourly checkpoints
# The ceremony's public halves (docs/how-to/recovery-ceremony.md): who seals trusts only keys that the root signed. A trial has
# no ceremony: its root rests beside the data, and the promise with it.
ROOT_PUBLIC_KEY = envkey("ROOT_PUBLIC_KEY", PUBLIC_BYTES)
ROOT_SEED = bytes.fromhex(kept("ROOT_SEED")) if (DEMO or EMBEDDED) and not ROOT_PUBLIC_KEY else None
ROOT_PUBLIC_KEY = verify_key(ROOT_SEED) if ROOT_SEED else ROOT_PUBLIC_KEY
RECOVERY_PUBLIC_KEY = envkey("RECOVERY_PUBLIC_KEY", PUBLIC_BYTES)    # empty in a trial: without shares nothing is recovered
# What becomes of a file that may show a child is for the ministry's lawyers to order, not for us to guess (cases.evidence).
TAKES_FILES = PORTAL_ROLE in {"public", "desk", "worker", "all"}
ORDERED = env("LEGAL_INSTRUCTION", "destroy: made up for a demonstration" if DEMO else "")
LEGAL_INSTRUCTION = instruction.parse(ORDERED) if TAKES_FILES or ORDERED else None
WORKER_KEYS = Path(env("WORKER_KEYS", str(DATA / "worker-keys")))  # worker: private halves, one file a version

# Which hashes are the same picture, in bits of 256; a kind a line (cases.hashing.models.IndexedHash.Kind).
HASH_LIMITS = {"PICTURE": envint("HASH_LIMIT_PICTURE", 31), "FOREIGN": envint("HASH_LIMIT_FOREIGN", 31),
               "FRAME": envint("HASH_LIMIT_FRAME", 31)}
SNAPSHOTS = env("HASH_SNAPSHOTS", str(DATA / "hash-snapshots")) if PORTAL_ROLE in {"worker", "all"} else ""
HASH_SNAPSHOTS = Path(SNAPSHOTS) if SNAPSHOTS else None             # empty: this machine asks the table
HASH_SNAPSHOT_FROM = envint("HASH_SNAPSHOT_FROM", 50_000)           # with fewer hashes the table is quick enough

TOMBSTONES = Path(env("TOMBSTONES", str(DATA / "tombstones")))     # worker: what was destroyed
BACKUPS = Path(env("BACKUPS", str(DATA / "backups")))              # where `manage.py backup` writes
BACKUP_DAY_KEYS = Path(env("BACKUP_DAY_KEYS", str(DATA / "backup-day-keys")))     # never where the backups are
BACKUP_PUBLIC_KEY = bytes.fromhex(env("BACKUP_PUBLIC_KEY", ""))    # its private half is offline

# --- applications --------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "modeltranslation", "portal", "portal.accounts",
    "cases.audit", "cases.outbox", "cases.clock", "cases.units", "cases.vault", "cases",
    "cases.notifications", "cases.merging", "cases.hashing", "cases.flood", "cases.evidence", "cases.escalation",
    "cases.referral", "cases.coordination", "cases.conversation", "cases.retention",
    "cases.intake", "cases.triage", "cases.exchange", "cases.liaison", "cases.statistics",
    "awareness",                                        # before wagtail.admin: it overrides templates
    "wagtail.contrib.settings", "wagtail.users", "wagtail.snippets", "wagtail.documents", "wagtail.images",
    "wagtail.search", "wagtail.admin", "wagtail.sites", "wagtail", "modelcluster", "taggit", "crispy_forms",
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
    "whitenoise.runserver_nostatic", "django.contrib.staticfiles",
]
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["portal.accounts.hashers.VaultCostArgon2id"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
MIDDLEWARE = [
    "portal.middleware.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.PublicPages",                    # no session, no cookie, no cross-site POST on public paths
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.middleware.Languages",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.accounts.middleware.StaffOnly",             # sign-in is required unless a view says otherwise
    "django.contrib.messages.middleware.MessageMiddleware",
    "portal.collisions.Collisions",
]
TEMPLATES: list[dict[str, Any]] = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "DIRS": [ROOT / "templates"],
    "APP_DIRS": True,
    "OPTIONS": {
        "context_processors": [
            "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
            "django.template.context_processors.i18n", "django.contrib.messages.context_processors.messages",
            "portal.context.helplines", "portal.context.site",
        ],
        "builtins": ["portal.templatetags.portal"],
    },
}]
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "portal"
CRISPY_FAIL_SILENTLY = False
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- data ----------------------------------------------------------------------------------------------------------
SQLITE: dict[str, Any] = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": DATA / "mehfooz.sqlite3",
    "OPTIONS": {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        # FULL: the last acknowledged report survives a power cut. recursive_triggers: INSERT OR REPLACE may not slip
        # past the audit triggers. secure_delete: deleted rows are overwritten.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000;"
                        "PRAGMA recursive_triggers=ON; PRAGMA secure_delete=ON",
    },
}
POSTGRESQL: dict[str, Any] = {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": env("DATABASE_NAME", "mehfooz"),
    "HOST": env("DATABASE_HOST", ""),
    "PORT": env("DATABASE_PORT", ""),
    # as `manage.py dbroles` names them
    "USER": env("DATABASE_USER", "mehfooz" if PORTAL_ROLE in {"all", "owner"} else f"mehfooz-{PORTAL_ROLE}"),
    "PASSWORD": envsecret("DATABASE_PASSWORD", ""),
    "CONN_MAX_AGE": envint("DATABASE_CONN_MAX_AGE", 60),
    "CONN_HEALTH_CHECKS": True,                         # after PostgreSQL restarts, nobody's request meets a dead connection
}
DATABASES = {"default": SQLITE if env("DATABASE", "sqlite" if EMBEDDED else "postgresql") == "sqlite" else POSTGRESQL}
REDIS_URL = env("REDIS_URL", "" if EMBEDDED else None)
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "portal.cache.ForgivingRedisCache", "LOCATION": REDIS_URL} if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

# --- jobs: the outbox table is the truth, Celery the doorbell (docs/adr) --------------------------------------------
CELERY_BROKER_URL = env("CELERY_BROKER_URL", "memory://localhost/" if EMBEDDED else REDIS_URL)   # a host, or kombu warns
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY = False                       # the sweeper rings again
CELERY_TASK_TIME_LIMIT = 600
CELERY_WORKER_PREFETCH_MULTIPLIER = 64 if EMBEDDED else 1   # 1 throttles memory:// to two messages a poll
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.05} if EMBEDDED else {
    "visibility_timeout": 3600, "socket_connect_timeout": 3, "max_retries": 0}      # a request does not wait for the broker
CELERY_TIMEZONE = "Asia/Karachi"
OUTBOX_SWEEP_SECONDS = envint("OUTBOX_SWEEP_SECONDS", 5)
OUTBOX_RING_AGAIN_SECONDS = envint("OUTBOX_RING_AGAIN_SECONDS", 20)   # P1 must be heard of within 60
OUTBOX_LEASE_SECONDS = CELERY_TASK_TIME_LIMIT + 30
# Patience in seconds, first and longest: of a job that failed, and until a job that nobody took is rung again.
OUTBOX_WAIT_SECONDS, OUTBOX_LONGEST_RING_SECONDS = (15, 3600), 900

# --- what leaves the building ---------------------------------------------------------------------------------------
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend" if DEMO else "django.core.mail.backends.smtp.EmailBackend"
EMAIL_FILE_PATH = DATA / "mail"
EMAIL_HOST = env("EMAIL_HOST", "localhost")
EMAIL_PORT = envint("EMAIL_PORT", 25)
SENDS = holds(PORTAL_ROLE, "EMAIL_HOST_PASSWORD")
EMAIL_HOST_USER = env("EMAIL_HOST_USER", "") if SENDS else ""
EMAIL_HOST_PASSWORD = envsecret("EMAIL_HOST_PASSWORD", "") if SENDS else absent(PORTAL_ROLE, "EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = envbool("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", "no-reply@example.org")
NOTICE_FROM_EMAIL = env("NOTICE_FROM_EMAIL", "takedown@example.org")     # the role address that signs notices
NOTICE_REPLY_ADDRESS = env("NOTICE_REPLY_ADDRESS", NOTICE_FROM_EMAIL)    # answers come to it with +token; empty: without
NOTICES_PER_MINUTE = json.loads(env("NOTICES_PER_MINUTE", '{"email": 30}'))    # to one channel, by its kind; none named: no limit
# The mailbox of that address: fetched each minute over TLS where a host is named (docs/how-to/answers-by-mail.md).
IMAP: dict[str, Any] = {"host": env("IMAP_HOST", ""), "port": envint("IMAP_PORT", 993), "user": env("IMAP_USER", ""),
        "folder": env("IMAP_FOLDER", "INBOX"), "strays": env("IMAP_STRAYS_FOLDER", "Strays"), "ca_file": env("IMAP_CA_FILE", "")}
IMAP_PASSWORD = envsecret("IMAP_PASSWORD", "") if SENDS else absent(PORTAL_ROLE, "IMAP_PASSWORD")
INBOUND_MAIL_KEY = bytes.fromhex(env("INBOUND_MAIL_KEY", ""))    # public, Ed25519: of the mail server that hands mails over
WITNESS_EMAIL = env("WITNESS_EMAIL", "")                # keeps the log's signed heads (docs/how-to/witness.md)
WEBHOOK_NETWORKS = [ip_network(each) for each in envlist("WEBHOOK_NETWORKS")]     # private ones that webhooks may reach
WEBHOOK_CA_FILE = env("WEBHOOK_CA_FILE", "")            # who signs the certificates of their receivers; empty: the public ones
LOOK_PROXY = env("LOOK_PROXY", "")                      # by which we look whether links still answer; empty: never
WEBHOOK_SECONDS = (10, 30)                              # for each step of a call, and for all of them
NOTICE_PAUSE_SECONDS = (60, 3600)                       # of a channel that is broken: the first pause, and the longest
SMS_GATEWAY_URL = env("SMS_GATEWAY_URL", "")            # empty: messages are written to SMS_FILE_PATH
# Signs notices that leave by machine (docs/notices-by-machine.md); empty: no notice leaves that way.
NOTICE_SIGNING_KEY = bytes.fromhex(envsecret("NOTICE_SIGNING_KEY", "") or (kept("NOTICE_SIGNING_KEY") if DEMO else "")) \
    if holds(PORTAL_ROLE, "NOTICE_SIGNING_KEY") else absent(PORTAL_ROLE, "NOTICE_SIGNING_KEY")
# Lists of others that we pull (docs/how-to/pull-a-list.md), with their keys: JSON, or a file of it.
EXCHANGE_SOURCES = json.loads(envsecret("EXCHANGE_SOURCES", "[]") or "[]") if holds(PORTAL_ROLE, "EXCHANGE_SOURCES") \
    else absent(PORTAL_ROLE, "EXCHANGE_SOURCES")
# Who takes our fingerprints upward (docs/how-to/submit-upward.md), with its keys: JSON, or a file of it.
EXCHANGE_UPWARD = json.loads(envsecret("EXCHANGE_UPWARD", "{}") or "{}") if holds(PORTAL_ROLE, "EXCHANGE_UPWARD") \
    else absent(PORTAL_ROLE, "EXCHANGE_UPWARD")
SMS_GATEWAY_TOKEN = envsecret("SMS_GATEWAY_TOKEN", "") if SENDS else absent(PORTAL_ROLE, "SMS_GATEWAY_TOKEN")
SMS_FILE_PATH = DATA / "sms"
SMS_SENDER = env("SMS_SENDER", "Mehfooz")               # what staff see
REPORTER_SMS_SENDER = env("REPORTER_SMS_SENDER", "Notice")    # what a reporter's phone shows: gives nothing away
REPORTER_FROM_EMAIL = env("REPORTER_FROM_EMAIL", "notice@example.org")
OFFICE = {"en": env("OFFICE_EN", "Ministry of Human Rights, Government of Pakistan"),
          "ur": env("OFFICE_UR", "وزارتِ انسانی حقوق، حکومتِ پاکستان")}

# --- languages -------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ur", "اردو")]
LOCALE_PATHS = [ROOT / "locale"]
LANGUAGE_COOKIE_NAME = "__Secure-language" if SECURE else "language"      # "__Host-" wants the whole host for its path
LANGUAGE_COOKIE_PATH = "/desk/"                         # staff only: the public's language is in the path
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = SECURE
LANGUAGE_COOKIE_SAMESITE = "Strict"
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Karachi"
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_FALLBACK_LANGUAGES = ("en",)
MODELTRANSLATION_CUSTOM_FIELDS = ("StreamField", "RichTextField")

# --- web -------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [ROOT / "static"]
WHITENOISE_ADD_HEADERS_FUNCTION = add_headers
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA / "media"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "portal.static_storage.StaticStorage"},
}
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
if PORTAL_ROLE in {"cms", "all"}:                       # large pictures; at the desk nothing that is sent reaches a disk
    FILE_UPLOAD_HANDLERS.append("django.core.files.uploadhandler.TemporaryFileUploadHandler")
# a report's form with its sealed state is far smaller; a list of reports that a supervisor imports travels in its page
DATA_UPLOAD_MAX_MEMORY_SIZE = (2048 if PORTAL_ROLE in {"desk", "all"} else 256) * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400 if PORTAL_ROLE == "public" else 4000   # a long article in two languages has that many
CLIENT_ADDRESS_HEADER = env("CLIENT_ADDRESS_HEADER", "")       # set by our proxy, e.g. X-Real-IP; empty: the socket's own
EXIT_URL = env("EXIT_URL", "https://www.bbc.com/weather")
PASSKEY_RP_ID = env("PASSKEY_RP_ID", "")                # empty: the desk's host; a common parent, if the CMS has another host
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "accounts:home"
CSRF_FAILURE_VIEW = "portal.accounts.waiting.old_token"
SESSION_ENGINE = "portal.accounts.sessions"             # rows under a digest, so that the table opens no session
SESSION_COOKIE_NAME = "__Host-staff" if SECURE else "staff"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"      # not in a cookie: a message may name a case
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_AGE = 8 * 3600                           # from the start, however much it is used
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
OIDC_ISSUER = env("OIDC_ISSUER", "")                    # single sign-on at the desk; empty: none (docs/how-to/single-sign-on.md)
OIDC_CLIENT_ID = env("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = envsecret("OIDC_CLIENT_SECRET", "") if holds(PORTAL_ROLE, "OIDC_CLIENT_SECRET") \
    else absent(PORTAL_ROLE, "OIDC_CLIENT_SECRET")
OIDC_SECOND_FACTOR = envlist("OIDC_SECOND_FACTOR", "")  # `amr` or `acr` values that count as one; none: ours is asked for
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
VAULT_IDLE_SECONDS = 15 * 60
VAULT_AT_MOST_SECONDS = 8 * 3600

# --- Wagtail (docs/adr: the CMS) -------------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "Mehfooz"
WAGTAILADMIN_BASE_URL = ORIGINS["cms"]
WAGTAIL_I18N_ENABLED = False
WAGTAILADMIN_PERMITTED_LANGUAGES = [("en", "English"), ("ur", "اردو")]
WAGTAIL_ENABLE_UPDATE_CHECK = False                     # it would call out from the editor's browser
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_USER_TIME_ZONES = ["Asia/Karachi", "UTC"]
WAGTAILADMIN_LOGIN_URL = LOGIN_URL
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = WAGTAIL_PASSWORD_RESET_ENABLED = WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILIMAGES_IMAGE_MODEL = "awareness.Picture"
WAGTAILDOCS_DOCUMENT_MODEL = "awareness.Paper"
WAGTAILDOCS_SERVE_METHOD = "direct"
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "odt", "txt"]  # nothing that runs in a browser
WAGTAIL_ALLOW_UNICODE_SLUGS = False                     # one short address for both languages, safe in an SMS
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}

# --- logs: ids and events, never a body, an address, a query string or an instance -----------------------------------
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s", "datefmt": "%Y-%m-%dT%H:%M:%S%z"}},
    "filters": {"links": {"()": "portal.logs.WithoutLinks"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["links"]}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", "WARNING")},
    # Without Django's own handlers: they would mail the request, body and all, to administrators.
    "loggers": {"django": {"handlers": [], "level": "WARNING"}, "django.server": {"handlers": [], "level": "WARNING"}},
}

