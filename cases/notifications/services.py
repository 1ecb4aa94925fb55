"""The postman. Who is told, when and how; never what it is about.

Staff read counts and a link, reporters a neutral sentence."""
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases.audit import witness
from cases.audit.models import Checkpoint
from cases.audit.services import actor, record, signing_public_key
from cases.models import Case
from cases.notifications import news, webhooks, wording
from cases.notifications.addresses import AddressMalformed, Hours, clean, clean_hours, next_safe
from cases.notifications.gateways import SEND, Outgoing, Refused
from cases.notifications.links import desk_link
from cases.notifications.models import Address, Kind, Notification, Occasion, Preference
from cases.outbox.services import current_job, enqueue
from cases.permissions import Permission, Role, Staff, may
from cases.priority import Level
from cases.selectors import first_of, on_this_side, openers, parts_of
from cases.units.selectors import members_of, members_on_duty, supervisors
from cases.vault import custody, envelope
from cases.vault.models import DataKey
from cases.vault.unseal import NotHeld, OpenFailed, key_for_worker
from cases.workflow import Status

URGENT = frozenset({Level.P1, Level.P2})
CANNOT_WAIT = frozenset({Occasion.URGENT, Occasion.CLOCK, Occasion.OVERDUE, Occasion.UNCLAIMED, Occasion.GLASS,
                         Occasion.LOCKED, Occasion.MANY})       # by SMS as well
PAGE_AFTER = timedelta(minutes=10)                               # an urgent report that nobody took
AT_ONCE, QUARTER = 5, timedelta(minutes=15)                      # urgent reports of which a member is told one by one
WITNESS_LINES = 24                                               # checkpoints in one mail: a day's
ONCE_IN = timedelta(days=1)                                      # a reporter's phone is silent in between


class Member(Protocol):
    """Who is told: a member of staff, without naming the accounts app."""
    pk: UUID
    phone: str


# --- staff ------------------------------------------------------------------------------------------------------------
@transaction.atomic
def tell_members(*, occasion: Occasion, members: Iterable[Member], delay: float = 0, case: Case | None = None,
                 **counts: int) -> list[Notification]:
    """Tell each of them: at the desk at once, and in the ways that each prefers `delay` seconds from now. `counts`: the numbers
    in the occasion's sentence (`count`: 1 unless given). `case`: leaves the desk in no message; of one for practice nobody is
    told."""
    if case is not None and case.unit.practice:
        return []
    people = list(members)
    if case is not None:
        webhooks.ring([(occasion, case)])
    news.keep(occasion=occasion, members=people, case=case, counts=counts)
    wishes = {wish.member_id: wish for wish in Preference.objects.filter(member__in=[person.pk for person in people])}
    now, numbers = timezone.now(), {"count": 1} | counts
    rows = [Notification(member_id=person.pk, kind=kind.value, occasion=occasion.value, counts=numbers, created_at=now)
            for person in people for kind in ways(person, wishes.get(person.pk) or Preference(), occasion)]
    Notification.objects.bulk_create(rows)
    for row in rows:
        enqueue("notifications.send", delay=delay, notification_id=str(row.pk))
    return rows


def ways(member: Member, wish: Preference, occasion: Occasion) -> list[Kind]:
    return [kind for kind in wished(wish, occasion) if kind != Kind.SMS or member.phone]


def wished(wish: Preference, occasion: Occasion) -> list[Kind]:
    """As the member chose for this occasion; else by mail, and by SMS what cannot wait."""
    if occasion.value in wish.ways:
        return [Kind(kind) for kind in wish.ways[occasion.value]]
    by_mail = wish.email and (wish.digest or occasion != Occasion.DIGEST)
    by_sms = wish.sms and occasion in CANNOT_WAIT
    return [kind for kind, wanted in ((Kind.EMAIL, by_mail), (Kind.SMS, by_sms)) if wanted]


