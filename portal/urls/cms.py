from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import include, path, re_path
from django.utils.http import urlencode
from django.utils.translation import get_language
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.urls import serve_pattern
from wagtail.utils.urlpatterns import decorate_urlpatterns

from cases.permissions import Permission
from portal.accounts.views import entrance


def live(request: HttpRequest, page_path: str) -> HttpResponse:
    """Wagtail asks for `wagtail_serve` to show "view live"; the page itself is served by the public role."""
    return redirect(f"{settings.ORIGINS['public']}/{get_language()}/{page_path}")


@login_not_required
def sign_in(request: HttpRequest) -> HttpResponse:
    """Wagtail's own password form stays behind this: one sign-in for staff, with its second factor."""
    return redirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.GET.get('next', '/cms/')})}")


def not_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """People and groups are kept at the desk: Wagtail's screens could hand out rights that roles do not give."""
    raise PermissionDenied


def campaign_staff_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Before Wagtail looks at rights of its own: nobody else enters, a superuser included. The signed out go on to sign in."""
    @wraps(view)
    def gate(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and not request.user.may(Permission.EDIT_CAMPAIGNS):
            raise PermissionDenied
        return view(request, *args, **kwargs)
    return gate


decorate_urlpatterns(wagtailadmin_urls.urlpatterns, campaign_staff_only)
cms = [
    path("cms/login/", sign_in),
    path("cms/logout/", entrance.sign_out),             # ours is logged, and empties what the browser kept
    re_path(r"^cms/(users|groups|password_reset)/(?P<rest>.*)$", not_here),
    path("cms/", include(wagtailadmin_urls)),
]
urlpatterns = [
    path("", include("portal.urls.shared")),
    path("", include("portal.urls.media")),
    path("desk/", include("portal.accounts.urls")),
    *cms,
    *i18n_patterns(re_path("live/" + serve_pattern.removeprefix("^"), live, name="wagtail_serve")),
]
