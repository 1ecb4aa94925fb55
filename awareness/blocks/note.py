from django.utils.translation import gettext_lazy as _
from wagtail.blocks import ChoiceBlock, StructBlock, TextBlock as PlainTextBlock

KINDS = [("note", _("Note")), ("warning", _("Warning"))]


class NoteBlock(StructBlock):
    kind = ChoiceBlock(label=_("Kind"), choices=KINDS, default="note")
    text = PlainTextBlock(label=_("Text"), max_length=400)

    class Meta:
        icon = "info-circle"
        template = "awareness/blocks/note.html"
