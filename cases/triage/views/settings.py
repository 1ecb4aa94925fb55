"""What the units have set for themselves, audited: an index of its pages. Each part adds its line to SECTIONS."""
from dataclasses import dataclass
from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases.permissions import Permission, Staff, may


@dataclass(frozen=True)
class Section:
    """`url`: a name of triage's; `needs`: who sees and changes it, with one of two permissions where there is an `or_needs`."""
    name: Promise
    about: Promise
    url: str
    needs: Permission
    or_needs: Permission | None = None

    def is_for(self, member: Staff) -> bool:
        return may(member, self.needs) or bool(self.or_needs and may(member, self.or_needs))


SECTIONS = [
    Section(_("Labels"), _("Words that your units put on cases to find them again."), "triage:labels", Permission.SUPERVISE),
    Section(_("Templates"), _("What caseworkers write to reporters with."), "triage:templates", Permission.SUPERVISE),
    Section(_("Priority rules"), _("What makes a case how urgent."), "triage:rules", Permission.SUPERVISE),
    Section(_("Roster"), _("Who is on duty when."), "triage:rosters", Permission.READ_CASES),
    Section(_("Calendars"), _("Working hours, public holidays, Ramzan hours."), "triage:calendars",
            Permission.SUPERVISE, Permission.MANAGE_PEOPLE),
    Section(_("Deadlines"), _("How long each unit gives itself for each priority."), "triage:limits",
            Permission.SUPERVISE, Permission.MANAGE_PEOPLE),
    Section(_("Many alike"), _("From how many reports alike on they become one row."), "triage:flood_rules",
            Permission.SUPERVISE, Permission.MANAGE_PEOPLE),
    Section(_("Looking after staff"), _("When a break is suggested, and whom members can call."), "triage:welfare",
            Permission.SUPERVISE, Permission.MANAGE_PEOPLE),
    Section(_("Registry"), _("Platforms, hosts, authorities and laws: whom we ask, where, and when somebody last looked."),
            "triage:registry", Permission.EDIT_REGISTRY, Permission.ESCALATE),
    Section(_("Notices by two"), _("Whether a second person reads each notice before it leaves."), "triage:two_people",
            Permission.SUPERVISE, Permission.MANAGE_PEOPLE),
    Section(_("Looking by machine"), _("Whether the portal may ask if links of notices still answer."), "triage:looking",
            Permission.SUPERVISE, Permission.MANAGE_PEOPLE),
    Section(_("Referrals"), _("Whether every referral to an authority takes two people."), "triage:referral_policy",
            Permission.SUPERVISE),
    Section(_("Demands on us"), _("Who asked for case data, and what two people decided."), "triage:demands",
            Permission.READ_CASES),
    Section(_("Webhooks"), _("Other systems of the ministry that are told that something happened, never what."),
            "triage:webhooks", Permission.SUPERVISE, Permission.MANAGE_PEOPLE),
]


def member_with_any(request: HttpRequest, *permissions: Permission) -> Staff:
    """The signed-in member, if one of the permissions is theirs; else 403."""
    member = cast(Staff, request.user)
    if not any(may(member, permission) for permission in permissions):
        raise PermissionDenied
    return member


@require_safe
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    member = member_with_any(request, Permission.READ_CASES, Permission.MANAGE_PEOPLE)
    return render(request, "triage/settings.html", {"sections": [each for each in SECTIONS if each.is_for(member)]})
