from django import template
from django.template import Context

from cases.vault import parking

register = template.Library()


@register.simple_tag(takes_context=True)
def vault_seconds(context: Context) -> int:
    """Until the vault of whoever asks locks itself; 0 while it is locked."""
    return parking.seconds_left(context["request"])
