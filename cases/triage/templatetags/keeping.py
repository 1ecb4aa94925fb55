"""`{% keeping %}` on the case page: how long it is kept, and the hold."""
from typing import Any

from django import template

from cases.triage.keeping import keeping_of

register = template.Library()


@register.inclusion_tag("retention/_keeping.html", takes_context=True)
def keeping(context: template.Context) -> dict[str, Any]:
    request, case = context["request"], context["case"]
    return {"keeping": keeping_of(case, request.user), "case": case, "csrf_token": context.get("csrf_token")}
