"""What the units have set for themselves: an index of its pages."""
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases.permissions import Permission, may
from cases.triage.views.access import member_with


@dataclass(frozen=True)
class Section:
    """`url`: a name of triage's; `needs`: who sees and changes it."""
    name: Promise
    about: Promise
    url: str
    needs: Permission


SECTIONS = [
    Section(_("Labels"), _("Words that your units put on cases to find them again."), "triage:labels", Permission.SUPERVISE),
    Section(_("Templates"), _("What caseworkers write to reporters with."), "triage:templates", Permission.SUPERVISE),
]


@require_safe
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    member = member_with(Permission.READ_CASES, request)
    return render(request, "triage/settings.html", {"sections": [each for each in SECTIONS if may(member, each.needs)]})
