"""The page of partners and pulled lists, well and unwell, and the public numbers, in both languages at every width."""
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.escalation import registry
from cases.escalation.models import Platform as Where
from cases.exchange.models import Feedback, Source
from cases.exchange.partners import add_partner
from cases.hashing.entries import count, count_listed
from tests.browser.look import look, shoot
from tests.browser.test_desk import enter
from tests.cases.exchange.conftest import Platform
from tests.cases.statistics.conftest import last_month, tally
from tests.factories.cases import make_member, make_unit
from tests.factories.lists import list_entries


@pytest.fixture
def exchanged(live: str) -> str:
    """One partner that is behind and whose answers wait, one that never came, and three lists: well, slow, refused."""
    registry.seed()
    tally(last_month(), "adults", score={"tiktok:dsa-16:on_time:24": 45, "tiktok:dsa-16:late:120": 5,
                                         "tiktok:dsa-16:removed:72": 20, "tiktok:take-it-down-act:on_time:48": 9})
    entries = list_entries(12, moments=[timezone.now() - timedelta(hours=n) for n in range(12)])
    one = Platform(*add_partner(name="TikTok", platform="tiktok", categories=["intimate", "child"]))
    add_partner(name="Telegram", platform="telegram")
    for _again in range(3):
        one.fetch(pageSize=5)
    for n, entry in enumerate(entries):
        Feedback.objects.create(partner=one.partner, entry=entry, value="NotBlocked" if n % 2 else "Blocked", at=timezone.now(),
                                applied_at=timezone.now() if n > 3 else None)
    for slug, trouble in (("ncmec-npo", ""), ("stopncii", "timeout"), ("fia-file", "keys")):
        Source.objects.create(slug=slug, trouble=trouble, began_at=timezone.now(), pulled_at=timezone.now(), held=12_345)
    count("published", 48, cases=30)
    count("refused_public_figure", 7, cases=7)
    count_listed()
    return live


@pytest.mark.parametrize("language", ["en", "ur"])
def test_every_page_stands_in_both_languages_at_every_width(exchanged: str, open_page, language: str) -> None:
    page = open_page()
    enter(page, exchanged, make_member("Nadia Rauf", make_unit(), role="supervisor"), language=language)
    tiktok = f"/desk/settings/registry/platform/{Where.objects.get(slug='tiktok').pk}/"
    faults: list[str] = []
    for name, path in (("partners", "/desk/partners/"), ("numbers", f"/{language}/numbers/"), ("platform", tiktok)):
        page.goto(exchanged + path)
        faults += look(page)
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            shoot(page, f"{name}-{language}-{width}")
    assert faults == []
