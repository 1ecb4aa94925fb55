"""Another unit is asked for advice: by which consent, who there reads what, how long, and the answer."""
from datetime import timedelta

from django.utils import timezone

from cases.audit.models import Entry
from cases.models import Case, Consent
from cases.notifications.models import News
from cases.triage import walls
from cases.triage.consulting import LASTS, end_those_over
from cases.triage.models import Consult
from portal.accounts.models import User
from tests.factories.cases import STORY, make_case, make_member, make_unit, reporter_consents, signed_in
from tests.fixtures.roles import acting_as

ASKED = "Does a court order from another province bind the platform here?"
ADVICE = "It does, once it is endorsed; ask for form 12."
Yes, No = Consent.Answer.YES, Consent.Answer.NO


def said(case: Case, answer: Consent.Answer) -> None:
    reporter_consents(case, Consent.Act.OTHER_UNIT, answer)


def ask(member: User, case: Case, scope: str = "question", unit: str = "children", **other: str):
    case.refresh_from_db()
    return signed_in(member).post(f"/desk/case/{case.ref}/consult/", {
        "version": str(case.version), "unit": str(make_unit(unit).pk), "scope": scope, "text": ASKED, **other})


def page(member: User, row: Consult) -> str:
    return signed_in(member).get(f"/desk/consults/{row.pk}/").content.decode()


def test_a_question_goes_without_the_case_and_the_advice_comes_back(case, ayesha, bilal, stranger):
    assert ask(ayesha, case).status_code == 302
    row = Consult.objects.get()
    assert ASKED.encode() not in bytes(row.question) + bytes(row.own)
    assert News.objects.filter(member=stranger, occasion="asked", case=None).exists()
    browser = signed_in(stranger)
    assert "asks for advice" in browser.get(f"/desk/consults/{row.pk}/").content.decode()
    assert f"/desk/consults/{row.pk}/" in browser.get("/desk/questions/").content.decode()
    assert "question of another unit waits" in browser.get("/desk/").content.decode()
    theirs = page(stranger, row)
    assert ASKED in theirs
    for of_the_case in (case.ref, STORY, case.get_harm_display()):
        assert of_the_case not in theirs
    assert signed_in(bilal).get(f"/desk/consults/{row.pk}/").status_code == 404
    assert signed_in(stranger).get(f"/desk/case/{case.ref}/consult/").status_code == 404
    locked = signed_in(stranger, unlocked=False).post(f"/desk/consults/{row.pk}/", {"text": ADVICE})
    assert locked.status_code == 409
    assert ADVICE in locked.content.decode()
    assert browser.post(f"/desk/consults/{row.pk}/", {"text": ADVICE}).status_code == 302
    assert ADVICE not in page(stranger, row)
    ours = signed_in(bilal).get(f"/desk/case/{case.ref}/consult/").content.decode()
    assert ASKED in ours
    assert ADVICE in ours
    assert News.objects.filter(member=ayesha, occasion="replied", case=case).exists()
    log = set(Entry.objects.filter(subject=str(case.pk)).values_list("event", flat=True))
    assert {"unit_asked", "consult_read", "unit_answered", "consults_read"} <= log
    assert "Another unit gave advice" in signed_in(ayesha).get(f"/desk/case/{case.ref}/").content.decode()


def test_a_copy_of_the_report_goes_by_consent_alone_and_ends_with_it(case, ayesha, stranger):
    for answer in (None, Consent.Answer.ASK_FIRST, No):
        if answer:
            said(case, answer)
        refused = ask(ayesha, case, "report")
        assert refused.status_code == 409
        assert ASKED in refused.content.decode()
    assert not Consult.objects.exists()
    said(case, Yes)
    assert ask(ayesha, case, "report").status_code == 302
    assert case.history.latest("at").said == "unit_advises"
    row = Consult.objects.get()
    assert STORY.encode() not in bytes(row.report)
    assert STORY in page(stranger, row)
    assert ask(ayesha, case, "report").status_code == 409, "they have not answered yet"
    said(case, No)
    assert STORY not in page(stranger, row), "a no holds at once"
    with acting_as("worker"):
        assert end_those_over(timezone.now()) == 1
    row.refresh_from_db()
    assert row.report is None
    assert not row.key.wraps.exists()
    assert signed_in(stranger).get(f"/desk/consults/{row.pk}/").status_code == 404
    assert ASKED in signed_in(ayesha).get(f"/desk/case/{case.ref}/consult/").content.decode()


def test_danger_to_life_weighs_more_than_a_no_and_time_ends_it(case, ayesha, stranger):
    said(case, No)
    assert ask(ayesha, case, "danger").status_code == 302
    row = Consult.objects.get()
    assert STORY in page(stranger, row)
    with acting_as("worker"):
        assert end_those_over(timezone.now()) == 0
        assert end_those_over(timezone.now() + LASTS + timedelta(minutes=1)) == 1
    assert signed_in(stranger).get(f"/desk/consults/{row.pk}/").status_code == 404


def test_who_asked_takes_it_back_and_a_wall_has_no_second_side(case, unit, ayesha, stranger):
    both = make_member("Both", unit, make_unit("children"))
    walls.exclude(case=case, member=both, cause=walls.Exclusion.Cause.KNOWS, by=both)
    ask(ayesha, case)
    row = Consult.objects.get()
    assert signed_in(both).get(f"/desk/consults/{row.pk}/").status_code == 404
    assert not News.objects.filter(member=both, occasion="asked").exists()
    back = f"/desk/case/{case.ref}/consult/{row.pk}/back/"
    assert signed_in(stranger).post(back).status_code == 404
    assert signed_in(ayesha).post(back).status_code == 302
    assert signed_in(stranger).get(f"/desk/consults/{row.pk}/").status_code == 404


def test_a_child_and_a_wish_for_a_woman_are_guarded(unit, ayesha, stranger):
    child = make_case(unit, age_now=15)
    said(child, Yes)
    assert ask(ayesha, child, "report").status_code == 400, "a supervisor lends a child's report"
    assert ask(make_member("Head", unit, role="supervisor"), child, "report").status_code == 302
    hina = make_member("Hina", unit, is_woman=True)
    wish = make_case(unit, wants_woman=True)
    said(wish, Yes)
    nobody = ask(hina, wish, "report")
    assert nobody.status_code == 409
    assert "none who reads cases" in nobody.content.decode()
    zara = make_member("Zara", make_unit("children"), is_woman=True)
    assert ask(hina, wish, "report").status_code == 302
    row = Consult.objects.get(case=wish)
    assert STORY in page(zara, row)
    assert signed_in(stranger).get(f"/desk/consults/{row.pk}/").status_code == 404
