from django.urls import include, path

urlpatterns = [path("", include("portal.urls.shared")), path("exchange/", include("cases.exchange.urls"))]
