"""What a reporter types as an address, and the hours in which a message is safe. No tables, no keys."""
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.timezone import localtime

from cases.notifications.models import Kind

DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
# also what a paste brings along
DECORATION = re.compile(r"[\s().\-\u2010-\u2015\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
MOBILE = re.compile(r"(?:\+92|0092|92|0)(3[0-9]{9})", re.ASCII)                # Pakistan's mobile networks: 03xx xxxxxxx
LONGEST_EMAIL = 254                                                            # RFC 5321, 4.5.3.1.3
Hours = Sequence[Sequence[int]]


class AddressMalformed(ValueError):
    """Nothing can be sent there. `kind` says what it was meant to be."""

    def __init__(self, kind: Kind) -> None:
        super().__init__(kind.value)
        self.kind = kind


class HoursMalformed(ValueError):
    """Safe hours are pairs of full hours from 0 to 24, the first before the second."""


def clean(kind: Kind, typed: str) -> str:
    """The address as it is kept: an e-mail address, or a Pakistani mobile number as +923xxxxxxxxx. Raises AddressMalformed.

    Urdu and Arabic digits, spaces, hyphens and brackets are as good as plain digits.
    """
    plain = DECORATION.sub("", typed.translate(DIGITS)) if kind == Kind.SMS else typed.strip().strip("\u200e\u200f\u202a\u202c")
    if kind == Kind.SMS:
        if found := MOBILE.fullmatch(plain):
            return f"+92{found[1]}"
        raise AddressMalformed(kind)
    try:
        validate_email(plain)
    except ValidationError as error:
        raise AddressMalformed(kind) from error
    if len(plain) > LONGEST_EMAIL:
        raise AddressMalformed(kind)
    return plain


def clean_hours(hours: Hours) -> list[list[int]]:
    """As they are kept, in order. Raises HoursMalformed."""
    for span in hours:
        if len(span) != 2 or not all(type(hour) is int for hour in span) or not 0 <= span[0] < span[1] <= 24:
            raise HoursMalformed
    return sorted([span[0], span[1]] for span in hours)


def next_safe(moment: datetime, hours: Hours) -> datetime:
    """`moment` if it lies in the safe hours (local time), else the next full hour that does. No hours: any is safe."""
    local = localtime(moment)
    while hours and not any(start <= local.hour < end for start, end in hours):
        local = local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return local
