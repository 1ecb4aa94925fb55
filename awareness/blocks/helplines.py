from django.utils.translation import gettext_lazy as _
from wagtail.blocks import BooleanBlock, StructBlock


class HelplinesBlock(StructBlock):
    """The numbers come from the helplines themselves, so an article never carries an old one."""
    danger_only = BooleanBlock(label=_("Only those for someone in danger now"), required=False)

    class Meta:
        icon = "mobile-alt"
        template = "awareness/blocks/helplines.html"
