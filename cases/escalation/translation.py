from modeltranslation.translator import TranslationOptions, register

from cases.escalation.models import Authority, Channel, Ladder, LegalBasis, Platform


@register(Platform)
class PlatformOptions(TranslationOptions):
    fields = ("name", "policy")


@register(Channel)
class ChannelOptions(TranslationOptions):
    fields = ("label",)


@register(LegalBasis)
class LegalBasisOptions(TranslationOptions):
    fields = ("name",)


@register(Authority)
class AuthorityOptions(TranslationOptions):
    fields = ("name", "takes")


@register(Ladder)
class LadderOptions(TranslationOptions):
    fields = ("name",)
