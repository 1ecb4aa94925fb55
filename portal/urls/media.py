"""Campaign pictures and documents. In production the web server in front hands them out (docs/how-to/deploy)."""
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.static import serve

urlpatterns = [
    path("media/<path:path>", login_not_required(serve), {"document_root": settings.MEDIA_ROOT}),
] if settings.EMBEDDED else []
