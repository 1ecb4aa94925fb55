"""What is sealed of referrals and demands. A demand without a case has a key of its own, under its own id."""
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from cases.audit.services import actor, record_read
from cases.models import Case
from cases.permissions import Staff
from cases.referral.models import Demand, Referral
from cases.selectors import opened_by
from cases.triage.reading import State, Text, opened_text, readable, under_glass
from cases.units.models import Unit
from cases.vault import custody, envelope
from cases.vault.keyring import Keyring, NotHeld
from cases.vault.models import DataKey
from cases.vault.parking import Locked
from cases.vault.unseal import OpenFailed, key_for_unit

NOTHING = Text(State.OPEN)


@dataclass(frozen=True)
class Opened:
    """Of a referral. What was never typed is open and empty."""
    why: Text = NOTHING
    untold: Text = NOTHING
    passphrase: Text = NOTHING
    their_reference: Text = NOTHING


def read_referral(referral: Referral, *, case: Case, keyring: Keyring | None, by: Staff) -> Opened:
    doors = opened_by(by, [case])
    key, state = readable(case, case.key, keyring, doors)

    def text(blob: bytes | None, name: str) -> Text:
        return opened_text(case, key, state, blob, name, referral.pk) if blob is not None else NOTHING
    opened = Opened(text(referral.why, "ground"), text(referral.untold, "untold"), text(referral.passphrase, "passphrase"),
                    text(referral.their_reference, "referral_reference"))
    if key is not None:
        record_read("referral_read", subject=case.pk, actor=actor(by), referral=referral.pk, **under_glass(doors, [case.pk]))
    return opened


# --- demands ----------------------------------------------------------------------------------------------------------
def seal_demand(demand: UUID, *, unit: Unit, case: Case | None, words: str) -> tuple[DataKey, bytes]:
    """Its key and words. To seal takes no open vault. Raises KeyMissing."""
    key, scope = envelope.new_key(), case.pk if case else demand
    kept = custody.keep(key, case=scope, unit=case.unit if case else unit)
    return kept, envelope.seal(key, words.encode(), case=scope, field="words", record=demand)


def seal_decision(demand: Demand, words: str, *, keyring: Keyring | None) -> bytes:
    """Raises Locked, NotHeld."""
    key, state = _key(demand, keyring)
    if key is None:
        raise Locked if state == State.LOCKED else NotHeld
    return envelope.seal(key, words.encode(), case=_scope(demand), field="reason", record=demand.pk)


def read_demands(demands: Iterable[Demand], *, keyring: Keyring | None, by: Staff) -> dict[UUID, tuple[Text, Text]]:
    """Words and reason, of those that the member may open. One audit row names them."""
    rows = list(demands)
    doors = opened_by(by, [row.case for row in rows if row.case is not None])
    found = {row.pk: _texts(row, keyring, shut=row.case_id is not None and row.case_id not in doors) for row in rows}
    read = [pk for pk, (words, _reason) in found.items() if words.state == State.OPEN]
    if read:
        record_read("demands_read", subject="demands", actor=actor(by), demands=read)
    return found


def _texts(demand: Demand, keyring: Keyring | None, *, shut: bool) -> tuple[Text, Text]:
    key, state = (None, State.WITHHELD) if shut else _key(demand, keyring)
    return _text(demand, key, state, demand.words, "words"), _text(demand, key, state, demand.reason, "reason")


def _text(demand: Demand, key: bytes | None, state: State, blob: bytes | None, name: str) -> Text:
    if blob is None:
        return NOTHING
    if key is None:
        return Text(state)
    try:
        return Text(State.OPEN, envelope.open_blob(key, blob, case=_scope(demand), field=name, record=demand.pk).decode())
    except (OpenFailed, UnicodeDecodeError):
        return Text(State.BROKEN)


def _key(demand: Demand, keyring: Keyring | None) -> tuple[bytes | None, State]:
    if keyring is None:
        return None, State.LOCKED
    try:
        return key_for_unit(demand.key, case=_scope(demand), keyring=keyring), State.OPEN
    except NotHeld:
        return None, State.NO_KEY
    except OpenFailed:
        return None, State.BROKEN


def _scope(demand: Demand) -> UUID:
    return demand.case_id or demand.pk
