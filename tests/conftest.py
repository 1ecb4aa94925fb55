"""Settings for tests. Servers, the worker and the browser are fixtures (tests/fixtures/): pure tests start none of them.

The suite runs on PostgreSQL and Redis. `DATABASE=sqlite pytest -m sqlite` is the second, short pass over the embedded default.
"""
import gc
import os
import signal
import sys

import django
import pytest
from django.conf import settings
from hypothesis import HealthCheck, settings as hypothesis_settings

from tests.services import SERVICES

if settings.configured:
    sys.exit("Settings were read before tests/conftest.py could choose them: unset DJANGO_SETTINGS_MODULE.")
ON_SQLITE = os.environ.get("DATABASE") == "sqlite"
DATA = SERVICES.directory / "var"
(DATA / "static").mkdir(parents=True)      # WhiteNoise warns of a missing one, and a warning is an error here
os.environ.update({
    "DJANGO_SETTINGS_MODULE": "portal.settings", "DJANGO_ALLOW_ASYNC_UNSAFE": "true",      # Playwright keeps an event loop here
    "MEHFOOZ_DATA": str(DATA), "MEHFOOZ_DEMO": "true", "MEHFOOZ_EMBEDDED": str(ON_SQLITE), "PORTAL_ROLE": "all",
    "DATABASE": "sqlite" if ON_SQLITE else "postgresql", "DATABASE_HOST": str(SERVICES.directory), "DATABASE_USER": "postgres",
    "DATABASE_CONN_MAX_AGE": "0", "REDIS_URL": "" if ON_SQLITE else SERVICES.redis_url,
    "CELERY_BROKER_URL": "memory://" if ON_SQLITE else SERVICES.broker_url,
})
django.setup()
# A busy machine is no fault of the code: nothing here is timed (bench/ is for that).
hypothesis_settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("untimed")
signal.signal(signal.SIGTERM, signal.default_int_handler)      # as Ctrl-C: whoever ends a run leaves no server of it behind
pytest_plugins = [f"tests.fixtures.{name}" for name in ("costs", "roles", "migrated", "database", "jobs", "dovecot", "browser")]


@pytest.hookimpl(tryfirst=True)         # before pytest reads `-m`
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    other = "postgres" if ON_SQLITE else "sqlite"
    config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker(other)])
    items[:] = [item for item in items if not item.get_closest_marker(other)]


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it for garbage again and again was a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
