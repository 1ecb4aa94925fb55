"""What the public may know of the lists: how many, how often, and why not."""
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from cases.hashing.selectors import public_numbers


@login_not_required
@require_GET
@cache_control(public=True, max_age=3600)
def numbers(request: HttpRequest) -> HttpResponse:
    """No key needed. What is of fewer than five reports is null, so that none tells of one."""
    answer = JsonResponse(public_numbers())
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
