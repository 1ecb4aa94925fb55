"""The queue as the DOJ's Civil Rights Division designed theirs (usdoj-crt/crt-portal in July 2026: filters.report_filter and its
list), on our cases and our indexes: numbered pages by OFFSET, an exact count for the number of the last one, `__in` for choices,
"(none)" as IS NULL, and `__icontains` for whatever is typed, a report's id included. What a row shows is fetched as ours is, so
that only the design differs; walls and units stand before both.
"""
import bench.stage  # noqa: F401   configures Django

# isort: split
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils import timezone

from cases.models import Case
from cases.selectors import cases_for
from cases.triage import filters, queue
from portal.accounts.models import User


def page(cases: QuerySet[Case], member: User, number: int = 1) -> None:
    """One page: counted, sorted, skipped to, and with all that a row says."""
    found = Paginator(cases.order_by("due_at", "pk"), queue.PAGE).page(number)
    rows = [queue.Found(*row) for row in found.object_list.values_list("due_at", "pk", "ref")]
    assert len(queue.shown(rows, member)) == len(rows)


def open_cases(member: User) -> QuerySet[Case]:
    return cases_for(member).exclude(status="closed")


def tabs(member: User) -> None:
    """Our eight tabs, each counted to its end."""
    now, known = timezone.now(), filters.Known(member)
    for tab in queue.TABS:
        filters.read(tab.params, member, known).cases(member, now).count()


def view(member: User, params: dict[str, str]) -> None:
    """Harm, nobody, a platform: their primary_complaint, assigned_to and location_name."""
    found = open_cases(member).filter(harm__in=[params["harm"]], assignee__isnull=True, platforms__icontains=params["platform"])
    page(found, member)


def reference(member: User, part: str) -> None:
    page(cases_for(member).filter(ref__icontains=part), member)
