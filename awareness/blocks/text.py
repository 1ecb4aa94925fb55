from typing import Any

from wagtail.blocks import RichTextBlock

FEATURES = ["h3", "bold", "ul", "ol", "link"]


class TextBlock(RichTextBlock):
    """Plain running text: no tables, embeds or colours that would not fit a small phone."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"features": FEATURES, **kwargs})

    class Meta:
        icon = "pilcrow"
        template = "awareness/blocks/text.html"
