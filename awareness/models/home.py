from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, ObjectList, PublishingPanel, TabbedInterface
from wagtail.models import Page
from wagtail.search import index

from awareness.languages import each
from awareness.models.article import ArticlePage
from awareness.models.bilingual import BilingualPage, language_tabs

LATEST = 6


class HomePage(BilingualPage, Page):
    """The landing page. Heading and introduction are edited; what the portal promises is code, so it stands in the template."""
    REQUIRED: ClassVar[tuple[str, ...]] = ("heading", "intro")

    heading = models.CharField(_("heading"), max_length=120)
    intro = models.TextField(_("introduction"), max_length=400)

    template = "awareness/home_page.html"
    max_count = 1
    parent_page_types = ("wagtailcore.Page",)
    subpage_types = ("awareness.ArticlePage",)
    edit_handler = TabbedInterface([
        *language_tabs("heading", "intro"),
        ObjectList([FieldPanel("slug"), PublishingPanel()], heading=_("Promote")),
    ])
    search_fields = Page.search_fields + [index.SearchField(column) for column in each("heading", "intro")]

    class Meta:
        verbose_name = _("landing page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context(request, *args, **kwargs), "articles": ArticlePage.latest(under=self)[:LATEST]}
