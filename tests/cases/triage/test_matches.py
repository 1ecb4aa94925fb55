"""What a case page tells of other cases with the same picture, undoing, and questions between units."""
import pytest
from django.test import Client

from cases.audit.models import Entry
from cases.hashing import alike, services as hashing
from cases.hashing.models import Match
from cases.models import Case, Exclusion, Link
from cases.notifications.models import Notification
from cases.priority import Harm
from cases.retention.disposal import keys_beside, keys_of
from cases.triage import asking, matches
from cases.triage.models import Note, Question
from cases.triage.walls import exclude, restrict
from cases.vault.models import DataKeyWrap
from portal.accounts.models import User
from tests.cases.hashing.conftest import fingerprint, near, new_pdq
from tests.factories.cases import make_case, make_member, make_unit, signed_in

REASON = "Both of ours name the same account; may we speak about who does this?"


def reported(unit, *values: str, **facts) -> Case:
    case = make_case(unit, **{"harm": Harm.OTHER, **facts})
    hashing.store(case=case, fingerprints=[fingerprint(n, value) for n, value in enumerate(values, 1)])
    hashing.match(case_id=case.pk)
    return case


def page(client: Client, case: Case) -> str:
    return client.get(f"/desk/case/{case.ref}/").content.decode()


def match_address(case: Case, other: Case) -> str:
    return f"/desk/case/{case.ref}/match/1/{other.ref}/1/"


@pytest.fixture
def head(unit, ayesha) -> User:
    return make_member("Nadia Shah", unit, role="supervisor")


@pytest.fixture
def value() -> str:
    return new_pdq()


@pytest.fixture
def children(stranger):
    return make_unit("children")


# --- what the page tells ---

def test_a_case_that_the_member_opens_is_named_with_the_distance_in_words(client, unit, value):
    first, exact, far = reported(unit, value), reported(unit, value), reported(unit, near(value, 20))
    text = page(client, first)
    assert f'in <bdi dir="ltr">{exact.ref}</bdi> · the same' in text
    assert f'in <bdi dir="ltr">{far.ref}</bdi> · nearly the same' in text
    assert match_address(first, far) in text
    assert "Ask whoever holds the match" not in text


def test_a_crowd_is_said_to_be_one_and_not_all_of_it_is_shown(client, unit, value, monkeypatch):
    monkeypatch.setattr(alike, "CROWD", 3)
    monkeypatch.setattr(matches, "CROWD", 3)
    monkeypatch.setattr(matches, "SHOWN", 2)
    cases = [reported(unit, value) for _ in range(3)]
    assert "other cases hold it" not in page(client, cases[0])
    last = reported(unit, value)
    for case in (cases[0], last):
        text = page(client, case)
        assert "At least 3 other cases hold it." in text
        assert text.count("Seen before</span> in") == 2


def test_of_another_unit_only_that_it_holds_a_match(client, unit, value, children):
    others = [reported(children, near(value, bits), age_now=age) for bits, age in ((2, 30), (20, 15))]
    own = reported(unit, value)
    text = page(client, own)
    assert text.count("Another unit holds a match.") == 1                       # not how many
    assert "nearly the same" not in text
    assert "Ask whoever holds the match" in text
    assert "child’s case" not in text                                           # not why it is urgent
    assert "A picture of it is known from another report" in text
    for other in others:
        assert other.ref not in text
        assert str(other.unit) not in text
        assert client.get(match_address(own, other)).status_code == 404


def test_a_kept_case_is_not_named_and_names_none(unit, client, bilal, head, value):
    kept, own = reported(unit, value), reported(unit, value)
    Case.objects.filter(pk=kept.pk).update(assignee=bilal)
    restrict(case=Case.objects.get(pk=kept.pk), on=True, by=head)
    text = page(client, own)
    assert kept.ref not in text
    assert "A case kept for others of your unit holds a match." in text
    assert own.ref not in page(client, kept)
    assert client.get(match_address(own, kept)).status_code == 404
    assert kept.ref in page(signed_in(bilal), own)


