"""The partner's desk: the body's own people, another body's, a caseworker, an administrator, nobody."""
import pytest
from django.test import Client

from cases.audit.models import Entry
from cases.coordination import services
from cases.coordination.models import Body, Post, Shown
from cases.escalation.models import Escalation
from cases.liaison import views
from cases.models import Case, Consent
from cases.referral.models import Referral
from cases.vault import bodies, trust
from cases.vault.models import BodyGrant
from portal.accounts.models import User
from tests.cases.coordination.conftest import REASONS, asked, put
from tests.cases.statistics.conftest import last_month, tally
from tests.factories.cases import fingerprint_of, make_liaison, make_member, make_unit, reporter_consents, signed_in

START, POLICY, KEYS = "/desk/partner/", "/desk/partner/policy/", "/desk/partner/keys/"


def address(shown: Shown, act: str = "") -> str:
    return f"/desk/partner/item/{shown.pk}/{act}"


def reads(shown: Shown) -> list[str]:
    return list(Entry.objects.filter(event="partner_item_read", details__shown=str(shown.pk)).values_list("actor", flat=True))


@pytest.mark.parametrize("place", [START, POLICY, KEYS, "item", "answer", "download"])
def test_the_desk_is_for_who_speaks_for_a_body(shown: Shown, hina: User, ayesha: User, place: str) -> None:
    url = place if place.startswith("/") else address(shown, "" if place == "item" else f"{place}/")
    ask = "post" if place in {"answer", "download"} else "get"
    for member in (ayesha, make_member("Sana", make_unit(), role="supervisor"), make_member("Rabia", role="administrator")):
        assert getattr(signed_in(member), ask)(url).status_code == 403
    assert getattr(Client(), ask)(url).status_code == 302
    if not place.startswith("/"):
        assert getattr(signed_in(hina), ask)(url).status_code == 404


def test_the_list_holds_what_was_put_before_the_body_and_no_word_of_it(shown: Shown, left: Shown, omar: User, hina: User) -> None:
    page = signed_in(omar).get(START).content.decode()
    assert shown.reference in page
    assert left.reference not in page
    assert REASONS not in page
    assert left.reference in signed_in(hina).get(START).content.decode()


def test_an_item_shows_the_frozen_notice_and_nothing_of_the_case(shown: Shown, omar: User, case: Case) -> None:
    page = signed_in(omar).get(address(shown)).content.decode()
    assert REASONS in page
    assert "Plugh" not in page
    assert case.ref not in page
    assert reads(shown) == [str(omar.pk)]


def test_with_the_vault_locked_nothing_is_read(shown: Shown, omar: User) -> None:
    answer = signed_in(omar, unlocked=False).get(address(shown))
    assert answer.status_code == 409
    assert REASONS not in answer.content.decode()
    assert reads(shown) == []


def test_a_colleague_without_the_key_reads_nothing_until_it_is_handed_over(shown: Shown, omar: User, tiktok: Body) -> None:
    zara = make_liaison("Zara", tiktok)
    assert signed_in(zara).get(address(shown)).status_code == 409
    client = signed_in(omar)
    assert "Zara" in client.get(KEYS).content.decode()
    client.post(KEYS, {"act": "hand", "member": str(zara.pk), "fingerprint": fingerprint_of(zara)})
    assert REASONS in signed_in(zara).get(address(shown)).content.decode()


def test_a_swapped_fingerprint_hands_over_nothing(omar: User, tiktok: Body) -> None:
    zara = make_liaison("Zara", tiktok)
    signed_in(omar).post(KEYS, {"act": "hand", "member": str(zara.pk), "fingerprint": "0000"})
    assert not BodyGrant.objects.filter(member=zara).exists()


def test_keys_are_for_a_fresh_sign_in(omar: User) -> None:
    assert signed_in(omar, fresh=False).post(KEYS, {"act": "renew"}).status_code == 401


def test_it_is_answered_in_place(shown: Shown, omar: User) -> None:
    client = signed_in(omar)
    refused = client.post(address(shown, "answer/"), {"outcome": "refused"})
    assert refused.status_code == 400
    assert "Choose why you refuse" in refused.content.decode()
    assert client.post(address(shown, "answer/"), {"outcome": "refused", "reason": "rules"}).status_code == 302
    assert Escalation.objects.get().state == Escalation.State.REFUSED
    page = client.get(address(shown)).content.decode()
    assert "not before you any more" in page
    assert REASONS not in page
    assert shown.reference in client.get(f"{START}?over=1").content.decode()


def test_a_referral_is_accepted_and_ended_in_place(left: Shown, hina: User) -> None:
    client = signed_in(hina)
    for outcome in ("accepted", "acted"):
        assert client.post(address(left, "answer/"), {"outcome": outcome}).status_code == 302
    assert Referral.objects.get().state == Referral.State.ACTED


def test_it_is_downloaded_once_and_the_second_learns_by_whom(shown: Shown, omar: User) -> None:
    client = signed_in(omar)
    first = client.post(address(shown, "download/"))
    assert first.content.startswith(b"%PDF")
    again = client.post(address(shown, "download/"))
    assert again.status_code == 409
    page = again.content.decode()
    assert "It was downloaded already" in page
    assert "Omar of TikTok" in page
    assert REASONS in page, "the notice can still be read"


def test_a_package_is_downloaded_once_as_it_was_sealed(left: Shown, hina: User) -> None:
    client = signed_in(hina)
    first = client.post(address(left, "download/"))
    assert (first.content, first.headers["Content-Disposition"]) == (b"PK sealed", 'attachment; filename="MZ-1.zip"')
    assert client.post(address(left, "download/")).status_code == 409
    assert client.get(address(left)).status_code == 200, "and it can still be answered"


