"""What every translated, publishable thing shares: it may lack a language as a draft, never once it is live."""
import logging
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, ObjectList, Panel, TitleFieldPanel
from wagtail.models import Revision

from awareness.languages import LANGUAGES, each
from awareness.slugs import refuse_reserved

log = logging.getLogger(__name__)


def language_tabs(*names: str) -> list[ObjectList]:
    """One tab per language; on pages the English heading also proposes the address."""
    return [ObjectList([panel(f"{name}_{code}") for name in names], heading=title) for code, title in LANGUAGES.items()]


def panel(column: str) -> Panel:
    return TitleFieldPanel(column, targets=["slug"]) if column == "heading_en" else FieldPanel(column)


class Bilingual(models.Model):
    """REQUIRED names the translated fields without which nothing goes live."""
    REQUIRED: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True

    def missing(self, language: str | None = None) -> list[str]:
        """Columns still empty, of one language or of all: ["heading_ur"]."""
        columns = [f"{name}_{language}" for name in self.REQUIRED] if language else each(*self.REQUIRED)
        return [column for column in columns if not getattr(self, column)]

    def publish(self, revision: Revision, **options: Any) -> None:
        """The one gate that the editor, an approval, a schedule and a script all pass.

        Raises ValidationError naming the empty columns. The scheduler alone gets no error: it would stop at the first
        and starve the rest, so that schedule is dropped and the page stays a draft.
        """
        missing = revision.as_object().missing()
        if not missing:
            return super().publish(revision, **options)
        if options.get("log_action") != "wagtail.publish.scheduled":
            raise ValidationError({column: _("Needed in every language before this can be published.") for column in missing})
        Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=None)
        log.warning("schedule dropped, language missing: revision %s", revision.pk)


class BilingualPage(Bilingual):
    """A page with `heading`; Wagtail's own title (explorer, log) follows its first language."""
    private_page_options: ClassVar[list[str]] = []      # a password form would need a cookie on a public page

    class Meta:
        abstract = True

    def follow_heading(self) -> None:
        heading = next((text for column in each("heading") if (text := getattr(self, column))), None)
        self.title = (heading or self.title or str(_("Untitled")))[:255]

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        self.follow_heading()
        super().full_clean(*args, **kwargs)

    def minimal_clean(self) -> None:
        """What Wagtail asks of a draft."""
        self.follow_heading()
        super().minimal_clean()
        refuse_reserved(self.slug)

    def clean(self) -> None:
        super().clean()
        refuse_reserved(self.slug)

    # -- reading
    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """404 where the language is missing: English under /ur/ would be a broken promise."""
        if self.missing(translation.get_language()):
            raise Http404
        return super().serve(request, *args, **kwargs)

    def addresses(self, request: HttpRequest) -> dict[str, str]:
        """Language -> absolute address, for those languages that the page has."""
        found = {}
        for code in LANGUAGES:
            if not self.missing(code):
                with translation.override(code):
                    found[code] = settings.ORIGINS["public"] + (self.get_url(request) or "")
        return found

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context(request, *args, **kwargs), "alternates": self.addresses(request)}

    # -- preview, one mode per language
    @property
    def preview_modes(self) -> list[tuple[str, str]]:
        return list(LANGUAGES.items())

    @property
    def default_preview_mode(self) -> str:
        return next(iter(LANGUAGES))

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        with translation.override(mode_name or self.default_preview_mode):
            response = super().serve_preview(request, mode_name)
            if hasattr(response, "render"):
                response.render()                        # inside the override, or the editor's language wins
        response.csp = {"frame-ancestors": "'self'"}     # shown in the editor's frame, which no public page may be
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        return response
