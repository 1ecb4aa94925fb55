from django.utils.translation import gettext_lazy as _
from wagtail.blocks import CharBlock, StreamBlock

from awareness.blocks.helplines import HelplinesBlock
from awareness.blocks.note import NoteBlock
from awareness.blocks.picture import PictureBlock
from awareness.blocks.steps import StepsBlock
from awareness.blocks.text import TextBlock


class Body(StreamBlock):
    """What an article is made of."""
    heading = CharBlock(label=_("Heading"), icon="title", max_length=120, template="awareness/blocks/heading.html")
    text = TextBlock(label=_("Text"))
    steps = StepsBlock(label=_("Numbered steps"))
    note = NoteBlock(label=_("Note or warning"))
    helplines = HelplinesBlock(label=_("Helplines"))
    picture = PictureBlock(label=_("Picture"))
