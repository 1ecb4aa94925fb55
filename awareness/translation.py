"""Which fields exist once per language. `required_languages` holds for what is live; drafts may lack."""
from django.conf import settings
from modeltranslation.translator import TranslationOptions, register

from awareness.models import ArticlePage, Helpline, HomePage, Paper, Picture

ALL = tuple(code for code, _name in settings.LANGUAGES)


@register(HomePage)
class HomeOptions(TranslationOptions):
    fields = ("heading", "intro")
    required_languages = ALL


@register(ArticlePage)
class ArticleOptions(TranslationOptions):
    fields = ("heading", "intro", "body")
    required_languages = ALL


@register(Helpline)
class HelplineOptions(TranslationOptions):
    fields = ("name", "purpose", "hours", "spoken")
    required_languages = dict.fromkeys(ALL, ("name", "purpose"))


@register(Picture)
class PictureOptions(TranslationOptions):
    fields = ("alt",)
    required_languages = ALL


@register(Paper)
class PaperOptions(TranslationOptions):
    fields = ("name",)
    required_languages = ALL
