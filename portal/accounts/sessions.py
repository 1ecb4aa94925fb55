"""Sessions of staff: Django's database store (settings.SESSION_ENGINE) with two changes, and what a member may see and end.

The row's key is the SHA-256 of the cookie's value, so that a copy of the table signs nobody in. And a session ends eight hours
after it began, however much it is used, and an hour after it was used last (NIST SP 800-63B, 2.2.3). A row that was deleted
stays deleted: Django refuses to save a session without one, and `cycle_key` to rename it.
"""
import hashlib
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.cache import cache
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from cases.audit.services import actor, record
from portal.accounts.arrival import ARRIVAL
from portal.accounts.models import Session, User

STARTED, LABEL, QUARTER = "started", "label", "quarter"     # in the session; quarters of an hour since 1970
QUARTER_SECONDS = 15 * 60
IDLE = timedelta(hours=1)       # counted from the beginning of the quarter, so 45 minutes at least
PRESSES_SECONDS = 30            # between two presses of a button whose answer takes long


def digest(session_key: str) -> str:
    return hashlib.sha256(session_key.encode()).hexdigest()


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def get_session_cookie_age(self) -> int:
        """Seconds that are left of the day."""
        return max(0, int(self.get(STARTED, int(time.time()))) + settings.SESSION_COOKIE_AGE - int(time.time()))

    def load(self) -> dict[str, Any]:
        row = living().filter(pk=digest(self.session_key)).first()
        data = self.decode(row.session_data) if row else {}
        if row is None or str(row.member_id or "") != whose(data):      # the column is what row policies see (portal.dbroles)
            self._session_key = None                # what a browser brings along and we never made names nothing
            return {}
        return data

    def exists(self, session_key: str) -> bool:
        return super().exists(digest(session_key))

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            super().delete(digest(key))

    @transaction.atomic
    def cycle_key(self) -> None:
        """Raises SessionInterrupted (400) when the session was ended while the request ran: a new name would bring it back.

        Of two presses of one button the first may have renamed it; the second gets a name too.
        """
        if STARTED in self and self.session_key:        # asked in this order: what names no row has no key afterwards
            old = digest(self.session_key)
            if Session.objects.filter(pk=old).delete()[0]:
                cache.set(f"renamed:{old}", 1, PRESSES_SECONDS)
            elif not cache.get(f"renamed:{old}"):
                raise SessionInterrupted
        super().cycle_key()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The columns are an index over the contents, written with them and never alone."""
        data.setdefault(STARTED, int(time.time()))
        row = super().create_model_instance(data)
        row.session_key, row.label, row.entered = digest(row.session_key), data.get(LABEL, ""), SESSION_KEY in data
        row.member_id = whose(data) or None
        row.started_at = datetime.fromtimestamp(data[STARTED], UTC)
        row.last_used_at = datetime.fromtimestamp(quarter() * QUARTER_SECONDS, UTC)
        return row


def whose(data: dict[str, Any]) -> str:
    """Who is signed in, or about to be; empty: nobody."""
    return str(data.get(SESSION_KEY) or data.get(ARRIVAL, [""])[0])


def living() -> QuerySet[Session]:
    """Neither at the end of their day nor left alone for too long."""
    now = timezone.now()
    return Session.objects.filter(expire_date__gt=now, last_used_at__gt=now - IDLE)


def quarter() -> int:
    return int(time.time()) // QUARTER_SECONDS


def note_use(request: HttpRequest) -> None:
    """Once in a quarter of an hour the row is written, so that the list says what is still in use."""
    if request.session.get(QUARTER) != quarter():
        request.session[QUARTER] = quarter()


# --- seeing and ending them -------------------------------------------------------------------------------------------
def sessions_of(member: User) -> QuerySet[Session]:
    """Where the member is signed in now, the one used last first."""
    return living().filter(member=member, entered=True).order_by("-last_used_at", "-started_at")


def own(request: HttpRequest) -> str:
    """The row key of the session of this request."""
    return digest(request.session.session_key or "")


@transaction.atomic
def end(*, member: User, by: User | None, only: str = "", but: str = "") -> int:
    """End the member's sessions at once, half-entered ones too: all, `only` one, or all `but` one. Returns how many."""
    rows = Session.objects.filter(member=member).exclude(pk=but)
    ended, _ = (rows.filter(pk=only) if only else rows).delete()
    if ended:
        record("sessions_ended", subject=member.pk, actor=actor(by), count=ended)
    return ended
