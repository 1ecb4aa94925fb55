"""The embedded default: every role in one process. Public comes last, because its pages catch every path."""
from portal.urls import cms, desk, exchange, public

urlpatterns = [*exchange.urlpatterns, *desk.urlpatterns, *cms.cms, *public.urlpatterns]
