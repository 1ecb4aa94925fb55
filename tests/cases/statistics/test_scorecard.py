"""Which platform keeps its time: what is counted of a notice, what stays of it, and that nothing small can be told from it."""
import csv
import io
import itertools
from collections import Counter, defaultdict
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.escalation import registry
from cases.escalation.models import Answer, Channel, Escalation, LegalBasis, Platform
from cases.exchange.models import Partner
from cases.retention import disposal, services
from cases.statistics import figures, publishing, spans
from cases.statistics.counting import Dimension, count_all, month_of
from cases.statistics.models import Counted, Tally
from cases.statistics.scorecard import of_platform
from cases.statistics.scoring import FROM, Times, codes, told
from cases.units.services import set_up_practice
from cases.vault import custody, envelope
from portal.figures import PARTS
from tests.cases.statistics.conftest import last_month, tally
from tests.factories.cases import make_case, make_member, make_unit, secrets_of, signed_in

State = Escalation.State
TAKE_IT_DOWN = "take-it-down-act"                       # 48 hours


def hours(n: float) -> timedelta:
    return timedelta(hours=n)


@pytest.fixture
def notice(seven):
    """Makes a notice of the first case, sent at the report's own moment; `answers`: (outcome, hours after, kind)."""
    writer = make_member("Sender", make_unit())

    def after(start, n: float | None):
        return None if n is None else start + hours(n)

    def make(state=State.SENT, *answers, basis: str | None = TAKE_IT_DOWN, sent: float | None = 0, answered: float | None = None,
             case=seven[0], slug="facebook") -> Escalation:
        channel = Channel.objects.filter(platform__slug=slug).first()
        start = case.opened_at
        row = Escalation.objects.create(
            case=case, platform=channel.platform, channel=channel, reference=f"MZ-{Escalation.objects.count()}", state=state,
            notice=b"", notice_key=custody.keep(envelope.new_key(), case=case.pk, unit=case.unit, worker=False), by=writer,
            basis=LegalBasis.objects.get(slug=basis) if basis else None, requested_at=start,
            sent_at=after(start, sent), answered_at=after(start, answered))
        for outcome, took, *kind in answers:
            at = start + hours(took)
            Answer.objects.create(case=case, escalation=row, at=at, way=Answer.Way.TYPED, outcome=outcome,
                                  sorted_at=at if outcome else None, kind=kind[0] if kind else Answer.Kind.ANSWER)
        return row
    return make


def scored() -> Counter[str]:
    return Counter({row.value: row.living + row.gone for row in Tally.objects.filter(dimension="score") if row.living + row.gone})


# --- what is counted --------------------------------------------------------------------------------------------------
def test_from_sending_to_the_first_answer_and_to_removal(notice):
    notice(State.ACTIONED, ("acknowledged", 1), ("needs_more", 10), ("actioned", 60), sent=2)
    notice(State.REFUSED, ("refused", 49))
    notice(State.NO_ANSWER, answered=48)
    notice(State.ACTIONED, answered=3)                          # from before answers were kept one by one
    notice(State.ACTIONED, ("actioned", 5), sent=None)          # the shared list was quicker
    notice(State.REFUSED, ("refused", 49), basis="dsa-16", slug="tiktok")          # no hours of its own: ours, 48
    notice(State.REFUSED, ("refused", 3), basis=None)
    count_all()
    assert scored() == {
        "facebook:take-it-down-act:on_time:8": 2, "facebook:take-it-down-act:removed:72": 1,
        "facebook:take-it-down-act:late:72": 1, "facebook:take-it-down-act:silent:none": 1,
        "facebook:take-it-down-act:on_time:4": 1, "facebook:take-it-down-act:removed:4": 1,
        "facebook:take-it-down-act:removed:8": 1,
        "tiktok:dsa-16:late:72": 1, "facebook:none:on_time:4": 1}


def test_what_has_no_answer_yet_is_not_held_against_them(notice, seven):
    notice(State.ACKNOWLEDGED, ("", 5))                         # words that nobody has read
    notice(State.FAILED, ("", 1, Answer.Kind.BOUNCE))           # it never reached them
    notice(State.REQUESTED, sent=None)
    today = make_case(make_unit())
    notice(State.SENT, case=today)
    notice(State.SENT, ("", 1, Answer.Kind.AUTOMATIC), case=today)
    count_all()
    assert not scored()
    Answer.objects.filter(outcome="").update(sorted_at=timezone.now())      # read, and nothing new in it
    count_all()
    assert scored() == {"facebook:take-it-down-act:silent:none": 1}


