from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument

from awareness.languages import each
from awareness.models.picture import Licence


class Paper(AbstractDocument):
    """A document to download: a poster, a lesson plan."""
    name = models.CharField(_("name that readers see"), max_length=120)
    licence = models.CharField(_("licence"), max_length=12, choices=Licence.choices)

    admin_form_fields = ("title", "file", *each("name"), "licence", "collection", "tags")

    class Meta(AbstractDocument.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
