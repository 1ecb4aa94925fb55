from importlib import import_module

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        for module in ("portal.celery", "portal.worker", "portal.checks", "portal.campaigns"):     # models are loaded by now
            import_module(module)
