from django.apps import AppConfig


class ConversationConfig(AppConfig):
    name = "cases.conversation"
    label = "cases_conversation"
    default_auto_field = "django.db.models.BigAutoField"
