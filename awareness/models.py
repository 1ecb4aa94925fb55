from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.documents.models import AbstractDocument, Document
from wagtail.images.models import AbstractImage, AbstractRendition, Image
from wagtail.models import Page
from wagtail.snippets.models import register_snippet

from awareness.blocks import Body


class Picture(AbstractImage):
    alt = models.CharField(max_length=200, blank=True)
    admin_form_fields = Image.admin_form_fields


class Rendition(AbstractRendition):
    image = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="rendition_once")]


class Paper(AbstractDocument):
    admin_form_fields = Document.admin_form_fields


class HomePage(Page):
    heading = models.CharField(max_length=200)


class ArticlePage(Page):
    heading = models.CharField(max_length=200)
    body = StreamField(Body(), blank=True)
    content_panels = [FieldPanel("heading_en"), FieldPanel("heading_ur"), FieldPanel("body_en"), FieldPanel("body_ur")]

    def full_clean(self, *args, **kwargs):
        self.title = self.heading_en or self.title
        super().full_clean(*args, **kwargs)


@register_snippet
class Helpline(models.Model):
    name = models.CharField(max_length=80)
    phone = models.CharField(max_length=20)
    panels = [FieldPanel("name_en"), FieldPanel("name_ur"), FieldPanel("phone")]
