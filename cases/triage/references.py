"""Searching by a case's reference as people type it: "26-4F7KQP", "4f7kqp" as it is read out over the phone, or its beginning."""
import re
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

WITH_YEAR = re.compile(r"[0-9]{2}-[0-9A-Z]{0,9}", re.ASCII)
WITHOUT = re.compile(r"[0-9A-Z]{1,9}", re.ASCII)
KEPT_YEARS = 11         # ten at the longest (cases.retention.periods), and the one it was closed in


def read_reference(typed: str) -> str:
    """In capitals. Raises ValidationError for what no reference begins with."""
    ref = typed.strip().upper()
    if ref and not WITH_YEAR.fullmatch(ref) and not WITHOUT.fullmatch(ref):
        raise ValidationError(_("A reference looks like 26-4F7KQP. Its beginning is enough, with or without the year."))
    return ref


def starts(ref: str, now: datetime) -> Q:
    """By beginnings only, of every year that may still be here: these an index finds among a million cases, no middles."""
    if WITH_YEAR.fullmatch(ref):
        return Q(ref__startswith=ref)
    rule = Q(ref__startswith=ref) if ref.isdigit() and len(ref) <= 2 else Q()
    for back in range(KEPT_YEARS):
        rule |= Q(ref__startswith=f"{(now.year - back) % 100:02d}-{ref}")
    return rule
