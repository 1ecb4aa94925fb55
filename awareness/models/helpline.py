from typing import ClassVar

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, ObjectList, PublishingPanel, TabbedInterface
from wagtail.models import DraftStateMixin, RevisionMixin
from wagtail.search import index

from awareness.languages import each
from awareness.models.bilingual import Bilingual, language_tabs


class Province(models.TextChoices):
    ALL = "", _("All of Pakistan")
    PUNJAB = "punjab", _("Punjab")
    SINDH = "sindh", _("Sindh")
    KP = "kp", _("Khyber Pakhtunkhwa")
    BALOCHISTAN = "balochistan", _("Balochistan")
    ISLAMABAD = "ict", _("Islamabad")
    GILGIT_BALTISTAN = "gb", _("Gilgit-Baltistan")
    KASHMIR = "ajk", _("Azad Jammu and Kashmir")


class Helpline(Bilingual, DraftStateMixin, RevisionMixin, index.Indexed, models.Model):
    """A number to call. Numbers change: each says where it comes from, when it was last checked and when to check again."""
    REQUIRED: ClassVar[tuple[str, ...]] = ("name", "purpose")

    name = models.CharField(_("name"), max_length=80)
    phone = models.CharField(_("telephone number"), max_length=20, unique=True)
    purpose = models.CharField(_("what it helps with"), max_length=160)
    hours = models.CharField(_("opening hours"), max_length=80, blank=True)
    spoken = models.CharField(_("languages spoken"), max_length=80, blank=True)
    province = models.CharField(_("province"), max_length=12, choices=Province.choices, blank=True, default=Province.ALL.value)
    source = models.CharField(_("source"), max_length=200, help_text=_("Where this number was found: a page, a letter, a call."))
    last_verified_at = models.DateField(_("last verified on"), null=True, blank=True)
    verify_by = models.DateField(_("verify again by"), null=True, blank=True)
    for_danger = models.BooleanField(_("for someone in danger now"), default=False)
    order = models.PositiveSmallIntegerField(_("position"), default=100)

    revisions = GenericRelation("wagtailcore.Revision", content_type_field="base_content_type",
                                object_id_field="object_id", related_query_name="helpline", for_concrete_model=False)

    edit_handler = TabbedInterface([
        *language_tabs("name", "purpose", "hours", "spoken"),
        ObjectList([FieldPanel(field) for field in ("phone", "province", "for_danger", "order")], heading=_("Number")),
        ObjectList([FieldPanel("source"), FieldPanel("last_verified_at"), FieldPanel("verify_by"), PublishingPanel()],
                   heading=_("Checked")),
    ])
    search_fields: ClassVar[list[index.BaseField]] = [index.SearchField(column) for column in [*each("name", "purpose"), "phone"]]

    class Meta:
        ordering = ("order", "pk")
        verbose_name = _("helpline")
        verbose_name_plural = _("helplines")

    def __str__(self) -> str:
        return f"{self.name} ({self.phone})"

    @property
    def tel(self) -> str:
        """RFC 3966: the address that a telephone dials."""
        return "tel:" + "".join(character for character in self.phone if character in "+0123456789")
