"""A platform with a desk of its own here, who speaks for it, and notices that were put before it."""
from cases.coordination import seats, services, threads
from cases.coordination.models import Body
from cases.escalation.models import Escalation, Platform
from cases.vault import unseal
from portal.accounts.models import User
from portal.demonstration.people import PEOPLE

ASKED = "Which of your rules covers pictures that software has made of a person who never took them? We would cite it."
ANSWERED = "The rule on synthetic media. Cite its number, it is read first."


def seat(staff: dict[str, User]) -> None:
    """Once the registry knows the platforms."""
    for person in PEOPLE:
        if person.body and not Body.objects.filter(slug=person.body).exists():
            platform = Platform.objects.get(slug=person.body)
            body = seats.make(body=Body(slug=person.body, kind=Body.Kind.PLATFORM, platform=platform, name_en=platform.name_en,
                                        name_ur=platform.name_ur), by=staff["admin"])
            seats.take(member=staff[person.account], body=body, by=staff["admin"])


def show(staff: dict[str, User], password: str) -> None:
    """`password`: of everybody in the demonstration, which also opens their vaults."""
    by = staff["nadia"]
    keyring = unseal.keyring(by, unseal.unlock_staff(by, password))
    for body in Body.objects.all():
        sent = Escalation.objects.filter(platform=body.platform, state=Escalation.State.SENT).select_related("notice_key")
        for one in sent.order_by("requested_at", "pk"):
            services.put(escalation=one, body=body, by=by,
                         secret=unseal.key_for_unit(one.notice_key, case=one.case_id, keyring=keyring))
        speaks = next(staff[person.account] for person in PEOPLE if person.body == body.slug)
        threads.post(body=body, text=ASKED, by=by)
        threads.post(body=body, text=ANSWERED, by=speaks)
