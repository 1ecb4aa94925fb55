"""The one link that is ever sent, and only to staff. A reporter's phone gets none: it would say where the message is from."""
from django.conf import settings
from django.urls import reverse


def desk_link() -> str:
    """The queue. The desk is another process with another host, so its own URLs are asked."""
    return settings.ORIGINS["desk"] + reverse("triage:queue", urlconf=settings.URLCONFS["desk"])
