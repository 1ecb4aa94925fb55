from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from cases.notifications.addresses import AddressMalformed, HoursMalformed, clean, clean_hours, next_safe
from cases.notifications.models import Kind

KARACHI = ZoneInfo("Asia/Karachi")
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))      # noqa: DTZ001
spans = st.lists(st.tuples(st.integers(0, 23), st.integers(1, 24)).filter(lambda span: span[0] < span[1]).map(list), max_size=4)


@pytest.mark.parametrize("typed", [
    "03001234567", "0300 1234567", "0300-123-4567", "+92 300 1234567", "0092 (300) 1234567", "923001234567",
    "۰۳۰۰ ۱۲۳۴۵۶۷", "٠٣٠٠١٢٣٤٥٦٧", "\u200e\u202a+92 300 1234567\u202c", "0300\u2011123\u20114567",
])
def test_a_pakistani_mobile_number_is_one_number_however_it_is_typed(typed: str):
    assert clean(Kind.SMS, typed) == "+923001234567"


@pytest.mark.parametrize("typed", ["", "0512345678", "0300123456", "030012345678", "+14155550123", "03001234567 x",
                                   "me@example.org"])
def test_what_is_no_mobile_number_is_refused(typed: str):
    with pytest.raises(AddressMalformed) as refused:
        clean(Kind.SMS, typed)
    assert refused.value.kind == Kind.SMS
    assert not typed or typed not in str(refused.value)      # an error may be logged, an address may not


def test_a_kept_number_is_kept_again_unchanged():
    assert clean(Kind.SMS, clean(Kind.SMS, "۰۳۰۰۱۲۳۴۵۶۷")) == "+923001234567"


@pytest.mark.parametrize("typed", ["sara@example.org", "  sara@example.org ", "\u200esara@example.org"])
def test_an_email_address_is_trimmed(typed: str):
    assert clean(Kind.EMAIL, typed) == "sara@example.org"


@pytest.mark.parametrize("typed", ["", "sara", "sara@", "a@example.org\nBcc: all@example.org",
                                   "a" * 64 + "@" + "b." * 120 + "org",
                                   "sa\u202era@example.org", "a@example.org, b@example.org"])
def test_what_is_no_email_address_is_refused(typed: str):
    with pytest.raises(AddressMalformed):
        clean(Kind.EMAIL, typed)


@pytest.mark.parametrize("hours", [[[12, 9]], [[9, 9]], [[-1, 5]], [[20, 25]], [[9]], [["9", "12"]], [[True, 12]], [[9, 12, 15]]])
def test_hours_that_are_none_are_refused(hours: list):
    with pytest.raises(HoursMalformed):
        clean_hours(hours)


@given(moments, spans)
def test_the_next_safe_moment_is_safe_and_never_past(moment: datetime, hours: list[list[int]]):
    found = next_safe(moment, hours)
    assert found >= moment
    assert not hours or any(start <= found.astimezone(KARACHI).hour < end for start, end in hours)
    assert found - moment < timedelta(days=1)


@given(moments, spans.filter(bool))
def test_no_earlier_minute_would_have_been_safe(moment: datetime, hours: list[list[int]]):
    waited = int((next_safe(moment, hours) - moment).total_seconds() // 60)
    between = (moment + timedelta(minutes=minutes) for minutes in range(0, waited, 7))
    assert not any(start <= one.astimezone(KARACHI).hour < end for one in between for start, end in hours)


@given(moments)
def test_without_hours_now_is_safe(moment: datetime):
    assert next_safe(moment, []) == moment
