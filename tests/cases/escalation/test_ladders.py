"""What could come next after a notice: a ladder always ends, and never says twice what was done. Without a database, but for the
book that ships."""
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, strategies as st

from cases.escalation import registry
from cases.escalation.ladder_models import Ladder, Step, Why
from cases.escalation.ladders import Link, Rung, advise, rungs_for, threads
from cases.escalation.models import Authority, Channel, Escalation, Platform
from cases.escalation.registry import book
from cases.escalation.registry.changes import diff
from cases.escalation.registry.checks import problems
from cases.escalation.registry.entries import rows, whole
from cases.priority import Harm

State = Escalation.State
AT = datetime(2026, 12, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
IN_DANGER = {Harm.OUTING, Harm.HONOUR_THREAT, Harm.BLASPHEMY_ACCUSATION}
RUNGS = [Rung(Step.REMINDER, {Why.SILENCE: 48}), Rung(Step.SECOND, {Why.SILENCE: 24, Why.REFUSAL: 0, Why.BACK: 0}),
         Rung(Step.SEARCH, {Why.REFUSAL: 12}, "google"), Rung(Step.REGULATOR, {Why.SILENCE: 72, Why.REFUSAL: 24}, "pta-e-portal")]


def sent(state: State = State.NO_ANSWER, *, after: Link | None = None, step: str = "", to: str = "tiktok", kind: str = "platform",
         at: datetime = AT, answered: datetime | None = None, check: datetime | None = None) -> Link:
    return Link(uuid4(), "MZ-2", to, kind, 1, state, step, after.pk if after else None, at, answered, check)


def next_of(*links: Link, rungs: list[Rung] = RUNGS, referred: tuple[str, ...] = ()) -> str | None:
    found = advise(rungs, threads(links)[0], referred=referred)
    return f"{found.step} {found.to} {found.why} {(found.due - AT) / HOUR:g}" if found else None


def test_silence_leads_to_a_reminder_and_up_the_ladder() -> None:
    first = sent()
    reminder = sent(after=first, step="reminder", at=AT + 50 * HOUR)
    second = sent(after=reminder, step="second", at=AT + 100 * HOUR)
    assert next_of(first) == "reminder  silence 48"
    assert next_of(first, reminder) == "second  silence 74"
    assert next_of(first, reminder, second) == "regulator pta-e-portal silence 172"
    assert next_of(first, reminder, second, referred=("pta-e-portal",)) is None


def test_a_refusal_skips_what_is_for_silence_and_a_removal_ends_it_until_it_is_back() -> None:
    refused = sent(State.REFUSED, answered=AT + 5 * HOUR)
    assert next_of(refused) == "second  refusal 5"
    gone = sent(State.ACTIONED, answered=AT + 5 * HOUR)
    assert next_of(gone) is None
    assert next_of(replace(gone, back=AT + 4 * HOUR)) is None, "that was before"
    gone = replace(gone, back=AT + 9 * HOUR)
    assert next_of(gone) == "second  back 9"
    again = sent(after=gone, step="second", at=AT + 10 * HOUR)
    assert next_of(gone, again) == "regulator pta-e-portal silence 82"


def test_nothing_follows_what_is_on_its_way_or_waits_for_us() -> None:
    first = sent()
    for state in (State.PROPOSED, State.REQUESTED):
        assert next_of(first, Link(uuid4(), "MZ-3", "tiktok", "platform", 1, state, "reminder", first.pk)) is None
    assert next_of(sent(State.NEEDS_MORE, answered=AT)) is None
    assert next_of(sent(State.FAILED)) is None
    returned = Link(uuid4(), "MZ-3", "tiktok", "platform", 1, State.RETURNED, "reminder", first.pk)
    assert next_of(first, returned) == "reminder  silence 48", "a reminder that a second person gave back was none"


def test_nobody_is_reminded_whose_answer_lies_here_unread() -> None:
    first = sent()
    assert next_of(replace(first, unread=True)) is None
    reminder = replace(sent(after=first, step="reminder", at=AT + 50 * HOUR), unread=True)
    assert next_of(first, reminder) is None


def test_no_step_comes_before_the_day_that_was_promised() -> None:
    assert next_of(sent(State.SENT, check=AT + 90 * HOUR)) == "reminder  silence 90"


def test_out_of_the_results_is_not_gone_and_a_host_that_acts_is() -> None:
    first = sent(State.REFUSED, answered=AT)
    google = sent(State.ACTIONED, after=first, step="search", to="google", kind="search", at=AT + HOUR, answered=AT + 2 * HOUR)
    host = sent(State.ACTIONED, after=first, step="host", to="aws", kind="host", at=AT + HOUR, answered=AT + 2 * HOUR)
    assert next_of(first, google) == "regulator pta-e-portal silence 74"
    assert next_of(first, host) is None


def test_an_authority_that_was_told_long_ago_takes_no_notice_away() -> None:
    assert next_of(sent(), referred=("pta-e-portal",)) == "reminder  silence 48"


def test_copies_are_a_thread_of_their_own() -> None:
    first = sent()
    copies = sent(after=first, step="copies", to="x", at=AT + HOUR)
    reminder = sent(after=copies, step="reminder", to="x", at=AT + 60 * HOUR)
    found = threads([first, copies, reminder])
    assert [(thread.root, len(thread.links), thread.copies) for thread in found] == [(first, 1, ("x",)), (copies, 2, ())]
    assert next_of(first, copies, rungs=[Rung(Step.COPIES, {Why.SILENCE: 0}), *RUNGS]) == "reminder  silence 48"


PLACES = {Step.SEARCH: "google", Step.HOST: "aws", Step.REGISTRAR: "godaddy"}
STEPS = st.lists(st.builds(Rung, st.sampled_from(Step), st.dictionaries(st.sampled_from(Why), st.integers(0, 99), min_size=1),
                           st.just("")), max_size=12, unique_by=lambda rung: rung.step)


@given(STEPS, st.lists(st.sampled_from([State.NO_ANSWER, State.REFUSED, State.ACTIONED, State.SENT]), min_size=14, max_size=14))
def test_whatever_they_answer_a_ladder_ends_and_says_nothing_twice(rungs: list[Rung], answers: list[State]) -> None:
    rungs = [Rung(rung.step, rung.hours, "pta" if rung.step == Step.REGULATOR else "") for rung in rungs]
    now, referred, said = AT, set[str](), list[str]()
    links = [sent(answers[0], answered=AT + HOUR)]
    for answer in answers[1:]:
        back = now + 2 * HOUR
        links = [replace(link, back=back if link.state == State.ACTIONED else None) for link in links]
        found = advise(rungs, threads(links)[0], referred=referred)
        if found is None:
            break
        assert found.due >= found.since
        said.append(found.step)
        now = max(found.due, back) + HOUR
        if found.step == Step.REGULATOR:
            referred.add(found.to)
        else:
            to = PLACES.get(found.step, "tiktok")
            links.append(sent(answer, after=found.after, step=found.step, to=to, at=now, answered=now + HOUR))
    assert len(said) == len(set(said))
    assert len(said) <= len(rungs)


@pytest.fixture
def ladders(db: None) -> list[Ladder]:
    registry.seed()
    return list(Ladder.objects.all())


def test_the_most_specific_ladder_is_used(ladders: list[Ladder]) -> None:
    def steps(platform: str, harm: Harm, *, child: bool = False) -> list[str]:
        return [f"{rung.step} {rung.to}".strip() for rung in rungs_for(ladders, platform, harm, child=child)]

    assert steps("tiktok", Harm.BULLYING) == ["reminder", "second", "regulator pta-e-portal"]
    assert "search google" in steps("tiktok", Harm.INTIMATE_IMAGES)
    assert "regulator iwf-drf" in steps("tiktok", Harm.INTIMATE_IMAGES, child=True)
    assert steps("xvideos", Harm.INTIMATE_IMAGES) == ["reminder", "host", "registrar", "search google", "regulator pta-e-portal"]
    assert rungs_for([], "tiktok", Harm.OTHER, child=False) == []


def test_no_authority_for_whoever_is_in_danger_and_no_day_too_long_for_a_child(ladders: list[Ladder]) -> None:
    for platform in Platform.objects.values_list("slug", flat=True):
        for harm in Harm:
            for child in (False, True):
                rungs = rungs_for(ladders, platform, harm, child=child)
                assert rungs, (platform, harm)
                assert (harm in IN_DANGER) <= (Step.REGULATOR not in {rung.step for rung in rungs}), (platform, harm)
                assert not child or rungs[0].hours[Why.SILENCE] <= 24, platform


def test_what_the_book_names_is_there(ladders: list[Ladder]) -> None:
    authorities, platforms = (set(model.objects.values_list("slug", flat=True)) for model in (Authority, Platform))
    for ladder in ladders:
        assert all([ladder.name_en, ladder.name_ur, ladder.source]), ladder          # type: ignore[attr-defined]   # modeltranslation's
        for step in ladder.steps:
            assert step["to"] in (authorities if step["step"] == Step.REGULATOR else platforms | {""}), (ladder, step)
            if step["step"] == Step.SEARCH:
                assert Channel.objects.filter(platform__slug=step["to"]).exists(), "a page to open"


@pytest.mark.parametrize(("steps", "fits"), [
    ([{"step": "reminder", "silence": 1, "refusal": None, "back": None, "to": ""}], True), ([], False), ("reminder", False),
    ([{"step": "reminder", "silence": None, "refusal": None, "back": None, "to": ""}], False),
    ([{"step": "reminder", "silence": -1, "refusal": None, "back": None, "to": ""}], False),
    ([{"step": "reminder", "silence": True, "refusal": None, "back": None, "to": ""}], False),
    ([{"step": "reminder", "silence": 1, "refusal": None, "back": None, "to": "tiktok"}], False),
    ([{"step": "regulator", "silence": 1, "refusal": None, "back": None, "to": ""}], False),
    ([{"step": "regulator", "silence": 1, "refusal": None, "back": None, "to": "nobody"}], False),
    ([{"step": "search", "silence": 1, "refusal": None, "back": None, "to": "pta-e-portal"}], False),
    ([{"step": "pray", "silence": 1, "refusal": None, "back": None, "to": ""}], False),
    ([{"step": "reminder", "silence": 1, "refusal": None, "back": None, "to": ""}] * 2, False),
    ([{"step": "reminder", "silence": 1}], False)])
def test_a_ladder_that_cannot_be_climbed_is_refused(steps: object, fits: bool) -> None:
    known = {"platform:tiktok", "platform:google", "authority:pta-e-portal", "ladder:x"}
    row = whole("ladder:x", {"name_en": "X", "name_ur": "ایکس", "source": "page", "steps": steps})
    assert bool(problems("ladder:x", row, known=known)) != fits


def test_a_ladder_that_polices_speech_is_refused() -> None:
    row = whole("ladder:x", {"name_en": "Blasphemy to PTA", "name_ur": "ایکس", "source": "page", "steps": [
        {"step": "reminder", "silence": 1, "refusal": None, "back": None, "to": ""}]})
    assert "name_en" in problems("ladder:x", row, known={"ladder:x"})


def test_ladders_go_out_and_come_in_as_part_of_the_registrys_file(ladders: list[Ladder]) -> None:
    assert diff(rows(), book.read(book.write())) == []
    text = "version: 1\nladders:\n- {slug: usual, steps: [{step: reminder, silence: 30}]}\n"
    [step] = diff(rows(), book.read(text))
    assert (step.key, step.field, step.by_two) == ("ladder:usual", "steps", True)
    assert step.after == [{"step": "reminder", "silence": 30, "refusal": None, "back": None, "to": ""}]
