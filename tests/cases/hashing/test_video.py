"""Videos: what is taken from a browser, kept, and found again."""
import json

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.hashing import listing
from cases.hashing.fingerprint import Fingerprint, FingerprintRefused, parse_all
from cases.hashing.foreign import Row, compare, take_in
from cases.hashing.models import Benign, ForeignMatch, Frame, IndexedHash, ListEntry, Listing, Match, MediaHash
from cases.hashing.services import PublishRefused, Refusal, match, refusal, store
from cases.hashing.video import MOST_FRAMES, SAME_SHARE, FrameHash, VideoFingerprint, as_vpdq
from cases.models import Consent, Link
from cases.priority import AgeBand
from tests.cases.hashing.conftest import fingerprint, near, new_pdq
from tests.factories.lists import publish, two_people

RNG = np.random.default_rng(5)
ONE = f"1000.88.{new_pdq()}"
GOOD = f"video:{'ab' * 32}:{'cd' * 16}:{ONE}"


def video(number: int = 1, frames: int = 5, hashes: list[str] | None = None, md5: str = "") -> VideoFingerprint:
    values = [new_pdq() for _ in range(frames)] if hashes is None else hashes
    return VideoFingerprint(number, RNG.bytes(32).hex(), md5 or RNG.bytes(16).hex(),
                            tuple(FrameHash(n * 1000, value, 90) for n, value in enumerate(values)))


# --- the text -----------------------------------------------------------------------------------------------------------
def test_it_reads_what_it_writes():
    one = video(3)
    assert VideoFingerprint.parse(str(one), 3) == one
    assert str(VideoFingerprint.parse(GOOD, 1)) == GOOD
    assert VideoFingerprint.parse(f"video:{'ab' * 32}:{'cd' * 16}:", 1).frames == ()


@pytest.mark.parametrize("text", [
    "video:", GOOD + ",", GOOD + ":", GOOD + "\n", GOOD.upper(), GOOD[:-1], GOOD.replace(".88.", ".8٨."),
    GOOD.replace(".88.", ".-8."),
    GOOD.replace("cd", "cg"), GOOD.removesuffix(":" + ONE), f"{GOOD},{ONE}", f"{GOOD},{ONE.replace('1000', '999')}",
    GOOD.replace("1000", "86400001"), GOOD.replace(":1000.", ":,1000."), GOOD.replace("1000.", ""),
])
def test_another_form_is_refused(text):
    with pytest.raises(FingerprintRefused) as error:
        parse_all([text])
    assert error.value.code == "format"


@pytest.mark.parametrize(("frame", "code"), [(f"0.49.{new_pdq()}", "quality"), (f"0.101.{new_pdq()}", "quality"),
                                             (f"0.88.{'0' * 64}", "pattern"), (f"0.88.{'f' * 64}", "pattern")])
def test_a_frame_is_held_to_what_a_picture_is_held_to(frame, code):
    with pytest.raises(FingerprintRefused) as error:
        parse_all([GOOD.replace(ONE, frame)])
    assert error.value.code == code


def test_sixty_frames_and_no_more():
    assert len(parse_all([str(video(frames=MOST_FRAMES))])[0].frames) == MOST_FRAMES
    more = ",".join(f"{n}.88.{new_pdq()}" for n in range(MOST_FRAMES + 1))
    with pytest.raises(FingerprintRefused):
        parse_all([GOOD.replace(ONE, more)])
    with pytest.raises(FingerprintRefused):
        parse_all([GOOD.replace(ONE, ",".join([ONE] * 100_000))])


def test_pictures_and_videos_are_numbered_together_and_the_same_file_counts_once():
    picture, film = fingerprint(), video()
    found = parse_all([str(picture), str(film), str(film)])
    assert [(type(one), one.number) for one in found] == [(Fingerprint, 1), (VideoFingerprint, 2)]