@transaction.atomic
def prefer(*, member: Member, ways: Mapping[Occasion, Sequence[Kind]]) -> None:
    """From now on the member is told of these occasions so. The desk shows them in any case."""
    wish, _made = Preference.objects.get_or_create(member_id=member.pk)
    wish.ways = wish.ways | {occasion.value: [kind.value for kind in kinds] for occasion, kinds in ways.items()}
    wish.save(update_fields=["ways"])
    record("preferences_changed", subject=member.pk, actor=str(member.pk))


def urgent(*, case: Case) -> None:
    """Call it in the transaction that opens a case. Who is on duty is the worker's to find out: the public role sees no staff."""
    if case.priority in URGENT and not case.unit.practice:
        enqueue("notifications.urgent", case_id=str(case.pk))


def tell_urgent(case: Case) -> None:
    occasion, people = responsible(case, Occasion.URGENT)
    for person in people:
        tell_counted(occasion=occasion, member=person, case=case)
    if case.priority == Level.P1 and case.assignee_id is None and occasion == Occasion.URGENT:
        enqueue("notifications.page", delay=PAGE_AFTER.total_seconds(), case_id=str(case.pk), round_=1,
                told=[str(person.pk) for person in people])


@transaction.atomic
def tell_counted(*, occasion: Occasion, member: Member, count: int = 1, case: Case | None = None) -> None:
    """Each at once, as long as they are few: anybody can send a hundred reports, and a phone that never stops is switched off.

    From the sixth within a quarter of an hour on they are counted, and told in one message when it is over.
    """
    if case is not None and case.unit.practice:
        return
    told = Notification.objects.filter(occasion=occasion.value, created_at__gt=timezone.now() - QUARTER, member_id=member.pk)
    many = max(Counter(told.values_list("kind", flat=True)).values(), default=0) >= AT_ONCE
    waiting = told.select_for_update().filter(sent_at=None) if many else Notification.objects.none()
    if rows := list(waiting.order_by("-created_at")):
        news.keep(occasion=occasion, members=[member], case=case, counts={"count": count})
        for row in {each.kind: each for each in reversed(rows)}.values():            # of each way the latest
            row.counts = row.counts | {"count": row.counts.get("count", 0) + count}
            row.save(update_fields=["counts"])
    else:
        delay = QUARTER.total_seconds() if many else 0
        tell_members(occasion=occasion, members=[member], delay=delay, case=case, count=count)


def tell_assignee(*, case: Case, occasion: Occasion) -> None:
    """Tell whoever works on the case; nobody does: whoever is on duty. Any role may call it: the worker looks up who that is."""
    enqueue("notifications.responsible", case_id=str(case.pk), occasion=occasion.value)


def tell_responsible(*, case: Case, occasion: Occasion) -> None:
    """What the worker does of `tell_assignee`. Of a merged case it is who works on the leading one; of one that was split also
    who has a second case: what its reporter writes may be about that."""
    leading = case.merged_into or case
    beside = having_parts(leading) if occasion in {Occasion.MESSAGE, Occasion.BACK} else []
    occasion, members = responsible(leading, occasion)
    tell_members(occasion=occasion, members={member.pk: member for member in (*members, *beside)}.values(), case=leading)


def having_parts(case: Case) -> list[Member]:
    """Who has an open case that was split from this one, and opens this one too."""
    parts = parts_of(case).order_by().exclude(status=Status.CLOSED.value).exclude(assignee=None)
    return openers(case, members_of(case.unit).filter(pk__in=parts.values("assignee")))


def responsible(case: Case, occasion: Occasion) -> tuple[Occasion, list[Member]]:
    """The assignee if still in the unit, else the members on duty. Are all who are left behind a wall, then the administrators,
    who see no case and can add a member; and the occasion is that."""
    people = list(members_of(case.unit).filter(pk=case.assignee_id)) or on_duty(case)
    if people:
        return occasion, people
    administrators = get_user_model().objects.filter(role=Role.ADMINISTRATOR.value, is_active=True)
    return Occasion.NOBODY, list(administrators.defer("password"))          # which the worker's role may not read


