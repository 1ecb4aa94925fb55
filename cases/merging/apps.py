from django.apps import AppConfig


class MergingConfig(AppConfig):
    name = "cases.merging"
    label = "cases_merging"
    default_auto_field = "django.db.models.BigAutoField"
