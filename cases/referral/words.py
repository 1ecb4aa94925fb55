"""Who may be told what, by the kind of body, and what the reporter and the body read about it."""
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.escalation.models import Authority
from cases.models import Case, Consent
from cases.priority import Body
from cases.public_words import Said
from cases.referral.models import Ground, Referral

Kind, State = Authority.Kind, Referral.State
HOME = "PK"


class Part(StrEnum):
    STORY = "story"
    LINKS = "links"
    FINGERPRINTS = "fingerprints"
    FILES = "files"


PART_NAMES: dict[Part, Promise] = {
    Part.STORY: _("What the reporter wrote, and what is known of age and danger"), Part.LINKS: _("Links and accounts"),
    Part.FINGERPRINTS: _("Fingerprints of pictures"), Part.FILES: _("Screenshots that somebody here has looked at"),
}
WHOLE = (Kind.POLICE, Kind.CHILD_PROTECTION)            # of all others the reporter is asked about links and fingerprints alone
GROUND_WORDS: dict[Ground, Promise] = {                 # in the paper of the package
    Ground.CONSENT: _("The reporter has agreed that we pass this to you. It is for you alone, and for this matter."),
    Ground.DANGER: _("The reporter has not been asked, or has not agreed. We pass this to you because we believe that "
                     "somebody’s life is in danger now. It is for you alone, and for this matter."),
    Ground.CHILD_DUTY: _("The reporter has not been asked, or has not agreed. We pass this to you because the law obliges us, "
                         "for a child. It is for you alone, and for this matter."),
}
PASSED: dict[Ground, Said] = {Ground.CONSENT: Said.PASSED_ON, Ground.DANGER: Said.PASSED_DANGER,
                              Ground.CHILD_DUTY: Said.PASSED_CHILD}
ANSWERED: dict[Referral.State, Said] = {State.ACCEPTED: Said.AUTHORITY_ACCEPTED, State.REFUSED: Said.AUTHORITY_REFUSED,
                               State.ACTED: Said.AUTHORITY_ACTED, State.NOTHING: Said.AUTHORITY_NOTHING}


def act_for(authority: Authority) -> Consent.Act:
    """What the reporter is asked, before anything goes there."""
    acts = {Kind.POLICE: Consent.Act.PASS_POLICE, Kind.CHILD_PROTECTION: Consent.Act.PASS_CHILD,
            Kind.HOTLINE: Consent.Act.PASS_HOTLINE}
    if authority.kind == Kind.REGULATOR and authority.country == HOME:
        return Consent.Act.PASS_PTA
    return acts.get(Kind(authority.kind), Consent.Act.PASS_OTHER)


def is_general(authority: Authority) -> bool:
    """Whether the question as the report asks it names this body too: "the police or the cyber crime agency", "the telecom
    authority (PTA)". Of every other the reporter is asked by its name."""
    return authority.country == HOME and act_for(authority) in {Consent.Act.PASS_POLICE, Consent.Act.PASS_PTA}


def accused_there(case: Case, authority: Authority) -> bool:
    """Whether the accused works for that body, as far as the reporter said."""
    if authority.country != HOME:
        return False
    return {Kind.POLICE: case.conflict in {Body.POLICE, Body.CYBERCRIME},
            Kind.REGULATOR: case.conflict == Body.PTA}.get(Kind(authority.kind), False)


def parts_for(case: Case, authority: Authority) -> list[Part]:
    """What may go along at most. A child's fingerprints leave on no list and in no package."""
    whole = authority.kind in WHOLE
    return [part for part in Part if (whole or part in {Part.LINKS, Part.FINGERPRINTS})
            and not (case.child and part == Part.FINGERPRINTS)]