def on_duty(case: Case) -> list[Member]:
    """Who is told of this case at once: nobody behind a wall, and all others who read the unit's cases rather than nobody."""
    return readers(case, members_on_duty(case.unit)) or readers(case, members_of(case.unit))


def readers(case: Case, people: QuerySet[AbstractBaseUser]) -> list[Member]:
    return [person for person in on_this_side(case, people) if may(person, Permission.READ_CASES)]


def tell_supervisors(*, case: Case, occasion: Occasion, **counts: int) -> None:
    tell_members(occasion=occasion, members=on_this_side(case, supervisors(case.unit)), case=case, **counts)


def tell_overseers(*, case: Case, occasion: Occasion) -> None:
    """The supervisors of the case's unit and every auditor."""
    auditors = get_user_model().objects.filter(role=Role.AUDITOR.value, is_active=True)
    people = {person.pk: person for each in (supervisors(case.unit), auditors) for person in on_this_side(case, each)}
    tell_members(occasion=occasion, members=people.values(), case=case)


# --- the reporter -----------------------------------------------------------------------------------------------------
@transaction.atomic
def keep_address(*, case: Case, kind: Kind, value: str, hours: Hours = (), by: Staff | None = None) -> Address:
    """Keep where the reporter chose to be told, sealed so that only the worker reads it. Replaces an earlier address.

    `hours` are safe hours in local time, [[9, 12], [15, 18]]; none means any. Raises AddressMalformed, HoursMalformed.
    """
    plain, safe = clean(kind, value), clean_hours(hours)
    drop_address(case=case)
    secret, address_id = envelope.new_key(), uuid4()
    address = Address.objects.create(
        id=address_id, case=case, kind=kind.value, hours=safe, key=custody.keep(secret, case=case.pk, unit=None, worker=True),
        sealed=envelope.seal(secret, plain.encode(), case=case.pk, field="address", record=address_id))
    record("address_kept", subject=case.pk, actor=actor(by) if by else "reporter", kind=kind.value)
    return address


@transaction.atomic
def keep_sealed_address(*, case: Case, address_id: UUID, kind: Kind, hours: Hours, key: DataKey, sealed: bytes) -> Address:
    """Keep an address that the reporter's browser sealed to the worker, for a case that has none. What it says shows when it is
    used. Raises HoursMalformed."""
    address = Address.objects.create(id=address_id, case=case, kind=kind.value, hours=clean_hours(hours), key=key, sealed=sealed)
    record("address_kept", subject=case.pk, actor="reporter", kind=kind.value)
    return address


@transaction.atomic
def drop_address(*, case: Case, actor: str = "reporter") -> bool:
    """Destroy the key and delete the row, with every message that still waits. False if there was none."""
    address = Address.objects.select_related("key").filter(case=case).first()
    if address is None:
        return False
    custody.destroy([address.key], actor=actor)          # first: the public's role sees the key through the address
    address.delete()
    record("address_dropped", subject=case.pk, actor=actor)
    return True


@transaction.atomic
def drop_addresses_of_closed() -> int:
    """Closing ends what the reporter agreed to. Returns how many went."""
    closed = Case.objects.filter(status=Status.CLOSED, address__isnull=False)
    return sum(drop_address(case=case, actor="system") for case in closed)


@transaction.atomic
def tell_reporter(*, case: Case) -> Notification | None:
    """Say that something waits: in the next safe hour, at most once a day. None if the reporter left no address.

    A message that still waits is replaced: however much happens meanwhile, one is enough. Of a case that was split off: at the
    address that was left with the report.
    """
    address = Address.objects.select_for_update().filter(case=first_of(case)).first()
    if address is None:
        return None
    Notification.objects.filter(address=address, sent_at=None).delete()
    now = timezone.now()
    row = Notification.objects.create(address=address, kind=address.kind, occasion=Occasion.WAITING.value, created_at=now)
    earliest = max(now, address.last_sent_at + ONCE_IN) if address.last_sent_at else now
    _send_at(row, next_safe(earliest, address.hours), now)
    return row


