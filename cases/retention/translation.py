from modeltranslation.translator import TranslationOptions, register

from cases.retention.models import Schedule


@register(Schedule)
class ScheduleOptions(TranslationOptions):
    fields = ("name", "reason")