def test_what_the_reporter_agrees_to_no_more_is_closed_at_once(shown: Shown, omar: User, case: Case) -> None:
    reporter_consents(case, Consent.Act.ASK_PLATFORM, Consent.Answer.NO)
    client = signed_in(omar)
    assert REASONS not in client.get(address(shown)).content.decode()
    assert client.post(address(shown, "download/")).status_code == 409
    assert reads(shown) == []


def test_there_is_no_search_and_no_filter(shown: Shown, omar: User) -> None:
    client = signed_in(omar)
    assert client.get(f"{START}?page=2").status_code == 200
    assert client.get(f"{START}?page=x").status_code == 200
    assert client.get(f"{START}?q=anything").content.decode().count(shown.reference) == 1


def test_a_platform_sees_its_own_scorecard_and_no_other(omar: User, hina: User) -> None:
    tally(last_month(), "adults", unit={"adults": 60}, score={"tiktok:dsa-16:on_time:24": 45, "facebook:dsa-16:late:168": 45})
    page = signed_in(omar).get(START).content.decode()
    assert "How you answer notices" in page
    assert "at least" in page
    assert "Facebook" not in page
    assert "How you answer notices" not in signed_in(hina).get(START).content.decode()


QUERIES = 6


def test_the_list_costs_the_same_however_much_is_on_it(shown: Shown, omar: User, ayesha: User, tiktok: Body,
                                                       django_assert_num_queries) -> None:
    client = signed_in(omar)
    client.get(START)
    with django_assert_num_queries(QUERIES):
        client.get(START)
    for _number in range(3):
        put(asked(shown.case, ayesha), tiktok, ayesha)
    with django_assert_num_queries(QUERIES):
        assert len(client.get(START).context["rows"]) == 4


def test_the_list_turns_its_pages_in_order(shown: Shown, omar: User, ayesha: User, tiktok: Body,
                                           monkeypatch: pytest.MonkeyPatch) -> None:
    later = put(asked(shown.case, ayesha), tiktok, ayesha)
    monkeypatch.setattr(views, "PAGE", 1)
    client = signed_in(omar)
    first, second = client.get(START).context, client.get(f"{START}?page=2").context
    assert (first["rows"], first["older"]) == ([later], 2)
    assert (second["rows"], second["older"]) == ([shown], None)


def test_the_ceremony_is_read_the_fingerprint_of_what_is_held(omar: User, tiktok: Body) -> None:
    spoken = trust.fingerprint(trust.link(bodies.newest(tiktok.pk)).message)
    assert spoken in signed_in(omar).get(KEYS).content.decode()
    assert spoken not in signed_in(omar, unlocked=False).get(KEYS).content.decode()


# --- policy -----------------------------------------------------------------------------------------------------------
def test_the_thread_is_shared_by_the_body_and_the_office(tiktok: Body, omar: User, hina: User, ayesha: User) -> None:
    sana = make_member("Sana", make_unit(), role="supervisor")
    assert signed_in(sana).post("/desk/bodies/tiktok/", {"text": "Your rule on fakes?"}).status_code == 302
    assert signed_in(omar).post(POLICY, {"text": "It changes in May."}).status_code == 302
    for client, place in ((signed_in(sana), "/desk/bodies/tiktok/"), (signed_in(omar), POLICY)):
        page = client.get(place).content.decode()
        assert "rule on fakes" in page
        assert "changes in May" in page
    assert "fakes" not in signed_in(hina).get(POLICY).content.decode()
    for stranger in (hina, omar, ayesha):
        assert signed_in(stranger).get("/desk/bodies/tiktok/").status_code == 403


def test_a_case_has_no_place_in_it_and_nothing_typed_is_lost(tiktok: Body, omar: User, case: Case) -> None:
    page = signed_in(omar).post(POLICY, {"text": f"About {case.ref}, what now?"})
    assert page.status_code == 400
    assert f"About {case.ref}, what now?" in page.content.decode()
    assert not Post.objects.exists()


# --- the office's pages -----------------------------------------------------------------------------------------------
BODY = {"name_en": "IT ministry", "name_ur": "آئی ٹی وزارت", "slug": "it-ministry", "kind": "authority"}


def test_administrators_add_bodies_and_supervisors_see_them(tiktok: Body) -> None:
    admin, sana = make_member("Rabia", role="administrator"), make_member("Sana", make_unit(), role="supervisor")
    assert signed_in(sana).post("/desk/bodies/", BODY).status_code == 403
    assert signed_in(admin).post("/desk/bodies/", BODY).status_code == 302
    assert "IT ministry" in signed_in(sana).get("/desk/bodies/").content.decode()
    assert signed_in(sana).post("/desk/bodies/it-ministry/retire/").status_code == 403
    signed_in(admin).post("/desk/bodies/it-ministry/retire/")
    assert Body.objects.get(slug="it-ministry").retired_at


def test_a_platform_is_no_authority(tiktok: Body) -> None:
    page = signed_in(make_member("Rabia", role="administrator")).post(
        "/desk/bodies/", BODY | {"platform": str(tiktok.platform_id), "slug": "other"})
    assert page.status_code == 400
    assert "An authority is no platform" in page.content.decode()


def test_who_speaks_for_a_retired_body_sees_nothing(shown: Shown, omar: User, tiktok: Body) -> None:
    signed_in(make_member("Rabia", role="administrator")).post("/desk/bodies/tiktok/retire/")
    assert signed_in(omar).get(START).status_code == 403
    with pytest.raises(services.NotTheirs):
        services.collect(shown=shown, sha256="", by=omar)
