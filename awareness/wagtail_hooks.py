"""What we add to Wagtail's admin, and what we take away from it."""
import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.models import Page
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from awareness.languages import DIRECTIONS
from awareness.models import Helpline
from awareness.slugs import RESERVED

PEOPLE_SCREENS = {"users", "groups"}                    # people are kept at the desk; portal/urls/cms.py has no such address


@register_snippet
class HelplineViewSet(SnippetViewSet):
    model = Helpline
    icon = "mobile-alt"
    menu_label = _("Helplines")
    add_to_admin_menu = True
    list_display = ("name", "phone", "live", "last_verified_at", "verify_by")
    list_filter = ("province", "for_danger", "live")


@hooks.register("insert_global_admin_css")
def admin_css() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("awareness/admin.css"))


@hooks.register("insert_global_admin_js")
def admin_js() -> SafeString:
    return format_html('<script src="{}" data-directions="{}"></script>', static("awareness/admin.js"), json.dumps(DIRECTIONS))


@hooks.register("construct_settings_menu")
def hide_people(request: HttpRequest, items: list[MenuItem]) -> None:
    items[:] = [item for item in items if item.name not in PEOPLE_SCREENS]


@hooks.register("before_copy_page")
def refuse_reserved_copy(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Wagtail's copy form checks only siblings; without this the model's refusal would be an error page."""
    if request.method == "POST" and request.POST.get("new_slug", "").lower() in RESERVED:
        messages.error(request, _("This address belongs to another part of the site. Choose another one."))
        return redirect("wagtailadmin_pages:copy", page.pk)
    return None
