from modeltranslation.translator import TranslationOptions, register

from cases.escalation.models import Channel, Platform


@register(Platform)
class PlatformOptions(TranslationOptions):
    fields = ("name", "policy")


@register(Channel)
class ChannelOptions(TranslationOptions):
    fields = ("label",)
