from modeltranslation.translator import TranslationOptions, register

from cases.clock.models import Holiday, Period, PriorityRule


@register(Holiday)
class HolidayOptions(TranslationOptions):
    fields = ("name",)


@register(Period)
class PeriodOptions(TranslationOptions):
    fields = ("name",)


@register(PriorityRule)
class PriorityRuleOptions(TranslationOptions):
    fields = ("name",)