def test_a_wall_cannot_be_told_from_a_picture_that_nobody_else_has(unit, ayesha, client, bilal, head, value):
    """The member behind it sees what they would see if the other case had never come, though it came before the wall."""
    hidden, lone = reported(unit, value, age_now=15), reported(unit, new_pdq())
    own = reported(unit, value)
    asking.put(about=hidden, asking=own, by=bilal, pk=lone.pk, key=lone.key, reason=b"x")
    exclude(case=hidden, member=ayesha, cause=Exclusion.Cause.KNOWS, by=head)
    text = page(client, own)
    for words in ("Seen before</span>", "holds a match", "asked whoever", "reported in", "known from", hidden.ref,
                  "Linked cases"):
        assert words not in text, words
    assert "Changed since the report came in" in text
    Case.objects.filter(pk=lone.pk).update(priority=2, priority_rule="by_hand")
    rows = {row.case.ref: row for row in client.get("/desk/").context["rows"]}
    assert (rows[own.ref].why, rows[own.ref].case.linked) == (rows[lone.ref].why, rows[lone.ref].case.linked)
    assert client.get(match_address(own, hidden)).status_code == 404
    assert client.post(f"/desk/case/{own.ref}/ask/", {"reason": REASON}).status_code == 409


def test_with_one_of_two_behind_a_wall_the_words_fit_the_other_alone(unit, ayesha, client, head, value):
    hidden, seen, own = reported(unit, value), reported(unit, value), reported(unit, value)
    assert "in several other cases" in page(client, own)
    exclude(case=hidden, member=ayesha, cause=Exclusion.Cause.KNOWS, by=head)
    text = page(client, own)
    assert seen.ref in text
    assert "in several other cases" not in text
    assert "Changed since the report came in" in text


def test_the_queue_says_why_and_flags_lists_of_others(unit, client, value, django_assert_num_queries):
    first = reported(unit, value)
    reported(unit, value)
    client.get("/desk/")
    with django_assert_num_queries(QUEUE_QUERIES):
        text = client.get("/desk/").content.decode()
    assert "The same picture was reported in another case" in text
    reported(unit, value, wants_woman=False)
    reported(unit, value)
    with django_assert_num_queries(QUEUE_QUERIES):
        client.get("/desk/")
    assert "On another list already" not in text
    hashing.foreign.take_in(source="ncmec", rows=[hashing.foreign.Row("r1", "pdq", value, first.opened_at)])
    assert "On another list already" in client.get("/desk/").content.decode()
    assert 'Already on the list <bdi dir="ltr">ncmec</bdi>' in page(client, first)


# --- undoing ---

def test_undoing_with_a_sealed_word_and_restoring(client, unit, ayesha, value):
    first, second = reported(unit, value), reported(unit, value)
    address = match_address(first, second)
    assert "These are not the same picture" in client.get(address).content.decode()
    assert client.post(address, {"act": "undo"}).status_code == 400
    assert client.post(address, {"act": "sell"}).status_code == 400
    for _ in range(2):
        typed = {"act": "undo", "why": "different", "note": "Another girl, the same school gate"}
        assert client.post(address, typed).headers["Location"] == address
    assert Note.objects.count() == 1
    assert b"school gate" not in bytes(Note.objects.get().body)
    text = page(client, first)
    assert "Another girl, the same school gate" in text
    assert "Not the same picture as in" in text
    assert "Seen before</span>" not in text
    assert not Link.objects.exists()
    assert client.post(address, {"act": "restore"}).status_code == 302
    assert "Seen before</span>" in page(client, second)


def test_for_a_childs_case_a_supervisor_agrees(client, unit, head, value):
    child, adult = reported(unit, value, age_now=15), reported(unit, value)
    address, heads = match_address(adult, child), signed_in(head)
    client.post(address, {"act": "undo", "why": "different"})
    assert "A supervisor must agree" in page(client, adult)
    assert client.post(address, {"act": "agree"}).status_code == 403
    assert 'value="agree"' in heads.get(address).content.decode()
    assert heads.post(address, {"act": "agree"}).status_code == 302
    assert Match.objects.get().agreed_by == head
    assert "agreed." in client.get(address).content.decode()


