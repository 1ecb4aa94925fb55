"""Our own image model from the first migration: every picture is described in both languages and says whose it is."""
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import AbstractImage, AbstractRendition

from awareness.languages import each


class Licence(models.TextChoices):
    OWN = "own", _("Made by the ministry")
    PERMISSION = "permission", _("Used with written permission")
    CC0 = "cc0", _("Public domain (CC0)")
    CC_BY = "cc-by", _("Creative Commons BY")
    CC_BY_SA = "cc-by-sa", _("Creative Commons BY-SA")


class Picture(AbstractImage):
    """Campaign pictures only. What the public reports never reaches this table."""
    alt = models.CharField(_("description for people who do not see it"), max_length=200)
    licence = models.CharField(_("licence"), max_length=12, choices=Licence.choices)
    credit = models.CharField(_("credit"), max_length=120, blank=True)

    admin_form_fields = ("title", "file", *each("alt"), "licence", "credit", "collection", "tags",
                         "focal_point_x", "focal_point_y", "focal_point_width", "focal_point_height")

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")

    @property
    def default_alt_text(self) -> str:
        """In the language of the page that shows it."""
        return self.alt


class Rendition(AbstractRendition):
    image = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="rendition_once")]
