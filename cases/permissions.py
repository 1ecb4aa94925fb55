"""Who may do what. One enum, one table of roles; pure, so that every floor may read it."""
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class Permission(StrEnum):
    READ_CASES = "read_cases"            # open the sealed content of cases of one's own units
    WORK_CASES = "work_cases"            # assign, move, write to the reporter, note
    ESCALATE = "escalate"                # send notices and publish fingerprints
    SEARCH_HASHES = "search_hashes"      # ask what is known of a picture: limited and logged, since it tells what was reported
    SUPERVISE = "supervise"              # see load, be told of breaches, reassign others' cases
    TAKE_REPORTS = "take_reports"        # type in what came by phone, letter or visit
    EDIT_CAMPAIGNS = "edit_campaigns"
    PUBLISH_CAMPAIGNS = "publish_campaigns"
    READ_FIGURES = "read_figures"        # of one's own units
    READ_ALL_FIGURES = "read_all_figures"     # of the whole house, for who reads no case
    PUBLISH_FIGURES = "publish_figures"       # prepare, or publish what somebody else prepared
    READ_AUDIT = "read_audit"
    MANAGE_PEOPLE = "manage_people"      # administers people and units, reads no case
    EDIT_REGISTRY = "edit_registry"      # whom we ask and where; never with READ_CASES
    COORDINATE = "coordinate"            # talk with partner bodies about policy, never about a case
    SPEAK_FOR_BODY = "speak_for_body"    # of a partner: see what was put before one's own body, and nothing else in the house


class Role(StrEnum):
    CASEWORKER = "caseworker"
    SUPERVISOR = "supervisor"
    INTAKE_OPERATOR = "intake_operator"
    CAMPAIGN_EDITOR = "campaign_editor"
    CAMPAIGN_PUBLISHER = "campaign_publisher"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    LIAISON = "liaison"


P = Permission
ROLES: dict[Role, frozenset[Permission]] = {
    Role.CASEWORKER: frozenset({P.READ_CASES, P.WORK_CASES, P.ESCALATE, P.SEARCH_HASHES, P.TAKE_REPORTS, P.READ_FIGURES}),
    Role.SUPERVISOR: frozenset({P.READ_CASES, P.WORK_CASES, P.ESCALATE, P.SEARCH_HASHES, P.TAKE_REPORTS, P.SUPERVISE,
                                P.READ_FIGURES, P.PUBLISH_FIGURES, P.COORDINATE}),
    Role.INTAKE_OPERATOR: frozenset({P.TAKE_REPORTS}),
    Role.CAMPAIGN_EDITOR: frozenset({P.EDIT_CAMPAIGNS}),
    Role.CAMPAIGN_PUBLISHER: frozenset({P.EDIT_CAMPAIGNS, P.PUBLISH_CAMPAIGNS}),
    Role.ANALYST: frozenset({P.READ_FIGURES, P.READ_ALL_FIGURES, P.PUBLISH_FIGURES}),
    Role.AUDITOR: frozenset({P.READ_AUDIT, P.READ_FIGURES, P.READ_ALL_FIGURES}),
    Role.ADMINISTRATOR: frozenset({P.MANAGE_PEOPLE, P.EDIT_REGISTRY, P.COORDINATE}),
    Role.LIAISON: frozenset({P.SPEAK_FOR_BODY}),
}


class Staff(Protocol):
    """What `by=` takes: the signed-in member, without naming the accounts app."""
    pk: UUID
    role: str


def may(staff: Staff, permission: Permission) -> bool:
    return permission in ROLES.get(Role(staff.role), frozenset())
