from typing import ClassVar

from django.db import models
from django.utils.translation import get_language, gettext_lazy as _
from wagtail.admin.panels import FieldPanel, ObjectList, PublishingPanel, TabbedInterface
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from awareness.blocks import Body
from awareness.languages import each
from awareness.models.bilingual import BilingualPage, language_tabs
from awareness.models.picture import Picture


class ArticlePage(BilingualPage, Page):
    """One piece of advice, in both languages at one address."""
    REQUIRED: ClassVar[tuple[str, ...]] = ("heading", "intro", "body")

    heading = models.CharField(_("heading"), max_length=120)
    intro = models.TextField(_("introduction"), max_length=400)
    body = StreamField(Body(), verbose_name=_("text"))
    picture = models.ForeignKey(Picture, verbose_name=_("picture"), null=True, blank=True,
                                on_delete=models.SET_NULL, related_name="+")

    template = "awareness/article_page.html"
    parent_page_types = ("awareness.HomePage",)
    subpage_types = ()
    edit_handler = TabbedInterface([
        *language_tabs("heading", "intro", "body"),
        ObjectList([FieldPanel("picture")], heading=_("Media")),
        ObjectList([FieldPanel("slug"), PublishingPanel()], heading=_("Promote")),
    ])
    search_fields = Page.search_fields + [index.SearchField(column) for column in each("heading", "intro", "body")]

    class Meta:
        verbose_name = _("advice article")

    @classmethod
    def latest(cls, *, under: Page) -> models.QuerySet["ArticlePage"]:
        """Live articles below a page that have the reader's language, newest first."""
        heading = f"heading_{get_language()}"
        return (cls.objects.child_of(under).live().exclude(**{heading: ""}).exclude(**{heading: None})
                .order_by("-first_published_at", "pk"))
