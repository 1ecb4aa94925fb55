from datetime import UTC, datetime

import pytest
from django.utils.translation import override

from cases.public_words import SENTENCES, Said, sentence
from cases.services import SAID_BY_OUTCOME, SAID_BY_STATUS
from cases.workflow import Outcome, Status

WHEN = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("said", Said)
@pytest.mark.parametrize("language", ["en", "ur"])
def test_every_code_has_words_with_nothing_left_open(said: Said, language: str) -> None:
    with override(language):
        words = sentence(said.value, platform="TikTok", next_check=WHEN)
    assert words
    assert "{" not in words


def test_the_date_is_the_one_given_in_local_time() -> None:
    with override("en"):
        assert "<bdi>24 November 2026, 14:30</bdi>" in sentence("asked_platform", platform="TikTok", next_check=WHEN)


def test_a_platforms_name_cannot_carry_markup() -> None:
    assert "<b>" not in sentence("platform_removed", platform="<b>X</b>")


def test_every_status_and_outcome_has_words() -> None:
    assert set(SENTENCES) == set(Said)
    assert set(SAID_BY_OUTCOME) == set(Outcome)
    assert set(SAID_BY_STATUS) == set(Status) - {Status.CLOSED, Status.WAITING_OUTSIDE}
