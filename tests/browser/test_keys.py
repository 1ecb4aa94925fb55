"""The page Keys with everything that can be owed on it, and the passphrase, in both languages."""
import os
from pathlib import Path

import pytest

from cases.units.models import Membership
from cases.vault import custody, hpke
from tests.browser.look import look
from tests.browser.test_desk import enter
from tests.factories.cases import keyring_of, make_case, make_member, make_unit

SHOTS = os.environ.get("DESK_SHOTS")        # a directory: keep a picture of every page looked at


@pytest.fixture
def owed(live, settings):
    """Somebody has left one unit; another has older keys, and a third is closed."""
    units = [make_unit(code) for code in ("adults", "children", "integrity")]
    ayesha, left = make_member("Ayesha Khan", *units[:2]), make_member("Bilal Raza", units[0])
    for unit in units[:2]:
        make_case(unit)
    custody.new_unit_key(units[1], members=[ayesha], actor="system", keyring=keyring_of(ayesha))
    custody.revoke(units[0], left, actor="system")
    Membership.objects.filter(member=left).delete()
    Membership.objects.create(unit=units[2], member=ayesha)
    make_member("Sana Malik", units[0], keys=False)
    settings.RECOVERY_PUBLIC_KEY = hpke.new_pair()[1]
    return live, ayesha


@pytest.mark.parametrize("language", ["en", "ur"])
def test_keys_and_passphrase_stand_in_both_languages_at_every_width(owed, open_page, language):
    base, ayesha = owed
    page, complaints = open_page(), []
    enter(page, base, ayesha, language=language)
    for path in ("/desk/", "/desk/keys/", "/desk/account/passphrase/"):
        page.goto(base + path)
        complaints += look(page)
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 740})
            if SHOTS:
                name = path.strip("/").replace("/", "-")
                page.screenshot(path=str(Path(SHOTS) / f"{name}-{language}-{width}.png"), full_page=True)
    assert not complaints, "\n".join(complaints)


def test_two_buttons_close_the_unit_to_who_has_left(owed, open_page):
    base, ayesha = owed
    page = open_page()
    enter(page, base, ayesha)
    page.goto(f"{base}/desk/keys/")
    page.get_by_role("button", name="Make a new key").click()
    page.wait_for_load_state()
    assert page.get_by_role("button", name="Make a new key").count() == 0
    page.get_by_role("button", name="Seal them to the new key").click()
    page.wait_for_load_state()
    assert page.get_by_role("button", name="Seal them to the new key").count() == 0
