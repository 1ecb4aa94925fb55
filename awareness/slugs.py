"""Pages share the address space of the report form, the inbox and the staff pages, and may not take their names."""
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

RESERVED = frozenset({
    "report", "inbox", "files", "numbers", "figures", "exit", "privacy", "accessibility", "your-report", "leaving",     # public
    "desk", "cms", "exchange", "live", "healthz", "static", "media", "documents",          # other roles and files
    "admin", "api", "en", "ur", "robots.txt", "favicon.ico", "i18n",
})


def refuse_reserved(slug: str) -> None:
    """Raises ValidationError on the field `slug`, for drafts too: a taken name is never useful."""
    if slug.lower() in RESERVED:
        raise ValidationError({"slug": _("This address belongs to another part of the site. Choose another one.")})
