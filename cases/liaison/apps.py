from django.apps import AppConfig


class LiaisonConfig(AppConfig):
    name = "cases.liaison"
    label = "cases_liaison"
