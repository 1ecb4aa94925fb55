"""The member's own account."""
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.models import User
from portal.accounts.pages import destination, next_address, remember_language, signed_in


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Staff pages have one address in both languages; the choice rests with the member."""
    chosen, member = request.POST.get("language", ""), signed_in(request)
    response = redirect(destination(next_address(request), member))
    if chosen in dict(settings.LANGUAGES) and check_for_language(chosen):
        User.objects.filter(pk=member.pk).update(language=chosen)
        remember_language(response, chosen)
    return response


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """For roles without a queue: what this account may do, and where."""
    return home_page(request)


def home_page(request: HttpRequest, *, trouble: str = "", status: int = 200) -> HttpResponse:
    return render(request, "accounts/home.html", {"member": signed_in(request), "trouble": trouble}, status=status)
