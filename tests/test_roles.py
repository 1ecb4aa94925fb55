"""Each role routes its own and imports no other's code: a URL of another role is not forbidden, it is not there."""
import json
import os
import subprocess
import sys

import pytest

PROBE = """
import json, sys
import django
django.setup()
from django.conf import settings
from django.urls import Resolver404, get_resolver, resolve
from django.utils.translation import activate
get_resolver().url_patterns
def routed(path):
    activate(path[1:3] if path[1:3] in ("en", "ur") else "en")
    try:
        resolve(path)
    except Resolver404:
        return False
    return True
rooms = {"intake": "cases.intake.views", "triage": "cases.triage.views.case", "exchange": "cases.exchange.views.stopncii",
         "cms": "wagtail.admin.views.home", "accounts": "portal.accounts.views"}
print(json.dumps({"routed": [p for p in PATHS if routed(p)], "loaded": sorted(r for r, m in rooms.items() if m in sys.modules)}))
"""
PATHS = ["/healthz", "/exit", "/ur/", "/ur/report/", "/en/inbox/", "/en/privacy/", "/desk/", "/desk/sign-in/", "/cms/",
         "/exchange/stopncii/v1/FetchHashes"]
PUBLIC = ["/exit", "/ur/", "/ur/report/", "/en/inbox/", "/en/privacy/"]
EXPECTED = {
    "public": (PUBLIC, ["intake"]),
    "desk": (["/desk/", "/desk/sign-in/"], ["accounts", "triage"]),
    "cms": (["/desk/sign-in/", "/cms/"], ["accounts", "cms"]),
    "exchange": (["/exchange/stopncii/v1/FetchHashes"], ["exchange"]),
    "worker": ([], []),
    "owner": ([], []),
    "all": (PATHS[1:], ["accounts", "cms", "exchange", "intake", "triage"]),
}


@pytest.mark.parametrize("role", EXPECTED)
def test_a_role_routes_and_loads_only_its_own(role: str) -> None:
    environment = {**os.environ, "PORTAL_ROLE": role, "MEHFOOZ_EMBEDDED": "true"}
    probe = subprocess.run([sys.executable, "-c", f"PATHS = {PATHS!r}\n{PROBE}"], env=environment, capture_output=True, text=True,
                           check=True)
    found = json.loads(probe.stdout)
    paths, rooms = EXPECTED[role]
    assert found["routed"] == ["/healthz", *sorted(paths, key=PATHS.index)]
    assert found["loaded"] == rooms
