from datetime import date

from django.utils import timezone

from cases.escalation import registry
from cases.statistics import publishing
from cases.statistics.models import Edition, Publication, Tally
from cases.statistics.spans import Span
from tests.factories.cases import make_member, make_unit

HARMS = {"deepfake": 20, "grooming": 15, "sextortion": 30, "doxxing": 4, "outing": 2}
NOTICES = {"facebook:actioned": 20, "facebook:refused": 6, "tiktok:actioned": 9, "tiktok:no_answer": 12, "x:sent": 1,
           "x:refused": 2}


def make_edition(year: int) -> Edition:
    """A published year, with something in every part of it."""
    registry.seed()
    span = Span(date(year, 1, 1), date(year, 12, 1))
    rows = {"unit": {"adults": 71}, "harm": HARMS, "age": {"child": 20, "adult": 51}, "written": {"ur": 60, "en": 11},
            "outcome": {"removed": 30, "advised": 20, "not_for_us": 21}, "answer": {"day": 71},
            "opinion": {"yes": 40, "none": 31}, "platform": {"facebook": 40, "tiktok": 31},
            "source": {"web": 60, "phone": 11}, "notice": NOTICES,
            "removal": {"facebook:24": 20, "tiktok:48": 9}, "law": {"PECA 2016 s. 21": 50}, "first": {"1:1": 20, "3:24": 51},
            "breach": {"3": 5}, "event": {"back": 3, "second_look": 2, "reviewed": 2}}
    Tally.objects.bulk_create(Tally(month=month, unit="adults", dimension=dimension, value=value, gone=n + month.month % 3)
                              for month in span.months for dimension, values in rows.items() for value, n in values.items())
    now = timezone.now()
    zara, nadia = make_member("Zara", role="analyst"), make_member("Nadia", make_unit(), role="supervisor")
    row = Publication.objects.create(first=span.first, last=span.last, numbers=publishing.frozen(span), prepared_by=zara,
                                     prepared_at=now, published_by=nadia, published_at=now)
    return Edition.objects.create(publication=row, first=row.first, last=row.last, numbers=row.numbers, published_at=now)
