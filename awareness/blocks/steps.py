from django.utils.translation import gettext_lazy as _
from wagtail.blocks import CharBlock, ListBlock, StructBlock, TextBlock as PlainTextBlock


class StepBlock(StructBlock):
    title = CharBlock(label=_("What to do"), max_length=80)
    text = PlainTextBlock(label=_("How, in a sentence or two"), max_length=400)


class StepsBlock(StructBlock):
    """Things to do, in this order."""
    steps = ListBlock(StepBlock(), label=_("Steps"), min_num=2, max_num=9)

    class Meta:
        icon = "list-ol"
        template = "awareness/blocks/steps.html"
