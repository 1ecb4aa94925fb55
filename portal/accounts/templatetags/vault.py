from django import template
from django.template import Context

from cases.vault import parking
from portal.accounts.models import User
from portal.accounts.pages import home_of

register = template.Library()


@register.simple_tag(takes_context=True)
def vault_seconds(context: Context) -> int:
    """Until the vault of whoever asks locks itself; 0 while it is locked."""
    return parking.seconds_left(context["request"])


@register.simple_tag(takes_context=True)
def desk_home(context: Context) -> str:
    """Where the mark of the header leads: `/desk/` is the queue, which not everybody may open."""
    member = getattr(context.get("request"), "user", None)
    return home_of(member) if isinstance(member, User) else "/desk/"
