"""How a picture is covered for the desk. What is hidden is not sent: a style sheet that comes late would show it.

What comes in was painted anew by our own worker, so it is decoded here without a sandbox; its size was limited there.
"""
import base64
import io

from PIL import Image, ImageFilter, ImageOps

LEFT = 20                   # pixels of the longer side that are left: a chat can be told from a photograph, and nothing is read
SHOWN = 480                 # of the longer side, blown up again
SOFT = 12                   # radius in pixels, so that no blocks stand out


def covered(content: bytes) -> bytes:
    """JPEG of a few coloured clouds. Nothing sharper can be got out of it, as nothing else is in it."""
    with Image.open(io.BytesIO(content)) as picture:
        few = picture.convert("RGB")
    few.thumbnail((LEFT, LEFT), Image.Resampling.BOX, reducing_gap=None)
    scale = SHOWN / max(few.size)
    large = few.resize((round(few.width * scale), round(few.height * scale)), Image.Resampling.BICUBIC)
    return _written(large.filter(ImageFilter.GaussianBlur(SOFT)), "JPEG")


def grey(content: bytes) -> bytes:
    """WebP without colour: less of it gets under the skin."""
    with Image.open(io.BytesIO(content)) as picture:
        return _written(ImageOps.grayscale(picture), "WEBP")


def inline(content: bytes, media_type: str) -> str:
    """As an address that holds the picture itself: there is no other one, to open, to keep or to come back to."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def _written(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, quality=80)
    return out.getvalue()
