from django.apps import AppConfig


class CoordinationConfig(AppConfig):
    name = "cases.coordination"
    label = "cases_coordination"
    default_auto_field = "django.db.models.BigAutoField"
