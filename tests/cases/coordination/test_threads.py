"""A thread with a body is about policy: no number of a case, a notice or a receipt goes into it."""
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given, strategies as st

from cases.coordination import threads
from cases.coordination.models import POSTS_KEPT, Body, Post
from cases.notifications.models import Notification
from cases.services import REF_ALPHABET, new_ref
from cases.vault import receipt
from portal.accounts.models import User
from tests.factories.cases import make_member, make_unit

FINE = ("We meet on 23 November 2026 at 10.", "10 events, 24 months, 30 people", "PECA 2016, section 24-A", "0300 1234567",
        "پچیس نومبر کو ملاقات ہے۔", "https://example.org/rules/2026", "IBAN PK36 SCBL 0000 0011 2345 6702")


@pytest.mark.parametrize("text", FINE)
def test_words_about_policy_are_fine(text: str) -> None:
    assert threads.without_cases(text) == text


@given(st.text(REF_ALPHABET, min_size=6, max_size=6), st.sampled_from(["-", "‑", "–", "_"]))
def test_a_reference_of_a_case_is_refused_however_it_is_written(letters: str, between: str) -> None:
    for text in (f"26{between}{letters}", f"about 26{between}{letters.lower()}, please"):
        with pytest.raises(ValidationError):
            threads.without_cases(text)


def test_so_are_notices_and_receipts_in_any_digits() -> None:
    code = receipt.new_code()
    urdu = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
    for text in (new_ref(timezone.now()), "MZ-23456789AB", "mz 23456789ab", code, code.translate(urdu),
                 " ".join(code[at:at + 4] for at in range(0, 20, 4)), "۲۶-ABCDEF"):
        with pytest.raises(ValidationError):
            threads.without_cases(f"see {text} !")


def test_the_bodys_people_and_who_may_coordinate_write(omar: User, tiktok: Body, hina: User, ayesha: User) -> None:
    sana = make_member("Sana", make_unit(), role="supervisor")
    threads.post(body=tiktok, text="Your rule on fakes?", by=sana)
    threads.post(body=tiktok, text="It changes in May.", by=omar)
    assert list(Post.objects.values_list("ours", "by__name")) == [(False, "Omar of TikTok"), (True, "Sana")]
    for stranger in (hina, ayesha):
        with pytest.raises(threads.NotYours):
            threads.post(body=tiktok, text="Hello", by=stranger)


def test_the_other_side_is_told(omar: User, tiktok: Body) -> None:
    sana = make_member("Sana", make_unit(), role="supervisor")
    threads.post(body=tiktok, text="Your rule on fakes?", by=sana)
    assert [(row.member, row.occasion) for row in Notification.objects.all()] == [(omar, "partner")]
    threads.post(body=tiktok, text="It changes in May.", by=omar)
    assert Notification.objects.get(occasion="policy").member == sana


def test_posts_go_after_three_years(omar: User, tiktok: Body) -> None:
    for age in (POSTS_KEPT + timedelta(days=1), POSTS_KEPT - timedelta(days=1)):
        Post.objects.create(body=tiktok, by=omar, ours=False, at=timezone.now() - age, text="Hello")
    assert threads.forget() == 1
    assert Post.objects.count() == 1
