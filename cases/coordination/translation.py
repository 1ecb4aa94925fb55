from modeltranslation.translator import TranslationOptions, register

from cases.coordination.models import Body


@register(Body)
class BodyOptions(TranslationOptions):
    fields = ("name",)