def test_the_hours_of_the_law_decide(notice):
    notice(State.REFUSED, ("refused", 30))
    LegalBasis.objects.filter(slug=TAKE_IT_DOWN).update(hours=24)
    count_all()
    assert scored() == {"facebook:take-it-down-act:late:48": 1}


def test_nothing_of_practice_is_counted(notice):
    notice(State.ACTIONED, ("actioned", 3), case=make_case(set_up_practice()))
    count_all()
    assert not scored()


def test_it_outlives_the_case(notice, seven):
    notice(State.ACTIONED, ("actioned", 3))
    notice(State.NO_ANSWER)
    count_all()
    before = scored()
    assert before.total() == 3
    secrets_of(seven[0])
    disposal.carry_out(disposal_id=services.erase(case=seven[0]).pk)
    assert not Escalation.objects.exists()
    assert scored() == before
    count_all()
    assert scored() == before


# --- what is told -----------------------------------------------------------------------------------------------------
def test_a_share_tells_of_no_small_number_even_to_who_knows_of_how_many():
    seen: dict[tuple[int, tuple[str, ...]], set[int]] = defaultdict(set)
    for settled in range(5, 70):
        for on_time in range(settled + 1):
            seen[settled, codes(Times(settled, on_time), 5)].add(on_time)
    for (settled, _codes), possible in seen.items():
        assert len(possible) > 1 or possible <= {settled}, (settled, possible)
        assert settled >= FROM or possible == set(range(settled + 1)), "of fewer no share is told"


def test_of_one_platform_never_one_row_alone_is_left_out():
    """Another table tells the sum."""
    for small in range(1, 5):
        times = {("x", "a"): Times(30), ("x", "b"): Times(12), ("x", "c"): Times(small), ("y", "a"): Times(6)}
        assert told(times, 5) == [("x", "a"), ("y", "a")]
        assert told({("x", "a"): Times(small)}, 5) == []
    assert told({("x", "a"): Times(30), ("x", "b"): Times(0)}, 5) == [("x", "a")]


def test_what_is_left_out_cannot_be_worked_out_by_who_knows_the_platforms_sum():
    """For each number from 1 to 4 another would have looked the same."""
    alike: dict[tuple[object, ...], list[tuple[int, ...]]] = defaultdict(list)
    for numbers in itertools.product(range(13), repeat=3):
        times = {("x", basis): Times(n) for basis, n in zip("abc", numbers, strict=True) if n}
        listed = set(told(times, 5))
        shown = tuple(codes(times["x", basis], 5)[0] if ("x", basis) in listed else "" for basis in "abc")
        assert not any(0 < n < 5 for n, code in zip(numbers, shown, strict=True) if code)
        alike[sum(numbers), shown].append(numbers)
    for (total, shown), believed in alike.items():
        for column in range(3):
            possible = {numbers[column] for numbers in believed}
            assert len(possible) > 1 or not 0 < min(possible) < 5, (total, shown, believed)


def test_times_need_as_many_as_elsewhere():
    few = Times(9, 9, Counter({"24": 5, "48": 4}), Counter({"24": 4}))
    assert codes(few, 5) == ("5+", "", "24", "", "", "")
    many = Times(40, 35, Counter({"24": 30, "72": 5, "later": 5}), Counter({"24": 8, "48": 2}))
    assert codes(many, 5) == ("20+", "80%", "24", "later", "24", "48")
    assert codes(many, 10) == ("20+", "80%", "24", "later", "24", "")
    assert codes(Times(20, 20), 5)[1] == "100%"


def rows_of(found: figures.Figures) -> dict[str, tuple[object, ...]]:
    return {line.value: line.cells for table in found.tables if table.code == Dimension.SCORE for line in table.lines}


