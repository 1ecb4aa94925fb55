"""News at the desk: kept beside every telling, named only to who may see the case; and how each wants to be told."""
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases.audit.models import Entry
from cases.handover.services import transfer
from cases.models import Case, Exclusion
from cases.notifications import news
from cases.notifications.models import Kind, News, Notification, Occasion, Preference
from cases.notifications.services import prefer, tell_members, tell_urgent
from cases.permissions import Role
from cases.priority import Danger
from cases.triage import walls
from cases.triage.news_forms import concerning
from portal.accounts.models import User
from tests.factories.cases import keyring_of, make_case, make_member, make_unit, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ayesha() -> User:
    return make_member("Ayesha Khan", make_unit(), phone="+923001234567")


@pytest.fixture
def case(ayesha: User) -> Case:
    return make_case(make_unit(), dangers=[Danger.LIFE])


def shown(member: User) -> str:
    response = signed_in(member).get("/desk/news/")
    assert response.status_code == 200
    return response.content.decode()


def test_who_is_told_by_mail_reads_it_at_the_desk_with_the_case(ayesha, case):
    tell_urgent(case)
    row = News.objects.get()
    assert (row.member, row.case, row.occasion, row.counts) == (ayesha, case, "urgent", {"count": 1})
    page = shown(ayesha)
    assert "1 urgent report has arrived." in page
    assert f'href="/desk/case/{case.ref}/"' in page
    assert '<bdi dir="ltr">1</bdi></b><span class="vh"> unread</span>' in signed_in(ayesha).get("/desk/").content.decode()


def test_a_case_is_named_only_while_its_reader_may_see_it(ayesha, case):
    other = make_member("Bilal", make_unit())
    tell_members(occasion=Occasion.MESSAGE, members=[ayesha, other], case=case)
    walls.exclude(case=case, member=ayesha, cause=Exclusion.Cause.KNOWS, by=ayesha)
    assert case.ref not in shown(ayesha)
    assert case.ref in shown(other)
    make_member("Sana", make_unit("children"))
    transfer(case=case, to=make_unit("children"), by=other, keyring=keyring_of(other))
    page = shown(other)
    assert case.ref not in page
    assert "1 new message from a reporter." in page


def test_read_is_read_for_oneself_and_pages_go_back(ayesha, case, monkeypatch):
    monkeypatch.setattr(news, "PAGE", 2)
    other, client = make_member("Bilal", make_unit()), signed_in(ayesha)
    for _ in range(3):
        tell_members(occasion=Occasion.ANSWER, members=[ayesha, other], case=case)
    mine = list(News.objects.filter(member=ayesha).order_by("pk"))
    theirs = News.objects.filter(member=other).first()
    client.post("/desk/news/read/", {"id": [mine[0].pk, theirs.pk, "x", "9" * 30]})
    assert (news.unread(ayesha), news.unread(other)) == (2, 3)
    page = client.get("/desk/news/").content.decode()
    assert f"?before={mine[1].pk}" in page
    assert client.get(f"/desk/news/?before={mine[1].pk}").context["items"][0].row == mine[0]
    assert client.get("/desk/news/?before=x").status_code == 200
    client.post("/desk/news/read/", {"all": "1"})
    assert (news.unread(ayesha), news.unread(other)) == (0, 3)


def test_a_flood_is_one_mail_and_every_case_at_the_desk(ayesha):
    for _ in range(8):
        tell_urgent(make_case(make_unit(), dangers=[Danger.LIFE]))
    assert News.objects.filter(occasion="urgent").count() == 8
    assert Notification.objects.filter(kind=Kind.EMAIL).count() == 5


def test_old_news_goes_and_the_morning_counts_are_none(ayesha, case):
    tell_members(occasion=Occasion.ANSWER, members=[ayesha], case=case)
    tell_members(occasion=Occasion.DIGEST, members=[ayesha], new=1, overdue=0, waiting=0, unread=0)
    assert news.forget(timezone.now()) == 0
    assert news.forget(timezone.now() + news.KEPT + timedelta(minutes=1)) == 1


def test_what_a_member_chose_for_an_occasion_counts_for_it_alone(ayesha, case):
    prefer(member=ayesha, ways={Occasion.MESSAGE: [], Occasion.URGENT: [Kind.SMS]})
    told = {occasion: sorted(row.kind for row in tell_members(occasion=occasion, members=[ayesha], case=case))
            for occasion in (Occasion.MESSAGE, Occasion.URGENT, Occasion.ANSWER)}
    assert told == {Occasion.MESSAGE: [], Occasion.URGENT: ["sms"], Occasion.ANSWER: ["email"]}
    assert News.objects.count() == 3
    assert Entry.objects.filter(event="preferences_changed", actor=str(ayesha.pk)).count() == 1


def test_the_page_keeps_what_is_chosen_and_refuses_silence_about_what_cannot_wait(ayesha):
    client = signed_in(ayesha)
    page = client.get("/desk/news/ways/").content.decode()
    assert "1 new message from a reporter." in page
    assert 'name="glass"' not in page
    fields = {occasion.value: ["email"] for occasion in concerning(ayesha)} | {"message": []}
    refused = client.post("/desk/news/ways/", fields | {"urgent": []})
    assert refused.status_code == 400
    assert "This cannot wait until you look" in refused.content.decode()
    assert not Preference.objects.exists()
    assert client.post("/desk/news/ways/", fields).status_code == 302
    assert Preference.objects.get().ways["message"] == []
    again = client.get("/desk/news/ways/").context["form"]
    assert (again["message"].initial, again["urgent"].initial) == ([], ["email"])


def test_each_role_is_asked_only_about_what_comes_to_it():
    def asked(role: Role) -> set[Occasion]:
        return set(concerning(User(role=role)))
    assert Occasion.GLASS in asked(Role.SUPERVISOR) & asked(Role.AUDITOR)
    assert asked(Role.AUDITOR) == {Occasion.GLASS}
    assert asked(Role.ADMINISTRATOR) == {Occasion.NOBODY, Occasion.LEFT, Occasion.POLICY}
    assert Occasion.GLASS not in asked(Role.CASEWORKER)
    assert Occasion.WAITING not in asked(Role.SUPERVISOR)


def test_nobody_signed_out_reads_news():
    for address in ("/desk/news/", "/desk/news/ways/"):
        assert Client().get(address).status_code == 302
