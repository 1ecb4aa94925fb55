from django.apps import AppConfig


class ReferralConfig(AppConfig):
    name = "cases.referral"
    label = "cases_referral"
    default_auto_field = "django.db.models.BigAutoField"
