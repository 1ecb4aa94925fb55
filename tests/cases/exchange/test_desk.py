"""The desk's page about partners."""
from datetime import timedelta

from django.utils import timezone

from cases.exchange.models import Feedback, Source
from cases.exchange.selectors import report_on
from cases.exchange.words import VERDICTS, verdict
from cases.hashing.models import ListEntry
from cases.hashing.wire.stopncii import FeedbackValue
from tests.cases.exchange.conftest import Platform, Publish
from tests.factories.cases import make_member, make_unit, signed_in


def test_a_partner_is_behind_from_the_first_change_it_has_not_pulled(platform: Platform, publish: Publish) -> None:
    assert report_on(platform.partner).last is None
    publish(3)
    platform.pull()
    before = report_on(platform.partner)
    assert (before.pulls, before.handed, before.lag, before.protocol) == (1, 3, None, "stopncii")
    late, _later = publish(1), publish(1, at=timezone.now() + timedelta(seconds=1))
    assert report_on(platform.partner).lag == late[0].modified_at
    publish(1, category="child")
    assert report_on(platform.partner).lag == late[0].modified_at, "what it is not enabled for is no lag"


def test_supervisors_and_administrators_read_the_page_without_a_key_in_it(platform: Platform, publish: Publish) -> None:
    publish(1)
    platform.pull()
    Feedback.objects.create(partner=platform.partner, entry=ListEntry.objects.get(), value="NotBlocked", at=timezone.now())
    Source.objects.create(slug="ncmec-npo", trouble="timeout", began_at=timezone.now())
    for role in ("supervisor", "administrator"):
        page = signed_in(make_member(role, make_unit(), role=role)).get("/desk/partners/").content.decode()
        assert "TikTok" in page
        assert "It was too slow" in page
        assert "Looked at and left: 1" in page
        assert "NotBlocked" not in page
        assert platform.keys.first not in page
    assert signed_in(make_member("Caseworker", make_unit())).get("/desk/partners/").status_code == 403


def test_every_verdict_that_the_protocol_knows_has_words() -> None:
    assert VERDICTS.keys() == {value.value for value in FeedbackValue}
    assert verdict("SomethingNew") == "SomethingNew"