def test_a_report_is_set_aside_by_one_and_a_supervisor_agrees(client, unit, head, value):
    made_up, other = reported(unit, value, age_now=15), reported(unit, value)
    address, heads = f"/desk/case/{made_up.ref}/aside/", signed_in(head)
    assert address in page(client, made_up)
    assert "Set it aside" in client.get(address).content.decode()
    assert client.post(address, {"act": "set_aside"}).status_code == 400
    for _ in range(2):
        assert client.post(address, {"act": "set_aside", "why": "made_up"}).headers["Location"] == address
    text = client.get(address).content.decode()
    assert "One of the reports was made up" in text
    assert "I agree" not in text
    assert client.post(address, {"act": "agree"}).status_code == 403
    assert "I agree" in heads.get(address).content.decode()
    assert heads.post(address, {"act": "agree"}).status_code == 302
    assert "Seen before</span>" not in page(client, other)
    assert heads.post(address, {"act": "take_back"}).status_code == 302
    assert "Seen before</span>" in page(client, other)


@pytest.mark.parametrize("part", ["match", "ask", "priority"])
def test_who_may_not_come_in(unit, stranger, value, part):
    first, second = reported(unit, value), reported(unit, value)
    address = match_address(first, second) if part == "match" else f"/desk/case/{first.ref}/{part}/"
    editor = make_member("Editor", unit, role="campaign_editor")
    for client, answer in ((signed_in(stranger), 404), (signed_in(editor), 403), (Client(), 302)):
        assert client.post(address, {"act": "undo", "why": "different"}).status_code == answer
    assert not Match.objects.exclude(undone_at=None).exists()


def test_a_member_sets_the_priority(client, case, ayesha):
    address = f"/desk/case/{case.ref}/priority/"
    assert client.post(address, {"version": 1, "level": "9"}).status_code == 400
    why = {"reason": "The reporter called, and is in danger."}
    assert client.post(address, {"version": 1, "level": "1", **why}).status_code == 302
    assert client.post(address, {"version": 1, "level": "4", **why}).status_code == 409        # the page was older
    fresh = Case.objects.get(pk=case.pk)
    assert (fresh.priority, fresh.priority_rule, fresh.hand_priority) == (1, "by_hand", 1)
    assert Entry.objects.get(event="priority_set").actor == str(ayesha.pk)


# --- questions ---

@pytest.fixture
def pair(unit, children, value) -> tuple[Case, Case]:
    """Ours, and one of the children's unit with the same picture."""
    theirs = reported(children, value)
    return reported(unit, value), theirs


def test_a_question_reaches_the_other_unit_sealed_and_its_answer_comes_back(client, pair, ayesha, stranger, bilal):
    ours, theirs = pair
    address = f"/desk/case/{ours.ref}/ask/"
    assert client.post(address, {"reason": "short"}).status_code == 400
    for _ in range(2):                                                          # a double press
        assert client.post(address, {"reason": REASON}).status_code == 302
    question = Question.objects.get()
    assert REASON.encode() not in bytes(question.reason)
    assert set(DataKeyWrap.objects.filter(key=question.key).values_list("recipient_id", flat=True)) == {str(theirs.unit_id)}
    assert {row.member for row in Notification.objects.filter(occasion="asked")} >= {stranger}
    assert not Notification.objects.filter(occasion="asked", member=ayesha).exists()
    text = page(client, ours)
    assert "No answer yet." in text
    assert theirs.ref not in text
    sana = signed_in(stranger)
    assert "1 question of another unit waits." in sana.get("/desk/").content.decode()
    assert ours.ref in page(sana, theirs)
    opened = sana.get(f"/desk/questions/{question.pk}/").content.decode()
    assert REASON in opened
    assert theirs.ref in opened
    assert Entry.objects.filter(event="question_read", subject=str(theirs.pk), actor=str(stranger.pk)).exists()
    assert sana.post(f"/desk/questions/{question.pk}/", {"answer": "perhaps"}).status_code == 400
    for answer in ("yes", "no"):                                                # the first stands
        assert sana.post(f"/desk/questions/{question.pk}/", {"answer": answer}).status_code == 302
    text = page(client, ours)
    assert theirs.ref in text
    assert "Yes: they may know our reference" in text
    assert "/desk/case/" + theirs.ref not in text
    assert [row.member for row in Notification.objects.filter(occasion="replied")] == [ayesha]
    assert Entry.objects.filter(event="match_answered", details__answer="yes").count() == 1


