"""From the page of a notice or referral to the partner's desk, as owner, locked member, colleague elsewhere and nobody."""
import pytest
from django.test import Client

from cases.coordination.models import Body, Shown
from cases.escalation.models import Channel, Escalation, Platform
from cases.models import Case, Consent
from cases.referral.models import Referral
from portal.accounts.models import User
from tests.cases.coordination.conftest import ayesha, case, hina, make_body, notice, omar, police, tiktok
from tests.factories.cases import make_liaison, make_member, make_unit, reporter_consents, signed_in

__all__ = ["ayesha", "case", "hina", "notice", "omar", "police", "tiktok"]


def place(one: Escalation, act: str = "partner/") -> str:
    return f"/desk/case/{one.case.ref}/notice/{one.reference}/{act}"


def test_a_notice_is_put_before_its_body_and_taken_back(notice: Escalation, omar: User, ayesha: User) -> None:
    client = signed_in(ayesha)
    assert "Put it before" in client.get(place(notice, "")).content.decode()
    client.post(place(notice), {"act": "put"})
    shown = Shown.objects.get()
    signed_in(omar).get(f"/desk/partner/item/{shown.pk}/")
    page = client.get(place(notice, "")).content.decode()
    assert "Who opened it" in page
    assert "Omar of TikTok" in page
    client.post(place(notice), {"act": "back"})
    assert Shown.objects.get().end == "withdrawn"
    assert signed_in(omar).get(f"/desk/partner/item/{shown.pk}/").context["over"]


def test_with_the_vault_locked_it_waits(notice: Escalation, omar: User, ayesha: User) -> None:
    assert signed_in(ayesha, unlocked=False).post(place(notice), {"act": "put"}).status_code == 409
    assert not Shown.objects.exists()


def test_nobody_else_puts_it_there(notice: Escalation, omar: User) -> None:
    assert signed_in(make_member("Zara", make_unit("children"))).post(place(notice), {"act": "put"}).status_code == 404
    assert signed_in(make_member("Rabia", role="administrator")).post(place(notice), {"act": "put"}).status_code == 403
    assert signed_in(omar).post(place(notice), {"act": "put"}).status_code == 403
    assert Client().post(place(notice), {"act": "put"}).status_code == 302
    assert not Shown.objects.exists()


def test_why_it_cannot_go_there_stands_on_the_page(notice: Escalation, case: Case, omar: User, ayesha: User) -> None:
    reporter_consents(case, Consent.Act.ASK_PLATFORM, Consent.Answer.NO)
    page = signed_in(ayesha).post(place(notice), {"act": "put"}, follow=True).content.decode()
    assert "The reporter has not agreed that we ask a platform" in page
    assert not Shown.objects.exists()


def test_a_body_that_nobody_speaks_for_yet_is_not_offered(notice: Escalation, tiktok: Body, ayesha: User) -> None:
    page = signed_in(ayesha).get(place(notice, "")).content.decode()
    assert "Put it before" not in page
    assert "nobody has chosen a passphrase" in page


def test_a_way_to_the_desk_here_is_offered_where_there_is_one(case: Case, police: Body, ayesha: User) -> None:
    """Chosen like any way, frozen, and put there by hand."""
    platform = Platform.objects.get(slug="tiktok")
    way = Channel.objects.create(platform=platform, kind=Channel.Kind.PARTNER, address="desk", label_en="Here", label_ur="یہاں")
    client, choose = signed_in(ayesha), f"/desk/case/{case.ref}/escalate/"
    assert way not in [each.channel for each in client.get(choose).context["ways"]]
    make_liaison("Omar of TikTok", make_body("tiktok", platform=platform))
    assert way in [each.channel for each in client.get(choose).context["ways"]]
    initial = client.get(f"{choose}{way.pk}/").context["form"].initial
    form = {name: str(value) for name, value in initial.items() if value is not False}
    assert client.post(f"{choose}{way.pk}/", form | {"send": "1"}).status_code == 302
    one = Escalation.objects.get()
    assert (one.state, one.notice_key.wraps.filter(recipient="worker").exists()) == (Escalation.State.REQUESTED, False)
    page = client.get(place(one, "")).content.decode()
    assert "Put it before" in page
    assert 'id="fill"' not in page
    client.post(place(one), {"act": "put"})
    one.refresh_from_db()
    assert one.state == Escalation.State.SENT


@pytest.mark.parametrize("act", ["", "other"])
def test_another_act_is_none(notice: Escalation, omar: User, ayesha: User, act: str) -> None:
    assert signed_in(ayesha).post(place(notice), {"act": act}).status_code == 404


def test_a_package_is_left_there_once(case: Case, hina: User, ayesha: User) -> None:
    client = signed_in(ayesha)
    client.post(f"/desk/case/{case.ref}/refer/nccia/", {"because": "consent", "parts": ["links"]})
    one = Referral.objects.get()
    address = f"/desk/case/{case.ref}/referral/{one.reference}/"
    assert "Put it before" in client.get(address).content.decode()
    client.post(f"{address}partner/", {"act": "put"})
    one.refresh_from_db()
    assert one.state == Referral.State.HANDED
    client.post(f"{address}partner/", {"act": "put"})
    shown = Shown.objects.get()
    file = signed_in(hina).post(f"/desk/partner/item/{shown.pk}/download/")
    assert file.content.startswith(b"PK")
    assert one.sha256 in client.get(address).content.decode() or shown.collected.sha256 == one.sha256