def test_the_list_reads_as_python_threatexchange_reads_it():
    """VpdqCompactFeature.from_str (extensions/vpdq/vpdq_util.py): hash, quality and seconds ≥ 0."""
    frames = (*video(frames=2).frames, FrameHash(1_234_567, new_pdq(), 50))
    features = [text.split(",") for text in json.loads(as_vpdq(frames))]
    assert [(hashed, int(quality)) for hashed, quality, _ in features] == [(frame.pdq, frame.quality) for frame in frames]
    assert [float(seconds) for _, _, seconds in features] == [0, 1, 1234.567]


# --- kept and compared --------------------------------------------------------------------------------------------------
def stored(make_case, *told, **changes):
    case = make_case(**changes)
    store(case=case, fingerprints=told)
    return case, match(case_id=case.pk)


def test_a_video_is_kept_with_its_frames(make_case):
    film = video()
    case, _ = stored(make_case, fingerprint(), VideoFingerprint(2, film.sha256, film.md5, film.frames))
    picture, row = MediaHash.objects.filter(case=case)
    assert (picture.kind, row.kind, row.pdq, row.quality, row.md5) == ("image", "video", "", 0, film.md5)
    assert [(one.at_ms, one.pdq, one.quality) for one in row.frames.all()] == [
        (frame.at_ms, frame.pdq, frame.quality) for frame in film.frames]
    assert sorted(IndexedHash.objects.values_list("kind", flat=True)) == [1, 3, 3, 3, 3, 3]


def test_a_video_saved_again_is_found(make_case):
    film = video(frames=10)
    earlier, _ = stored(make_case, film)
    again = video(hashes=[near(frame.pdq, 8) for frame in film.frames[:9]] + [new_pdq()])
    later, (found,) = stored(make_case, again)
    assert (found.a.case, found.b.case, found.distance, found.share) == (later, earlier, 8, 90)
    assert Link.objects.filter(because=Link.Because.HASH).count() == 1


