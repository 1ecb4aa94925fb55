from wagtail.images.blocks import ImageChooserBlock


class PictureBlock(ImageChooserBlock):
    """Shown small and late; its description is read in the language of the page."""

    class Meta:
        icon = "image"
        template = "awareness/blocks/picture.html"