def test_whoever_asks_learns_nothing_but_the_answer(client, pair, stranger):
    ours, theirs = pair
    client.post(f"/desk/case/{ours.ref}/ask/", {"reason": REASON})
    asking.answer(question=Question.objects.get(), answer=Question.Answer.CALL, by=stranger)
    text = page(client, ours)
    assert "We will call" in text
    assert theirs.ref not in text
    assert str(theirs.unit) not in text


def test_a_unit_with_many_matches_is_asked_once_about_the_nearest(client, unit, children, value):
    reported(children, near(value, 20))
    nearest = reported(children, value)
    ours = reported(unit, near(value, 2))
    client.post(f"/desk/case/{ours.ref}/ask/", {"reason": REASON})
    assert Question.objects.get().about == nearest


def test_strangers_and_members_behind_a_wall_see_no_question(client, pair, unit, children, bilal, stranger, head):
    ours, theirs = pair
    both = make_member("Rabia", unit, children, role="supervisor")
    client.post(f"/desk/case/{ours.ref}/ask/", {"reason": REASON})
    question = Question.objects.get()
    address = f"/desk/questions/{question.pk}/"
    assert signed_in(bilal).get(address).status_code == 404                     # of the unit that asks
    exclude(case=ours, member=both, cause=Exclusion.Cause.KNOWS, by=head)
    walled = signed_in(both)
    assert walled.get(address).status_code == 404
    assert ours.ref not in page(walled, theirs)
    assert "question" not in walled.get("/desk/questions/").context["waiting"]
    assert walled.get("/desk/questions/").context["waiting"] == []
    with pytest.raises(asking.NotYours):
        asking.answer(question=question, answer=Question.Answer.YES, by=both)
    analyst = signed_in(make_member("Zia", role="analyst"))
    assert analyst.get("/desk/questions/").status_code == analyst.get(address).status_code == 403


def test_nobody_behind_a_wall_of_either_case_is_told(client, pair, children, stranger, head):
    ours, theirs = pair
    amna = make_member("Amna", children, role="supervisor", on_duty=True)
    exclude(case=theirs, member=amna, cause=Exclusion.Cause.KNOWS, by=amna)
    client.post(f"/desk/case/{ours.ref}/ask/", {"reason": REASON})
    told = set(Notification.objects.filter(occasion="asked").values_list("member", flat=True))
    assert told
    assert amna.pk not in told


def test_a_locked_member_is_asked_to_unlock(pair, client, stranger):
    ours, _theirs = pair
    client.post(f"/desk/case/{ours.ref}/ask/", {"reason": REASON})
    text = signed_in(stranger, unlocked=False).get(f"/desk/questions/{Question.objects.get().pk}/").content.decode()
    assert REASON not in text
    assert "/desk/unlock/" in text


def test_its_key_goes_with_either_case(pair, client):
    ours, theirs = pair
    client.post(f"/desk/case/{ours.ref}/ask/", {"reason": REASON})
    key = Question.objects.get().key
    assert key in keys_of(theirs)
    assert key not in keys_of(ours)                                             # or a transfer would seal it to our new unit
    assert keys_beside(ours) == [key]


QUEUE_QUERIES = 28      # as without a match, and four more for what may be said of them