@pytest.mark.parametrize(("same", "found"), [(SAME_SHARE // 10, 1), (SAME_SHARE // 10 - 1, 0)])
def test_most_of_its_frames_must_be_there(make_case, same, found):
    """A card that an app puts at the end of every video does not make two videos one."""
    film = video(frames=10)
    stored(make_case, film)
    kept = [frame.pdq for frame in film.frames[:same]]
    _, matches = stored(make_case, video(hashes=kept + [new_pdq() for _ in range(10 - same)]))
    assert len(matches) == found


@pytest.mark.parametrize("first", ["long", "short"])
def test_an_excerpt_is_found_whichever_came_first(make_case, first):
    long = video(frames=40)
    short = video(hashes=[frame.pdq for frame in long.frames[20:26]])
    stored(make_case, long if first == "long" else short)
    _, (found,) = stored(make_case, short if first == "long" else long)
    assert found.share == 100


def test_a_frame_that_repeats_counts_as_often_as_it_is_shown(make_case):
    """Nine seconds of one card and one of something else are not the video that has that something for ten."""
    card, scene = new_pdq(), new_pdq()
    stored(make_case, video(hashes=[card] * 2 + [new_pdq() for _ in range(8)]))
    _, matches = stored(make_case, video(hashes=[scene] * 9 + [card]))
    assert matches == []


@pytest.mark.parametrize("first", ["picture", "video"])
def test_a_picture_that_is_a_frame_of_a_video_is_found(make_case, first):
    film = video()
    still = fingerprint(pdq=near(film.frames[3].pdq, 12))
    stored(make_case, still if first == "picture" else film)
    _, (found,) = stored(make_case, film if first == "picture" else still)
    assert (found.distance, {found.a.kind, found.b.kind}) == (12, {"image", "video"})


def test_a_video_that_no_browser_could_show_is_found_as_an_exact_copy(make_case):
    film = video(frames=0)
    earlier, _ = stored(make_case, film)
    _, (found,) = stored(make_case, film)
    assert (found.b.case, found.distance, found.share) == (earlier, 0, 100)
    _, none = stored(make_case, video(frames=0))
    assert none == []


def test_two_of_one_case_are_not_matched_and_again_is_nothing_new(make_case):
    film = video()
    other = VideoFingerprint(2, "ef" * 32, film.md5, film.frames)
    case, found = stored(make_case, film, other)
    assert found == [] == match(case_id=case.pk)


def test_the_database_takes_no_half_video(make_case):
    case = make_case()
    for wrong in ({"kind": "video", "pdq": new_pdq(), "quality": 0}, {"kind": "image", "pdq": "", "quality": 90},
                  {"kind": "video", "pdq": "", "quality": 90}, {"kind": "sound", "pdq": "", "quality": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            MediaHash.objects.create(case=case, number=1, sha256="ab" * 32, md5="cd" * 16, at=timezone.now(), **wrong)


# --- lists --------------------------------------------------------------------------------------------------------------
def test_a_video_goes_on_the_list_by_its_md5(make_case):
    film = video()
    case, _ = stored(make_case, film)
    (entry,) = publish(case)
    assert (entry.kind, entry.value, entry.state) == ("md5", film.md5, "active")
    (gone,) = listing.end(case=case)
    assert gone.pk == entry.pk
    assert ListEntry.objects.get().state == "withdrawn"


def test_a_video_of_a_childs_case_leaves_the_adults_list(make_case):
    film = video()
    adult, _ = stored(make_case, film)
    publish(adult)
    stored(make_case, VideoFingerprint(1, "ef" * 32, "ef" * 16, film.frames), age_band=AgeBand.UNDER_13.value, child=True)
    assert ListEntry.objects.get().state == "suspended"


def test_a_video_of_something_harmless_is_held(make_case):
    film = video()
    Benign.objects.bulk_create(Benign(pdq=frame.pdq, sort="meme", at=timezone.now()) for frame in film.frames[:4])
    case, _ = stored(make_case, film)
    Consent.objects.create(case=case, act=Consent.Act.SHARE_HASHES, answer=Consent.Answer.YES, at=timezone.now())
    listing.propose(case=case, by=two_people()[0])
    assert Listing.objects.get().held == Listing.Held.BENIGN


def test_what_others_list_is_found_by_file_and_by_frame(make_case):
    film = video()
    case, _ = stored(make_case, film)
    rows = [Row("1", "md5", film.md5, timezone.now()), Row("2", "pdq", film.frames[2].pdq, timezone.now())]
    assert take_in(source="other", rows=rows).matches == 2
    ForeignMatch.objects.all().delete()
    assert compare(case_id=case.pk) == 2


@pytest.mark.parametrize("listed_first", [True, False])
def test_a_video_that_a_list_of_child_imagery_knows_leaves_the_adults_list(make_case, listed_first):
    film = video()
    adult, _ = stored(make_case, film)
    if listed_first:
        publish(adult)
    take_in(source="ncmec", rows=[Row("1", "md5", film.md5, timezone.now())], child=True)
    if listed_first:
        assert ListEntry.objects.get().state == "withdrawn"
    assert refusal(adult) == Refusal.CHILD_MATCH


@pytest.mark.parametrize("order", ["listed, reported, known", "listed, known, reported", "reported, known, listed"])
def test_such_a_list_that_knows_another_copy_is_reason_enough(make_case, order):
    """By MD5 it knows only one file; that both are one video, we know."""
    film = video()
    copy = VideoFingerprint(1, "ef" * 32, "ef" * 16, film.frames)
    adult, _ = stored(make_case, film)
    steps = {"listed": lambda: publish(adult), "reported": lambda: stored(make_case, copy),
             "known": lambda: take_in(source="ncmec", rows=[Row("1", "md5", copy.md5, timezone.now())], child=True)}
    for step in order.split(", "):
        if step == "listed" and order.endswith("listed"):
            with pytest.raises(PublishRefused):
                publish(adult)
        else:
            steps[step]()
    assert not ListEntry.objects.filter(state="active").exists()
    assert refusal(adult) == Refusal.CHILD_MATCH


def test_all_goes_with_the_case(make_case):
    case, _ = stored(make_case, video())
    case.delete()
    assert not Frame.objects.exists()
    assert not IndexedHash.objects.exists()
    assert not Match.objects.exists()


def test_hashes_come_in_the_order_of_time(make_case):
    film = video()
    case, _ = stored(make_case, film)
    assert case.media_hashes.get().every() == [frame.pdq for frame in film.frames]
