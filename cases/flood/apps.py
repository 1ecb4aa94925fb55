from django.apps import AppConfig


class FloodConfig(AppConfig):
    name = "cases.flood"
    label = "cases_flood"
    default_auto_field = "django.db.models.BigAutoField"
