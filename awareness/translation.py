from modeltranslation.translator import TranslationOptions, register

from awareness.models import ArticlePage, Helpline, HomePage, Picture


@register(ArticlePage)
class ArticleOptions(TranslationOptions):
    fields = ("heading", "body")


@register(Helpline)
class HelplineOptions(TranslationOptions):
    fields = ("name",)


@register(Picture)
class PictureOptions(TranslationOptions):
    fields = ("alt",)


@register(HomePage)
class HomeOptions(TranslationOptions):
    fields = ("heading",)
