"""Every attack is made on a portal that is no demonstration."""
import pytest
from django.conf import LazySettings

from cases.units.models import Unit
from tests.factories.cases import make_unit


@pytest.fixture(autouse=True)
def _real_portal(settings: LazySettings, db: None, redis_server: None) -> None:
    settings.DEMO = False


@pytest.fixture
def unit() -> Unit:
    return make_unit()