def test_for_the_house_each_month_is_hidden_by_itself(db):
    registry.seed()
    months = spans.Span(spans.back(last_month(), 1), last_month()).months
    for month, n in zip(months, (4, 30), strict=True):
        tally(month, "adults", unit={"adults": 60}, score={"facebook:dsa-16:on_time:24": n})
    house, unit = (rows_of(figures.figures(scope, months)) for scope in (figures.Scope(), figures.Scope(("adults",))))
    assert house["facebook:dsa-16"] == ("20+", "100%", "24", "24", "", "")
    assert unit["facebook:dsa-16"] == ("20+", "100%", "24", "24", "", "")
    assert rows_of(figures.figures(figures.Scope(), months[:1])) == {}


# --- where it is shown ------------------------------------------------------------------------------------------------
@pytest.fixture
def kept(db):
    registry.seed()
    make_unit()
    tally(last_month(), "adults", unit={"adults": 60}, harm={"deepfake": 60}, outcome={"removed": 60}, age={"adult": 60},
          written={"ur": 60}, source={"web": 60}, answer={"day": 60}, opinion={"yes": 60},
          score={"tiktok:dsa-16:on_time:24": 45, "tiktok:dsa-16:silent:none": 5, "tiktok:dsa-16:removed:72": 20,
                 "facebook:own-rules:late:168": 8})


def test_on_the_page_of_figures_and_as_csv(kept):
    for language, words in (("en", ("Scorecard of platforms", "at least 90%", "within 3 days")),
                            ("ur", ("پلیٹ فارموں کا حساب", "کم از کم 90%"))):
        client = signed_in(make_member(language, make_unit()), language=language)
        page = client.get("/desk/figures/", {"from": f"{last_month():%Y-%m}"}).content.decode()
        assert all(word in page for word in words), language
    told = client.get("/desk/figures.csv", {"from": f"{last_month():%Y-%m}", "table": "score"}).content.decode()
    cells = [row[5] for row in csv.reader(io.StringIO(told.removeprefix("\ufeff")))][1:]
    assert len(cells) == 12
    assert not [cell for cell in cells if cell.isdigit()], "nothing exact"


def test_on_the_platforms_page_in_the_registry_for_the_whole_house(kept):
    client = signed_in(make_member("Ayesha", make_unit("children")))
    pages = [client.get(f"/desk/settings/registry/platform/{Platform.objects.get(slug=slug).pk}/").content.decode()
             for slug in ("tiktok", "facebook", "x")]
    assert "at least 90%" in pages[0]
    assert "Facebook" not in pages[0].partition("Response history")[2]
    assert "at least 5" in pages[1]
    assert "too few to say" in pages[2]


def test_beside_a_partner_and_in_two_queries(kept, django_assert_num_queries):
    with django_assert_num_queries(2):
        [(name, _cells)] = of_platform("tiktok").rows
    assert name == f"{LegalBasis.objects.get(slug='dsa-16').name}, 48 hours"
    Partner.objects.create(number=2, name="TikTok", platform="tiktok", number_key=bytes(32))
    page = signed_in(make_member("Nadia", make_unit(), role="supervisor")).get("/desk/partners/").content.decode()
    assert "How it answers notices" in page
    assert "at least 90%" in page


def test_months_that_run_or_are_long_over_are_not_in_it(kept):
    Tally.objects.filter(dimension="score").update(month=month_of(timezone.now()))
    assert of_platform("tiktok").rows == []
    Tally.objects.filter(dimension="score").update(month=spans.back(last_month(), 12))
    assert of_platform("tiktok").rows == []
    Tally.objects.filter(dimension="score").update(month=spans.back(last_month(), 11))
    assert len(of_platform("tiktok").rows) == 1


def test_everybody_reads_what_two_people_published_from_ten_on(kept, client):
    Counted.objects.create(month=last_month(), at=timezone.now())
    made = publishing.prepare(span=spans.Span(last_month(), last_month()), by=make_member("Zara", role="analyst"))
    [table] = [each for each in made.numbers["tables"] if each["code"] == "score"]
    assert [row["cells"] for row in table["rows"]] == [["50+", "90%", "24", "24", "72", "72"]], "eight of Facebook are too few"
    publishing.publish(publication=made, by=make_member("Nadia", make_unit(), role="supervisor"))
    assert {code.value for code in publishing.TOLD} <= {code for codes in PARTS.values() for code in codes}
    for language, word in (("en", "at least 90%"), ("ur", "کم از کم 90%")):
        assert word in client.get(f"/{language}/figures/{publishing.slug_of(made.first, made.last)}/").content.decode()