def _send_at(row: Notification, moment: datetime, now: datetime) -> None:
    enqueue("notifications.send", delay=(moment - now).total_seconds(), notification_id=str(row.pk))


# --- sending, by the worker -------------------------------------------------------------------------------------------
def send(*, notification_id: UUID) -> None:
    """Send what still waits to be sent. Raises Retry, Stop; safe to repeat."""
    waiting = Notification.objects.select_related("member", "address__case", "address__key").defer("member__password")
    row = waiting.filter(pk=notification_id, sent_at=None).first()
    if row is None:                                  # sent, replaced, or its address is gone
        return
    if row.address:
        _to_reporter(row, row.address)
    else:
        _to_member(row)


def _to_member(row: Notification) -> None:
    person, kind, occasion = row.member, Kind(row.kind), Occasion(row.occasion)
    if not person.is_active:
        return
    SEND[kind](Outgoing(
        to=person.phone if kind == Kind.SMS else person.email, key=current_job(), language=person.language,
        subject=wording.subject(occasion, language=person.language),
        text=f"{wording.sentence(occasion, row.counts, language=person.language)}\n{desk_link()}"))
    Notification.objects.filter(pk=row.pk).update(sent_at=timezone.now())


def _opened(address: Address) -> str | None:
    """Where to write, cleaned again: a stranger's browser sealed it, and could have put anything inside. None if it is none."""
    try:
        key = key_for_worker(address.key, case=address.case_id)
        plain = envelope.open_blob(key, address.sealed, case=address.case_id, field="address", record=address.pk).decode()
        return clean(Kind(address.kind), plain)
    except NotHeld:                                          # our own file is missing: not the reporter's doing
        raise
    except (OpenFailed, UnicodeDecodeError, AddressMalformed):
        return None


def _to_reporter(row: Notification, address: Address) -> None:
    now = timezone.now()
    if (moment := next_safe(now, address.hours)) > now:      # the job came late: the hour has passed
        return _send_at(row, moment, now)
    language, case = address.case.language, address.case
    text = wording.sentence(Occasion.WAITING, {}, language=language)
    to = _opened(address)
    if to is None:
        drop_address(case=case, actor="system")
        return
    Address.objects.filter(pk=address.pk).update(last_sent_at=now)      # before sending: rather a message less than one too many
    try:
        SEND[Kind(row.kind)](Outgoing(to=to, subject=text, text=text, language=language, key=current_job(), neutral=True))
    except Refused:
        drop_address(case=case, actor="system")
        return
    with transaction.atomic():
        Notification.objects.filter(pk=row.pk).update(sent_at=timezone.now())
        record("notification_sent", subject=case.pk, actor="system", kind=row.kind)


# --- the witness ------------------------------------------------------------------------------------------------------
def tell_witness() -> bool:
    """Mail the newest signed heads of the audit chain to somebody outside; False if nobody is named or nothing is signed yet.

    Every mail repeats the last ones, so that a lost mail loses nothing, and comes though nothing happened, so that silence tells.
    """
    points = list(Checkpoint.objects.order_by("-position")[:WITNESS_LINES])
    if not settings.WITNESS_EMAIL or not points:
        return False
    text = "\n".join([f"key {signing_public_key().hex()}", *(witness.line(point) for point in reversed(points))])
    SEND[Kind.EMAIL](Outgoing(to=settings.WITNESS_EMAIL, subject=f"Audit checkpoint {points[0].position}", text=f"{text}\n",
                              language="en", key=current_job()))
    return True
