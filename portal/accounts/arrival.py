"""Between a right password and being signed in: who waits, and what they still owe. Ten minutes, in the session."""
import time
from dataclasses import dataclass

from django.http import HttpRequest

from cases.vault.models import StaffKey
from portal.accounts import second_factor
from portal.accounts.models import User
from portal.accounts.pages import vault_is_here

ARRIVAL = "arrival"     # in the session: [member, Unix seconds, where to go afterwards, second factor shown, secret proposed]
LASTS_SECONDS = 600


@dataclass(frozen=True)
class Arrival:
    member: User
    next: str
    proved: bool
    proposal: str               # for the app of who has no second factor yet (second_factor.propose)


def hold(request: HttpRequest, member: User, next_address: str) -> Arrival:
    """Remember that the password was right. Whatever this browser's session held before is gone."""
    request.session.flush()
    proposal = second_factor.propose(member) if second_factor.required() and not second_factor.is_set(member) else ""
    request.session[ARRIVAL] = [str(member.pk), int(time.time()), next_address, False, proposal]
    return Arrival(member, next_address, proved=False, proposal=proposal)


def prove(request: HttpRequest) -> Arrival | None:
    """The second factor was right."""
    request.session[ARRIVAL] = [*request.session[ARRIVAL][:3], True, ""]
    return of(request)


def of(request: HttpRequest) -> Arrival | None:
    """Who waits in this browser; None when nobody does, or not any more."""
    pk, since, next_address, proved, proposal = request.session.get(ARRIVAL, ["", 0, "", False, ""])
    if int(time.time()) - since >= LASTS_SECONDS:
        return None
    member = User.objects.filter(pk=pk, is_active=True).first()
    return Arrival(member, next_address, proved, proposal) if member else None


def end(request: HttpRequest) -> None:
    request.session.pop(ARRIVAL, None)


def step(arrival: Arrival | None) -> str:
    """The name of the page that comes next; empty when nothing is owed."""
    if arrival is None:
        return "accounts:sign_in"
    if second_factor.required() and not arrival.proved:
        return "accounts:code" if second_factor.is_set(arrival.member) else "accounts:enrol"
    if arrival.member.must_change_password or owes_passphrase(arrival.member):
        return "accounts:begin"
    return ""


def owes_passphrase(member: User) -> bool:
    """Has no key of their own yet, or has lost the passphrase to it. The CMS knows no vault."""
    if not (member.has_vault and vault_is_here()):
        return False
    return member.must_change_passphrase or not StaffKey.objects.filter(member=member).exists()
