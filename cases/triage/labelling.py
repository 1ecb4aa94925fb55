"""Labels: words that a unit puts on cases to find them again."""
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from cases.audit.services import actor, record
from cases.models import Case, Label, Labelled
from cases.permissions import Staff
from cases.services import lock_case
from cases.units.models import Unit


class NotOfTheUnit(Exception):
    """A label of another unit, or one that is no longer given."""


def given_in(units: Sequence[Unit]) -> QuerySet[Label]:
    """Labels that cases of these units may be given: the units' own, and those of all."""
    return Label.objects.filter(Q(unit=None) | Q(unit__in=list(units)), retired_at=None)


def labels_of(case: Case) -> list[Label]:
    """Retired ones too: they stay on the cases that carry them."""
    return list(Label.objects.filter(pk__in=Labelled.objects.filter(case=case).values("label")))


@transaction.atomic
def add_label(*, case: Case, label: Label, by: Staff) -> bool:
    """False if the case carries it already. Raises NotOfTheUnit."""
    fresh = lock_case(case)
    if label.retired_at is not None or label.unit_id not in {None, fresh.unit_id}:
        raise NotOfTheUnit(label.pk)
    _row, new = Labelled.objects.get_or_create(case=fresh, label=label, defaults={"by_id": by.pk, "at": timezone.now()})
    if new:
        record("label_added", subject=fresh.pk, actor=actor(by), label=label.pk)
    return new


@transaction.atomic
def remove_label(*, case: Case, label: Label, by: Staff) -> bool:
    """False if the case does not carry it."""
    fresh = lock_case(case)
    gone = bool(Labelled.objects.filter(case=fresh, label=label).delete()[0])
    if gone:
        record("label_removed", subject=fresh.pk, actor=actor(by), label=label.pk)
    return gone


@transaction.atomic
def make_label(*, unit: Unit, name_en: str, name_ur: str, by: Staff) -> Label:
    """A supervisor's, for a unit of theirs. Labels of all units come with the installation."""
    label = Label.objects.create(unit=unit, name_en=name_en, name_ur=name_ur)
    record("label_made", subject=unit.pk, actor=actor(by), label=label.pk)
    return label


@transaction.atomic
def rename_label(*, label: Label, name_en: str, name_ur: str, by: Staff) -> None:
    label.name_en, label.name_ur = name_en, name_ur
    label.save(update_fields=["name_en", "name_ur"])
    record("label_changed", subject=label.unit_id or "all", actor=actor(by), label=label.pk)


@transaction.atomic
def retire_label(*, label: Label, by: Staff, on: bool = True) -> None:
    """It is given to no more cases; `on=False`: to cases again."""
    label = Label.objects.select_for_update().get(pk=label.pk)
    label.retired_at = timezone.now() if on else None
    label.save(update_fields=["retired_at"])
    record("label_retired" if on else "label_taken_up", subject=label.unit_id or "all", actor=actor(by), label=label.pk)

