from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "cases.evidence"
    label = "cases_evidence"
    default_auto_field = "django.db.models.BigAutoField"
