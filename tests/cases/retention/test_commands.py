import io

import pytest
from django.core.management import CommandError, call_command

from cases.audit.models import Entry
from cases.retention.models import Schedule

pytestmark = pytest.mark.usefixtures("office")


def run(**options: object) -> str:
    output = io.StringIO()
    call_command("retention_schedules", stdout=output, **options)
    return output.getvalue()


def test_it_lists_every_period_with_its_reason():
    assert run().count("days") >= Schedule.objects.count()


def test_a_period_is_changed_for_all_units_or_given_to_one():
    run(outcome="removed", days=500)
    assert Schedule.objects.get(unit=None, outcome="removed").days == 500
    run(outcome="removed", days=900, unit="adults", reason_en="Asked by law.", reason_ur="قانون کے تحت۔")
    own = Schedule.objects.get(unit__code="adults", outcome="removed")
    assert (own.days, own.name_ur) == (900, "مواد ہٹایا گیا")
    first, second = Entry.objects.filter(event="schedule_changed").order_by("at")
    assert (first.subject, first.details) == ("all_units", {"outcome": "removed", "days": 500})
    assert second.subject == str(own.unit_id)


def test_what_is_wrong_is_said_and_changes_nothing():
    for options in ({"days": 100}, {"days": 900, "unit": "nowhere"}, {"days": 900, "unit": "adults"}):
        with pytest.raises(CommandError):
            run(outcome="removed", **options)
    assert not Entry.objects.filter(event="schedule_changed").exists()
    assert Schedule.objects.get(unit=None, outcome="removed").days == 365
