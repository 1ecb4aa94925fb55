"""Staff of a ministry that does not exist: every role and unit, one password that is made at the first start."""
from dataclasses import dataclass

from cases.permissions import Role
from cases.units.models import Unit
from cases.units.services import join_unit
from cases.vault import custody
from cases.vault.models import UnitKey
from portal.accounts.models import User

DOMAIN = "mehfooz.example"       # reserved: no mail can arrive there


@dataclass(frozen=True)
class Person:
    account: str
    name: str
    role: Role
    units: tuple[str, ...] = ()
    is_woman: bool = False
    on_duty: bool = False
    language: str = "ur"
    body: str = ""              # the partner body for which a liaison speaks

    @property
    def email(self) -> str:
        return f"{self.account}@{DOMAIN}"


ALL_UNITS = ("adults", "children", "integrity")
PEOPLE = (
    Person("ayesha", "Ayesha Khan", Role.CASEWORKER, ("adults", "children"), is_woman=True, on_duty=True),
    Person("bilal", "Bilal Raza", Role.CASEWORKER, ("adults",), on_duty=True, language="en"),
    Person("sana", "Sana Malik", Role.CASEWORKER, ("children",), is_woman=True),
    Person("nadia", "Nadia Shah", Role.SUPERVISOR, ALL_UNITS, is_woman=True, language="en"),
    Person("tariq", "Tariq Mehmood", Role.SUPERVISOR, ALL_UNITS, language="en"),
    Person("farah", "Farah Iqbal", Role.SUPERVISOR, ("integrity",), is_woman=True, language="en"),  # reads reviews
    Person("imran", "Imran Qureshi", Role.CASEWORKER, ("integrity",), on_duty=True),
    Person("maryam", "Maryam Iqbal", Role.CASEWORKER, ("practice",), is_woman=True),       # on her first day
    Person("helpline", "Helpline 1099", Role.INTAKE_OPERATOR),
    Person("editor", "Hina Abbasi", Role.CAMPAIGN_EDITOR, is_woman=True),
    Person("publisher", "Omar Farooq", Role.CAMPAIGN_PUBLISHER),
    Person("analyst", "Zara Tariq", Role.ANALYST, is_woman=True, language="en"),
    Person("auditor", "Kamran Javed", Role.AUDITOR, language="en"),
    Person("liaison", "Omar Siddiqui", Role.LIAISON, body="tiktok", language="en"),                # of a platform
    Person("admin", "Rabia Noor", Role.ADMINISTRATOR, is_woman=True, language="en"),
    Person("second", "Yasir Hameed", Role.ADMINISTRATOR, language="en"),                           # agrees to what Rabia proposes
)


def hire(person: Person, password: str, units: dict[str, Unit]) -> User:
    """An account whose vault opens with its password, in its units, with their keys."""
    user = User.objects.create_user(person.email, password, name=person.name, role=person.role.value, language=person.language)
    if person.units:
        custody.new_staff_key(user, password)
        for code in person.units:
            join_unit(unit=units[code], member=user, by=None, on_duty=person.on_duty, is_woman=person.is_woman)
    if person.body:
        custody.new_staff_key(user, password)
    return user


def give_unit_keys(units: dict[str, Unit], staff: dict[str, User]) -> None:
    for code, unit in units.items():
        if not UnitKey.objects.filter(unit=unit).exists():
            members = [staff[person.account] for person in PEOPLE if code in person.units]
            custody.new_unit_key(unit, members=members, actor="system")
