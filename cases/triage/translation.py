from modeltranslation.translator import TranslationOptions, register

from cases.triage.models import Reply


@register(Reply)
class ReplyOptions(TranslationOptions):
    fields = ("name", "text")
